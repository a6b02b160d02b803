"""A board for tests: messages as the topics carry them, an app on a store of its own, and a board as a process."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Self
from urllib.request import urlopen

from stream.board.context import Context
from stream.board.freshness import Changes, Freshness
from stream.board.marks import Marks
from stream.board.metrics import BoardMetrics
from stream.board.projection import Kind, Message, apply
from stream.board.security import Guard
from stream.board.settings import BoardSettings
from stream.board.store import Store

HOUR_MS = 3_600_000
START = 1_772_000_000_000  # 25 February 2026
START_SECONDS = 60.0  # for a board to answer; a busy CI machine takes a few


def moment(hours: float) -> str:
    """A time so many hours after START, as the contract writes it."""
    from stream.contract.events import iso

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


class BoardProcess:
    """`newsfold board` as a process of its own, with these settings."""

    def __init__(self, environment: dict[str, str], log_file: Path, *arguments: str) -> None:
        self._environment, self._log_file, self._arguments = environment, log_file, arguments
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until it says where it is."""
        with self._log_file.open("ab") as log:
            begin = log.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "stream", "board", "--port", "0", *self._arguments],
                env={**os.environ, **self._environment, "PYTHONUNBUFFERED": "1"},
                stdout=log,
                stderr=log,
            )
        deadline = monotonic() + START_SECONDS
        while not (
            found := re.search(rb"The board is at (http://\S+)\.", self._log_file.read_bytes()[begin:])
        ):
            if self._process.poll() is not None or monotonic() > deadline:
                raise RuntimeError(f"the board did not start: {self._log_file.read_text()[-2000:]}")
            sleep(0.05)
        self.url = found[1].decode()

    def json(self, path: str) -> Any:
        """What it answers to a request of its API."""
        with urlopen(f"{self.url}{path}", timeout=30) as answer:  # noqa: S310 - our own address
            return json.load(answer)

    def kill(self) -> None:
        """End it at once, as a lack of memory would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """Ask it to end; return its exit code."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=30)
