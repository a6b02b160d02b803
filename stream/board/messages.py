"""Messages of the public topics as the board reads them: unknown fields are ignored, missing ones are empty.

The contract grows; a board of last year reads the topics of today, and one of today those of last year.
"""

from datetime import datetime
from typing import Any

import msgspec


class Shown(msgspec.Struct):
    """An article as a story lists it, or as its assignment shows it."""

    article_id: str = ""
    title: str = ""
    url: str | None = None
    source: str | None = None
    language: str | None = None
    published: str | None = None
    copies: int = 0
    centrality: float = 0.0


class Lead(msgspec.Struct):
    """How one report begins."""

    text: str = ""
    article_id: str | None = None


class Name(msgspec.Struct):
    """A name that reports of a story share."""

    name: str = ""
    reports: int = 0


class Counts(msgspec.Struct):
    """Sizes of a story or a storyline."""

    stories: int = 0
    articles: int = 0
    copies: int = 0
    reports: int = 0
    sources: int = 0


class Story(msgspec.Struct):
    """A snapshot of a story."""

    id: str
    version: int = 0
    status: str = "open"
    merged_into: str | None = None
    split_from: str | None = None
    headline: str = ""
    representative: Shown | None = None
    keywords: list[str] = []
    languages: list[str] = []
    articles: list[Shown] = []
    counts: Counts = msgspec.field(default_factory=Counts)
    first_published: str | None = None
    last_published: str | None = None
    first_seen: str | None = None
    last_seen: str | None = None
    cohesion: float = 0.0
    summary: list[Lead] = []
    names: list[Name] = []
    image: str | None = None
    storyline_id: str | None = None
    continues: str | None = None
    related: list[Any] = []


class Storyline(msgspec.Struct):
    """A snapshot of a storyline."""

    id: str
    version: int = 0
    merged_into: str | None = None
    headline: str = ""
    stories: list[str] = []
    counts: Counts = msgspec.field(default_factory=Counts)


class CopyOf(msgspec.Struct):
    """Of which report an article is a copy, and how."""

    article_id: str
    kind: str = ""
    containment: float | None = None
    coverage: float | None = None
    hits: int | None = None
    threshold: float | None = None


class NearMiss(msgspec.Struct):
    """The closest report that an article is no copy of."""

    article_id: str
    score: float = 0.0
    reason: str = ""


class Rival(msgspec.Struct):
    """The best story that an article was not put into."""

    story_id: str
    score: float | None = None
    reason: str | None = None


class Factor(msgspec.Struct):
    """One piece of evidence."""

    name: str
    value: float = 0.0
    weight: float = 0.0


class Assignment(msgspec.Struct):
    """Why one article is where it is."""

    article_id: str
    story_id: str | None = None
    story_version: int = 0
    method: str = ""
    outcome: str = ""
    reason: str | None = None
    event_time: str | None = None
    copy_of: CopyOf | None = None
    near_miss: NearMiss | None = None
    score: float | None = None
    threshold: float | None = None
    bias: float | None = None
    factors: list[Factor] = []
    rival: Rival | None = None
    moved_from: str | None = None
    model: str = ""
    article: Shown | None = None


story_decoder = msgspec.json.Decoder(Story)
storyline_decoder = msgspec.json.Decoder(Storyline)
assignment_decoder = msgspec.json.Decoder(Assignment)


def milliseconds(moment: str | None) -> int | None:
    """An ISO 8601 time as milliseconds since the epoch; None where there is none or it cannot be read."""
    if not moment:
        return None
    try:
        return round(datetime.fromisoformat(moment).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return None
