"""The record of one storyline, and the snapshot that readers get of it."""

from collections.abc import Callable, Iterable, Sequence
from functools import reduce

import msgspec

from stream.contract.moments import iso
from stream.contract.storylines import StorylineCounts, StorylineSnapshot
from stream.fold.counting import earliest, latest
from stream.fold.story_record import UNNAMED, StoryRecord

SHOWN_STORIES = 500  # the newest; with 40 bytes each a snapshot stays far under Kafka's 1 MB message


class _Counted(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What is counted of a story, or of several together."""

    articles: int
    reports: int
    sources: tuple[str, ...]  # in order, so that a checkpoint has the same bytes in every process
    first_published: int | None
    last_published: int | None
    first_seen: int
    last_seen: int


class StoryInLine(_Counted, frozen=True, gc=False):
    """What a storyline says of one of its stories; kept of those that are closed."""

    number: int
    id: str
    headline: str
    keyterms: tuple[str, ...] = ()

    @property
    def stories(self) -> int:
        """It counts as one."""
        return 1

    @property
    def largest(self) -> "StoryInLine":
        """The one with the most articles."""
        return self


class EarlierStories(_Counted, frozen=True, gc=False):
    """What the closed stories that a storyline no longer lists count together."""

    stories: int
    largest: StoryInLine


class StorylineRecord(msgspec.Struct, kw_only=True, gc=False):
    """What is kept of an open storyline: its open stories by number, and what its closed ones were.

    `closed` holds the newest SHOWN_STORIES and those that still link; `earlier` counts the others.
    """

    number: int
    id: str
    version: int = 0
    status: str = "open"
    merged_into: str | None = None
    split_from: str | None = None
    open: set[int] = set()
    closed: dict[int, StoryInLine] = {}
    earlier: EarlierStories | None = None

    def take_over(self, other: "StorylineRecord") -> None:
        """The closed stories of another storyline belong to this one."""
        self.closed |= other.closed
        self.earlier = together([part for part in (self.earlier, other.earlier) if part is not None])
        other.closed, other.earlier = {}, None

    def shorten(self, links: Callable[[int], bool]) -> None:
        """Only count the closed stories that link no more and are not among the newest. `links`: whether one does."""
        over = [number for number in sorted(self.closed)[:-SHOWN_STORIES] if not links(number)]
        parts: list[StoryInLine | EarlierStories] = [self.closed.pop(number) for number in over]
        self.earlier = together(parts if self.earlier is None else [self.earlier, *parts])


def in_line(record: StoryRecord) -> StoryInLine:
    """What a storyline says of a story."""
    representative = record.representative()
    return StoryInLine(
        number=record.number,
        id=record.id,
        headline=representative.title if representative else "",
        articles=len(record.members),
        reports=len(record.carried),
        sources=tuple(sorted(record.sources)),
        first_published=record.first_published,
        last_published=record.last_published,
        first_seen=record.first_seen,
        last_seen=record.last_seen,
        keyterms=tuple(record.keyterms),
    )


def together(parts: Sequence[StoryInLine | EarlierStories]) -> EarlierStories | None:
    """What all of these count; None of none."""
    if not parts:
        return None
    return EarlierStories(
        stories=sum(part.stories for part in parts),
        largest=max((part.largest for part in parts), key=_size),
        articles=sum(part.articles for part in parts),
        reports=sum(part.reports for part in parts),
        sources=tuple(sorted(set().union(*[part.sources for part in parts]))),
        first_published=reduce(earliest, [part.first_published for part in parts]),
        last_published=reduce(latest, [part.last_published for part in parts]),
        first_seen=min(part.first_seen for part in parts),
        last_seen=max(part.last_seen for part in parts),
    )


def _size(story: StoryInLine) -> tuple[int, int]:
    return story.articles, -story.number


def snapshot_of(record: StorylineRecord, stories: Iterable[StoryInLine]) -> StorylineSnapshot:
    """The storyline as readers get it: headed by its largest story, the stories newest first.

    `stories`: the open and the closed ones; `record.earlier` is counted with them.
    """
    newest = sorted(stories, key=lambda story: -story.number)
    whole = together([*newest, *([record.earlier] if record.earlier is not None else [])])
    return StorylineSnapshot(
        id=record.id,
        version=record.version,
        status=record.status,
        merged_into=record.merged_into,
        split_from=record.split_from,
        headline=whole.largest.headline if whole else "",
        stories=tuple([story.id for story in newest[:SHOWN_STORIES]]),
        counts=StorylineCounts(
            stories=whole.stories if whole else 0,
            articles=whole.articles if whole else 0,
            copies=whole.articles - whole.reports if whole else 0,
            reports=whole.reports if whole else 0,
            sources=len({*whole.sources} - {UNNAMED}) if whole else 0,
        ),
        first_published=iso(whole.first_published) if whole else None,
        last_published=iso(whole.last_published) if whole else None,
        first_seen=(iso(whole.first_seen) if whole else None) or "",
        last_seen=(iso(whole.last_seen) if whole else None) or "",
    )
