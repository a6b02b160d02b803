"""A board for tests: messages as the topics carry them, and an app on a store of its own."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from stream.board.context import Context
from stream.board.freshness import Changes, Freshness
from stream.board.marks import Marks
from stream.board.metrics import BoardMetrics
from stream.board.projection import Kind, Message, apply
from stream.board.security import Guard
from stream.board.settings import BoardSettings
from stream.board.store import Store
from stream.contract.moments import iso

HOUR_MS = 3_600_000
START = 1_772_000_000_000  # 25 February 2026


def moment(hours: float) -> str:
    """A time so many hours after START, as the contract writes it."""
    return iso(START + round(hours * HOUR_MS)) or ""


def story_of(name: str, *reports: dict[str, Any], version: int = 1, **more: Any) -> Message:
    """A snapshot of a story with these reports, the representative first."""
    articles = list(reports)
    first = articles[0] if articles else None
    value = {
        "id": name,
        "version": version,
        "status": "open",
        "merged_into": None,
        "split_from": None,
        "headline": first["title"] if first else "",
        "representative": first,
        "keywords": [],
        "languages": sorted({one["language"] for one in articles}),
        "articles": articles,
        "counts": {
            "articles": len(articles),
            "copies": 0,
            "reports": len(articles),
            "sources": len({one["source"] for one in articles}),
        },
        "first_published": min((one["published"] for one in articles), default=None),
        "last_published": max((one["published"] for one in articles), default=None),
        "first_seen": moment(0),
        "last_seen": moment(0),
        "cohesion": 1.0,
        **more,
    }
    return Message(Kind.STORY, name, json.dumps(value).encode())


def storyline_of(name: str, headline: str, *stories: str, **more: Any) -> Message:
    """A snapshot of a storyline of these stories, the newest first."""
    value = {
        "id": name,
        "version": 1,
        "status": "open",
        "merged_into": None,
        "split_from": None,
        "headline": headline,
        "stories": list(stories),
        "counts": {"stories": len(stories), "articles": 0, "copies": 0, "reports": 0, "sources": 0},
        **more,
    }
    return Message(Kind.STORYLINE, name, json.dumps(value).encode())


def report_of(name: str, title: str, hours: float = 0.0, **more: Any) -> dict[str, Any]:
    """An article as a story lists it."""
    return {
        "article_id": name,
        "title": title,
        "url": f"https://example.org/{name}",
        "source": "Harbour Gazette",
        "language": "en",
        "published": moment(hours),
        "copies": 0,
        "centrality": 0.5,
        **more,
    }


def assignment_of(
    article: dict[str, Any], story_id: str | None, method: str = "joined", **more: Any
) -> Message:
    """The assignment of an article to a story."""
    value = {
        "article_id": article["article_id"],
        "story_id": story_id,
        "story_version": 1,
        "method": method,
        "outcome": "unique",
        "event_time": article["published"],
        "score": 2.5,
        "threshold": 0.5,
        "factors": [
            {"name": "names in common", "value": 0.6, "weight": 3.1},
            {"name": "nearness in time", "value": 0.2, "weight": -0.6},
        ],
        "article": {name: article[name] for name in ("title", "url", "source", "language", "published")},
        **more,
    }
    return Message(Kind.ASSIGNMENT, article["article_id"], json.dumps(value).encode())


def with_assignments(name: str, *reports: dict[str, Any], **more: Any) -> list[Message]:
    """A story and the assignments of its reports: the first began it."""
    assignments = [
        assignment_of(report, name, "joined" if place else "new") for place, report in enumerate(reports)
    ]
    return [story_of(name, *reports, **more), *assignments]


def new_context(folder: Path, messages: Iterable[Message] = (), **settings: Any) -> Context:
    """The board on a store of its own that holds these messages."""
    board = BoardSettings(folder=folder, **settings)
    store = Store(folder / "board.sqlite")
    apply(store, messages, {})
    marks, freshness = Marks(folder / "marks.sqlite"), Freshness(reads_topics=False)
    return Context(board, store, marks, freshness, Changes(), BoardMetrics(), Guard(board))
