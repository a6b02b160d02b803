"""The record of one storyline, and the snapshot that readers get of it."""

from collections.abc import Iterable

import msgspec

from stream.contract.moments import iso
from stream.contract.storylines import StorylineCounts, StorylineSnapshot
from stream.fold.story_record import UNNAMED, StoryRecord

SHOWN_STORIES = 500  # the newest; with 40 bytes each a snapshot stays far under Kafka's 1 MB message


class StoryInLine(msgspec.Struct, array_like=True, frozen=True):
    """What a storyline says of one of its stories; kept of those that are closed."""

    number: int
    id: str
    headline: str
    articles: int
    reports: int
    sources: frozenset[str]
    first_published: int | None
    last_published: int | None
    first_seen: int
    last_seen: int
    keyterms: tuple[str, ...] = ()


class StorylineRecord(msgspec.Struct, kw_only=True):
    """What is kept of an open storyline: its open stories by number, and what its closed ones were."""

    number: int
    id: str
    version: int = 0
    status: str = "open"
    merged_into: str | None = None
    split_from: str | None = None
    open: set[int] = set()
    closed: dict[int, StoryInLine] = {}


def in_line(record: StoryRecord) -> StoryInLine:
    """What a storyline says of a story."""
    representative = record.representative()
    return StoryInLine(
        number=record.number,
        id=record.id,
        headline=representative.title if representative else "",
        articles=len(record.members),
        reports=len(record.carried),
        sources=frozenset(record.sources),
        first_published=record.first_published,
        last_published=record.last_published,
        first_seen=record.first_seen,
        last_seen=record.last_seen,
        keyterms=tuple(record.keyterms),
    )


def snapshot_of(record: StorylineRecord, stories: Iterable[StoryInLine]) -> StorylineSnapshot:
    """The storyline as readers get it: headed by its largest story, the stories newest first."""
    newest = sorted(stories, key=lambda story: -story.number)
    largest = max(newest, key=lambda story: (story.articles, -story.number), default=None)
    articles, reports = sum(story.articles for story in newest), sum(story.reports for story in newest)
    published = [story.first_published for story in newest if story.first_published is not None]
    last_published = [story.last_published for story in newest if story.last_published is not None]
    return StorylineSnapshot(
        id=record.id,
        version=record.version,
        status=record.status,
        merged_into=record.merged_into,
        split_from=record.split_from,
        headline=largest.headline if largest else "",
        stories=tuple([story.id for story in newest[:SHOWN_STORIES]]),
        counts=StorylineCounts(
            stories=len(newest),
            articles=articles,
            copies=articles - reports,
            reports=reports,
            sources=len(frozenset().union(*[story.sources for story in newest]) - {UNNAMED}),
        ),
        first_published=iso(min(published, default=None)),
        last_published=iso(max(last_published, default=None)),
        first_seen=iso(min((story.first_seen for story in newest), default=None)) or "",
        last_seen=iso(max((story.last_seen for story in newest), default=None)) or "",
    )
