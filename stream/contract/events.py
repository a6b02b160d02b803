"""What goes out: assignments of articles to stories, and snapshots of stories.

The JSON of these types is the public contract. docs/topics.md, the JSON Schemas and the AsyncAPI document are made
from the descriptions here (`python -m stream.contract.documents`). Times are ISO 8601 in UTC. The fields that say
when Newsfold saw something (first_seen, last_seen) depend on transport; everything else is a function of the articles
and their order.
"""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from stream.contract.moments import Moment
from stream.contract.storylines import Related, StorylineEvent, StorylineSnapshot


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


class Reason(StrEnum):
    """The rule that decided. Sentences for readers are in stream.contract.sentences."""

    COPY = "copy"  # its text is that of a known report
    NO_CANDIDATE = "no_candidate"  # no open story has anything in common with it
    NOT_CLOSER_THAN_UNRELATED = (
        "not_closer_than_unrelated"  # nothing here is closer than unrelated articles are
    )
    BELOW_THRESHOLD = "below_threshold"  # the evidence for the best story does not reach the threshold
    CONTINUES = "continues"  # the best story has lasted as long as a story may: a new one goes on with it
    JOINED = "joined"  # the evidence for the story reaches the threshold
    CLOSER_TO_ANOTHER = "closer_to_another"  # of a rival: the story that was joined scored higher
    STORIES_MERGED = "stories_merged"  # its story and another were found to be one
    STORY_SPLIT = "story_split"  # its story was found to be two
    CORRECTED = "corrected"  # a new version of an article stays where the article was
    RETRACTED = "retracted"  # its publisher withdrew it
    LEADER_WITHDRAWN = (
        "leader_withdrawn"  # the article whose text it carries was withdrawn; a copy took its place
    )


class StoryEventType(StrEnum):
    """What happened to a story; `newsfold.story.<type>` is the CloudEvents type."""

    CREATED = "created"
    UPDATED = "updated"
    MERGED = "merged"
    CLOSED = "closed"
    EXPIRED = "expired"


class CopyOf(msgspec.Struct, frozen=True, gc=False):
    """The leader this article copies, and the evidence: shares of shingles found in each other's sample."""

    article_id: Annotated[str, Meta(description="The leader: the first article that carried this text.")]
    kind: Annotated[
        str,
        Meta(
            description="`exact`, `truncated` (it has the beginning), `extended` (it has more) or `partial` "
            "(it shares long passages)."
        ),
    ]
    containment: Annotated[
        float | None, Meta(description="Share of its passages that the leader has, 0 to 1.")
    ] = None
    coverage: Annotated[
        float | None, Meta(description="Share of the leader's passages that it has, 0 to 1.")
    ] = None
    hits: Annotated[int | None, Meta(description="Sampled passages found in both texts.")] = None
    threshold: Annotated[float | None, Meta(description="Share from which on it counts as a copy.")] = None


class NearMiss(msgspec.Struct, frozen=True, gc=False):
    """The closest report that this one was not taken for a copy of."""

    article_id: Annotated[str, Meta(description="The report.")]
    score: Annotated[float, Meta(description="Share of passages in common, 0 to 1.")]
    reason: Annotated[str, Meta(description="Why it does not count as a copy.")]


class Rival(msgspec.Struct, frozen=True, gc=False):
    """The best story that the article was not put into."""

    story_id: Annotated[str, Meta(description="The story.")]
    score: Annotated[float, Meta(description="The score of joining it.")]
    reason: Annotated[Reason, Meta(description="Why not that one.")]


class FactorShown(msgspec.Struct, frozen=True, gc=False):
    """One piece of evidence: its value, and what it added to the score."""

    name: Annotated[
        str, Meta(description="What was measured, in words; docs/how-it-decides.md explains each.")
    ]
    value: Annotated[float, Meta(description="The measurement.")]
    weight: Annotated[
        float,
        Meta(description="What it added to the score: above 0 it speaks for the story, below 0 against."),
    ]


class AssignedArticle(msgspec.Struct, frozen=True, gc=False):
    """The article that was assigned, as a reader is shown it: a story lists twenty reports and no copies."""

    title: Annotated[str, Meta(description="Its title; the beginning of its text where it has none.")]
    url: Annotated[str | None, Meta(description="Its address, as its producer gave it.")]
    source: Annotated[str | None, Meta(description="The outlet.")]
    language: Annotated[str | None, Meta(description="ISO 639 code, given or detected.")]
    published: Annotated[Moment | None, Meta(description="By the source's word; null where it says nothing.")]


class Assignment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Why one article is where it is. The last message of an article id counts."""

    article_id: Annotated[str, Meta(description="The article.")]
    story_id: Annotated[
        str | None, Meta(description="The story it is in; null once the article is retracted.")
    ]
    story_version: Annotated[
        int, Meta(description="The version of the story that shows it first; 0 where there was no story.")
    ]
    method: Annotated[Method, Meta(description="How the article came to its story.")]
    outcome: Annotated[
        Outcome, Meta(description="What the article is: a distinct text, a copy, a correction ...")
    ]
    reason: Annotated[Reason, Meta(description="The rule that decided.")]
    event_time: Annotated[Moment | None, Meta(description="When it happened, by the stream's time.")] = None
    copy_of: Annotated[CopyOf | None, Meta(description="For a copy: of which article, and how.")] = None
    near_miss: Annotated[
        NearMiss | None, Meta(description="For a report: the closest text that it is not a copy of.")
    ] = None
    score: Annotated[
        float | None,
        Meta(
            description="For a report: the score (logits) of the story joined, or of the best one where a new story "
            "was begun; `bias` plus the `weight` of all factors. Null where no story came into question. For a moved "
            "article: the score of the two stories being one."
        ),
    ] = None
    threshold: Annotated[
        float | None,
        Meta(
            description="The score from which on it joins. It follows the stream: higher where hardly any article is "
            "sure of a story, lower where most are. For a moved article: stories merge from it on, and are split "
            "below it."
        ),
    ] = None
    bias: Annotated[
        float | None,
        Meta(description="What the score is before any evidence is counted; null without a score."),
    ] = None
    factors: Annotated[
        tuple[FactorShown, ...],
        Meta(description="The evidence, heaviest first. Without `score`, empty."),
    ] = ()
    rival: Annotated[
        Rival | None, Meta(description="The best story that the article was not put into, and why.")
    ] = None
    moved_from: Annotated[
        str | None,
        Meta(description="For a moved article: the story it was in before the merge or the split."),
    ] = None
    model: Annotated[str, Meta(description="Name and version of the encoder.")] = ""
    article: Annotated[
        AssignedArticle | None,
        Meta(description="The article itself; null where it is no longer at hand: moved, or retracted."),
    ] = None


class ArticleShown(msgspec.Struct, frozen=True, gc=False):
    """An article as a story lists it."""

    article_id: Annotated[str, Meta(description="The article's id, as its producer gave it.")]
    title: Annotated[str, Meta(description="Its title; the beginning of its text where it has none.")]
    url: Annotated[str | None, Meta(description="Its address, as its producer gave it.")]
    source: Annotated[str | None, Meta(description="The outlet.")]
    language: Annotated[str | None, Meta(description="ISO 639 code, given or detected.")]
    published: Annotated[Moment | None, Meta(description="By the source's word; null where it says nothing.")]
    copies: Annotated[int, Meta(description="Later articles that carry its text.")]
    centrality: Annotated[
        float, Meta(description="Mean similarity to the story when it joined; 0 for the first report.")
    ]


class Counts(msgspec.Struct, frozen=True, gc=False):
    """Sizes of a story: articles = reports + copies."""

    articles: Annotated[int, Meta(description="All articles: reports and copies.")]
    copies: Annotated[int, Meta(description="Articles that carry the text of another.")]
    reports: Annotated[int, Meta(description="Distinct texts.")]
    sources: Annotated[int, Meta(description="Distinct outlets that are named.")]


class Lead(msgspec.Struct, frozen=True, gc=False):
    """How one report begins."""

    article_id: Annotated[str, Meta(description="The report.")]
    text: Annotated[str, Meta(description="Its first sentences, at most 400 characters.")]


class NameShown(msgspec.Struct, frozen=True, gc=False):
    """A name that the reports of a story share."""

    name: Annotated[str, Meta(description="As the reports write it.")]
    reports: Annotated[int, Meta(description="Reports that have it.")]


class StorySnapshot(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A story at one version. Equal id and version mean equal bytes; null once the story's retention is over."""

    id: Annotated[str, Meta(description="The story's id; it lasts.")]
    version: Annotated[int, Meta(description="Rises with every change; numbers may be skipped.")]
    status: Annotated[
        str, Meta(description="`open`, `merged` (lives on as the story named in merged_into) or `closed`.")
    ]
    merged_into: Annotated[str | None, Meta(description="The story it lives on in, where it was merged.")]
    split_from: Annotated[
        str | None, Meta(description="The story it was split from, when reports showed that there were two.")
    ]
    headline: Annotated[str, Meta(description="The title of the representative report.")]
    summary: Annotated[
        tuple[Lead, ...],
        Meta(
            description="How the representative report begins and, where it says something new, how the newest one "
            "does."
        ),
    ]
    image: Annotated[
        str | None, Meta(description="Address (http or https) of the representative report's picture.")
    ]
    representative: Annotated[
        ArticleShown | None,
        Meta(description="The report that stands for the story: central and widely carried."),
    ]
    keywords: Annotated[tuple[str, ...], Meta(description="Most frequent first, at most 8.")]
    names: Annotated[
        tuple[NameShown, ...], Meta(description="Names that most of its reports share, at most 8.")
    ]
    languages: Annotated[tuple[str, ...], Meta(description="Languages of its articles, most frequent first.")]
    articles: Annotated[
        tuple[ArticleShown, ...],
        Meta(
            description="The representative report, then the newest ones, at most 20. Copies are only counted."
        ),
    ]
    counts: Annotated[Counts, Meta(description="All of its articles, listed or not.")]
    first_published: Annotated[
        Moment | None, Meta(description="Of its articles, by their sources' word; null where none is dated.")
    ]
    last_published: Annotated[Moment | None, Meta(description="Of its articles, by their sources' word.")]
    first_seen: Annotated[Moment, Meta(description="When Newsfold logged its first article.")]
    last_seen: Annotated[Moment, Meta(description="When Newsfold logged its newest article.")]
    cohesion: Annotated[
        float, Meta(description="Mean centrality of the reports that joined, 0 to 1; 1 for a single report.")
    ]
    storyline_id: Annotated[
        str | None,
        Meta(
            description="The storyline it is in. Of a closed story as it was then: the storyline has the last word."
        ),
    ] = None
    continues: Annotated[
        str | None,
        Meta(
            description="The story it goes on with: its first report belonged there, and came when a story may not "
            "go on."
        ),
    ] = None
    related: Annotated[tuple[Related, ...], Meta(description="Stories like it, best first, at most 3.")] = ()


class StoryEvent(msgspec.Struct, frozen=True, gc=False):
    """One change of one story; an expired story has no snapshot (a tombstone on the topic)."""

    type: StoryEventType
    story_id: str
    snapshot: StorySnapshot | None


class Folded(msgspec.Struct, frozen=True, gc=False):
    """All that one record of the log gave rise to, in order."""

    outcome: Outcome
    event_time: int
    assignments: tuple[Assignment, ...] = ()
    stories: tuple[StoryEvent, ...] = ()
    storylines: tuple[StorylineEvent, ...] = ()


_encoder = msgspec.json.Encoder()


def encode_event(event: Assignment | StorySnapshot | StorylineSnapshot) -> bytes:
    """The event as it stands on its topic: JSON, UTF-8, fields in the order above."""
    return _encoder.encode(event)
