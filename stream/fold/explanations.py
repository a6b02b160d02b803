"""Decisions as readers get them: article ids instead of numbers, rounded figures, names instead of codes."""

from stream.contract.events import (
    AssignedArticle,
    Assignment,
    CopyOf,
    FactorShown,
    Method,
    NearMiss,
    Outcome,
    Rival,
    iso,
)
from stream.copies.results import CopyDecision
from stream.embed.record import EmbeddedArticle
from stream.fold.article_registry import ArticleRegistry, Entry
from stream.fold.story_record import StoryRecord
from stream.stories.results import Factor, StoryMerge, StoryRival, StorySplit

DIGITS = 4  # of every score that goes out; enough to explain, too few to hang on a millisecond of transport


def assigned(article: EmbeddedArticle) -> AssignedArticle:
    """The article as its assignment shows it."""
    published = iso(article.published)
    return AssignedArticle(article.title, article.url, article.source, article.language, published)


def copy_of(decision: CopyDecision, leader_id: str) -> CopyOf:
    """The leader of a copy, with the evidence of the decision."""
    return CopyOf(
        article_id=leader_id,
        kind=str(decision.kind),
        containment=round(decision.containment, DIGITS),
        coverage=round(decision.coverage, DIGITS),
        hits=decision.hits,
        threshold=round(decision.threshold, DIGITS),
    )


def copy_outcome(kind: str) -> Outcome:
    """The outcome of a copy of this kind."""
    return Outcome.EXACT_DUPLICATE if kind == "exact" else Outcome.NEAR_DUPLICATE


def registered_copy(entry: Entry, leader_id: str | None) -> CopyOf | None:
    """The leader of an article that was found to be a copy earlier; None for a report."""
    return CopyOf(article_id=leader_id, kind=entry.kind) if leader_id is not None else None


def near_miss(decision: CopyDecision | None, registry: ArticleRegistry) -> NearMiss | None:
    """The report that came closest without being the leader, if it is still known."""
    if decision is None or decision.rival is None or not registry.holds(decision.rival.leader):
        return None
    rival = decision.rival
    return NearMiss(registry.id_of(rival.leader), round(rival.score, DIGITS), str(rival.reason))


def factors(found: tuple[Factor, ...]) -> tuple[FactorShown, ...]:
    """The evidence of a story decision."""
    return tuple(FactorShown(f.name, round(f.value, DIGITS), round(f.weight, DIGITS)) for f in found)


def rival(second: StoryRival | None, record: StoryRecord | None) -> Rival | None:
    """The story that came second."""
    return Rival(record.id, round(second.score, DIGITS)) if second and record else None


def moved(
    entry: Entry,
    leader_id: str | None,
    record: StoryRecord,
    story_id: str,
    decision: StoryMerge | StorySplit,
) -> Assignment:
    """An article that moved out of a story that was merged into another, or parted.

    The score is that of the two stories being one: from the threshold on they merged, below it they were parted.
    """
    outcome = copy_outcome(entry.kind) if entry.kind else Outcome.UNIQUE
    return Assignment(
        article_id=entry.id,
        story_id=record.id,
        story_version=record.version,
        method=Method.MOVED,
        outcome=outcome,
        copy_of=registered_copy(entry, leader_id),
        score=round(decision.score, DIGITS),
        threshold=round(decision.threshold, DIGITS),
        factors=factors(decision.factors),
        moved_from=story_id,
    )
