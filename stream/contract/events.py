"""What goes out: assignments of articles to stories, and snapshots of stories.

The JSON of these types is the public contract (docs/topics.md). Times are ISO 8601 in UTC. The fields that tell
when Newsfold saw something (first_seen, last_seen) depend on transport; everything else is a function of
the articles and their order.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

import msgspec

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS_REMEMBERED = 16_384  # a story in a burst shows the same twenty articles again and again; some 3 MB


class Outcome(StrEnum):
    """What became of one record of the log; the label of the processed metric."""

    UNIQUE = "unique"
    NEAR_DUPLICATE = "near_duplicate"
    EXACT_DUPLICATE = "exact_duplicate"
    CORRECTION = "correction"
    RETRACTION = "retraction"
    REPEATED = "repeated"


class Method(StrEnum):
    """How an article came to its story."""

    NEW = "new"
    JOINED = "joined"
    COPY = "copy"
    CORRECTION = "correction"
    MOVED = "moved"
    RETRACTED = "retracted"


class StoryEventType(StrEnum):
    """What happened to a story; `newsfold.story.<type>` is the CloudEvents type."""

    CREATED = "created"
    UPDATED = "updated"
    MERGED = "merged"
    CLOSED = "closed"
    EXPIRED = "expired"


class CopyOf(msgspec.Struct, frozen=True):
    """The leader this article copies, and the evidence: shares of shingles found in each other's sample."""

    article_id: str
    kind: str
    containment: float | None = None
    coverage: float | None = None
    hits: int | None = None
    threshold: float | None = None


class NearMiss(msgspec.Struct, frozen=True):
    """The closest report that this one was not taken for a copy of."""

    article_id: str
    score: float
    reason: str


class Rival(msgspec.Struct, frozen=True):
    """The story that came second."""

    story_id: str
    score: float


class FactorShown(msgspec.Struct, frozen=True):
    """One piece of evidence: its value, and what it added to the score."""

    name: str
    value: float
    weight: float


class AssignedArticle(msgspec.Struct, frozen=True):
    """The article that was assigned, as a reader is shown it: a story lists twenty reports and no copies."""

    title: str
    url: str | None
    source: str | None
    language: str | None
    published: str | None


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """Why one article is where it is. `story_id` is None for a retracted article only.

    `article` is None where the article itself is no longer at hand: moved between stories, or retracted.
    """

    article_id: str
    story_id: str | None
    story_version: int
    method: Method
    outcome: Outcome
    event_time: str | None = None
    copy_of: CopyOf | None = None
    near_miss: NearMiss | None = None
    score: float | None = None
    threshold: float | None = None
    factors: tuple[FactorShown, ...] = ()
    rival: Rival | None = None
    moved_from: str | None = None
    model: str = ""
    article: AssignedArticle | None = None


class ArticleShown(msgspec.Struct, frozen=True, kw_only=True):
    """An article as a story lists it. `copies` counts the later articles that carry its text."""

    article_id: str
    title: str
    url: str | None
    source: str | None
    language: str | None
    published: str | None
    copies: int
    centrality: float


class Counts(msgspec.Struct, frozen=True):
    """Sizes of a story: articles = reports + copies; sources are distinct outlets that are named."""

    articles: int
    copies: int
    reports: int
    sources: int


class StorySnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A story at one version. Equal id and version mean equal bytes."""

    id: str
    version: int
    status: str
    merged_into: str | None
    split_from: str | None
    headline: str
    representative: ArticleShown | None
    keywords: tuple[str, ...]
    languages: tuple[str, ...]
    articles: tuple[ArticleShown, ...]
    counts: Counts
    first_published: str | None
    last_published: str | None
    first_seen: str
    last_seen: str
    cohesion: float


class StoryEvent(msgspec.Struct, frozen=True):
    """One change of one story; an expired story has no snapshot (a tombstone on the topic)."""

    type: StoryEventType
    story_id: str
    snapshot: StorySnapshot | None


class Folded(msgspec.Struct, frozen=True):
    """All that one record of the log gave rise to, in order."""

    outcome: Outcome
    event_time: int
    assignments: tuple[Assignment, ...] = ()
    stories: tuple[StoryEvent, ...] = ()


_encoder = msgspec.json.Encoder()


def encode_event(event: Assignment | StorySnapshot) -> bytes:
    """The event as it stands on its topic: JSON, UTF-8, fields in the order above."""
    return _encoder.encode(event)


@lru_cache(maxsize=MOMENTS_REMEMBERED)
def iso(moment: int | None) -> str | None:
    """Milliseconds since the epoch as ISO 8601 in UTC, or None."""
    if moment is None:
        return None
    return (EPOCH + timedelta(milliseconds=moment)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
