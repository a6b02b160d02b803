"""What goes out of storylines: affairs, that is stories that are linked."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from stream.contract.moments import Moment


class StorylineEventType(StrEnum):
    """What happened to a storyline; `newsfold.storyline.<type>` is the CloudEvents type.

    `split`: some of its stories are a storyline of their own now, which was `created` with `split_from`.
    """

    CREATED = "created"
    UPDATED = "updated"
    MERGED = "merged"
    SPLIT = "split"
    CLOSED = "closed"
    EXPIRED = "expired"


class Related(msgspec.Struct, frozen=True, gc=False):
    """A story like another."""

    story_id: Annotated[str, Meta(description="The other story.")]
    score: Annotated[
        float,
        Meta(
            description="The score (logits) of the two being of one affair; from the threshold of storylines on they "
            "are linked, unless other stories speak against it."
        ),
    ]
    words: Annotated[tuple[str, ...], Meta(description="Keywords that both are about, at most 5.")]


class StorylineCounts(msgspec.Struct, frozen=True, gc=False):
    """Sizes of a storyline: articles = reports + copies."""

    stories: Annotated[int, Meta(description="Its stories, open and closed.")]
    articles: Annotated[int, Meta(description="All articles of its stories: reports and copies.")]
    copies: Annotated[int, Meta(description="Articles that carry the text of another.")]
    reports: Annotated[int, Meta(description="Distinct texts.")]
    sources: Annotated[int, Meta(description="Distinct outlets that are named.")]


class StorylineSnapshot(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A storyline at one version. Equal id and version mean equal bytes; null once its retention is over."""

    id: Annotated[str, Meta(description="The storyline's id; it lasts.")]
    version: Annotated[int, Meta(description="Rises with every change; numbers may be skipped.")]
    status: Annotated[
        str,
        Meta(description="`open`, `merged` (lives on as the storyline named in merged_into) or `closed`."),
    ]
    merged_into: Annotated[
        str | None, Meta(description="The storyline it lives on in, where it was merged: the older survives.")
    ]
    split_from: Annotated[
        str | None,
        Meta(description="The storyline that its first stories were in before, if they were in one."),
    ]
    headline: Annotated[str, Meta(description="The headline of its largest story.")]
    stories: Annotated[
        tuple[str, ...], Meta(description="Ids of its stories, the newest first, at most 500.")
    ]
    counts: Annotated[StorylineCounts, Meta(description="Of all its stories, listed or not.")]
    first_published: Annotated[
        Moment | None, Meta(description="Of its articles, by their sources' word; null where none is dated.")
    ]
    last_published: Annotated[Moment | None, Meta(description="Of its articles, by their sources' word.")]
    first_seen: Annotated[Moment, Meta(description="When Newsfold logged its first article.")]
    last_seen: Annotated[Moment, Meta(description="When Newsfold logged its newest article.")]


class StorylineEvent(msgspec.Struct, frozen=True, gc=False):
    """One change of one storyline; an expired one has no snapshot (a tombstone on the topic)."""

    type: StorylineEventType
    storyline_id: str
    snapshot: StorylineSnapshot | None
