"""Decisions as readers get them: article ids instead of numbers, rounded figures, words instead of codes."""

from collections.abc import Mapping, Sequence

from stream.contract.events import (
    AssignedArticle,
    Assignment,
    CopyOf,
    FactorShown,
    Method,
    NearMiss,
    Outcome,
    Reason,
    Rival,
)
from stream.contract.factors import FORM_WORDS, HEADLINE_WORDS, JOIN_WORDS, UNRELATED_WORDS
from stream.contract.merge_factors import MERGE_WORDS
from stream.contract.moments import iso
from stream.copies.results import CopyDecision
from stream.embed.record import EmbeddedArticle
from stream.fold.article_registry import ArticleRegistry, Entry
from stream.fold.story_record import StoryRecord
from stream.stories.results import FACTOR_DIGITS, Factor, StoryDecision, StoryMerge, StoryRival, StorySplit

DIGITS = FACTOR_DIGITS  # of every score that goes out; too few to hang on a millisecond of transport
UNITS = 10_000  # of the last of these digits in one
JOIN = {words.feature: words.name for words in (*JOIN_WORDS, HEADLINE_WORDS, FORM_WORDS, UNRELATED_WORDS)}
MERGE = {words.feature: words.name for words in MERGE_WORDS}


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


def reason(decision: StoryDecision) -> Reason:
    """The rule that put a report where it is."""
    if not decision.created:
        return Reason.JOINED
    if decision.score is None:
        return Reason.NO_CANDIDATE
    if decision.continues is not None:
        return Reason.CONTINUES
    return Reason.NOT_CLOSER_THAN_UNRELATED if decision.unrelated else Reason.BELOW_THRESHOLD


def factors(found: Sequence[Factor], names: Mapping[str, str] = JOIN) -> tuple[FactorShown, ...]:
    """The evidence of a story decision, heaviest first; what rounds to nothing is left out."""
    shown = [FactorShown(names[f.name], f.value, f.weight) for f in found if f.weight]
    shown.sort(key=_heaviest_first)
    return tuple(shown)


def _heaviest_first(factor: FactorShown) -> float:
    return -abs(factor.weight)


def shown_bias(score: float, shown: Sequence[FactorShown]) -> float:
    """What the score is before any evidence, so that score = bias + weights to the last digit shown.

    It differs from the model's own bias by what rounding took from the factors.
    """
    weights = round(sum([factor.weight for factor in shown]) * UNITS)  # whole units of the last digit: exact
    return (round(round(score, DIGITS) * UNITS) - weights) / UNITS


def rival(second: StoryRival | None, record: StoryRecord | None, decision: StoryDecision) -> Rival | None:
    """The best story that the article was not put into, and why not."""
    if second is None or record is None:
        return None
    why = Reason.BELOW_THRESHOLD if second.score < decision.threshold else Reason.CLOSER_TO_ANOTHER
    if second.story == decision.continues:
        why = Reason.CONTINUES
    elif second.unrelated:
        why = Reason.NOT_CLOSER_THAN_UNRELATED
    return Rival(record.id, round(second.score, DIGITS), why)


def inherited(entry: Entry, leader_id: str | None, record: StoryRecord) -> Assignment:
    """An article whose leader was withdrawn: the report in its place, or a copy of the one that is."""
    return Assignment(
        article_id=entry.id,
        story_id=record.id,
        story_version=record.version,
        method=Method.COPY if leader_id is not None else Method.JOINED,
        outcome=copy_outcome(entry.kind) if leader_id is not None else Outcome.UNIQUE,
        reason=Reason.LEADER_WITHDRAWN,
        copy_of=registered_copy(entry, leader_id),
    )


def moved(
    entry: Entry,
    leader_id: str | None,
    record: StoryRecord,
    story_id: str,
    decision: StoryMerge | StorySplit,
) -> Assignment:
    """An article that moved out of a story that was merged into another, or split.

    The score is that of the two stories being one: from the threshold on they merged, below it they were split.
    """
    outcome = copy_outcome(entry.kind) if entry.kind else Outcome.UNIQUE
    shown = factors(decision.factors, MERGE)
    return Assignment(
        article_id=entry.id,
        story_id=record.id,
        story_version=record.version,
        method=Method.MOVED,
        outcome=outcome,
        reason=Reason.STORIES_MERGED if isinstance(decision, StoryMerge) else Reason.STORY_SPLIT,
        copy_of=registered_copy(entry, leader_id),
        score=round(decision.score, DIGITS),
        threshold=round(decision.threshold, DIGITS),
        bias=shown_bias(decision.score, shown),
        factors=shown,
        moved_from=story_id,
    )
