"""A decision in sentences that an editor reads: what was decided, what spoke for it, and what against."""

from stream.contract.events import Assignment, FactorShown, Reason
from stream.contract.factors import FORM_WORDS, HEADLINE_WORDS, JOIN_WORDS, UNRELATED_WORDS
from stream.contract.merge_factors import MERGE_WORDS

MERGE_REASONS = frozenset({Reason.STORIES_MERGED, Reason.STORY_SPLIT})
BEGINS = {
    Reason.NO_CANDIDATE: "It begins a story: no open story has anything in common with it.",
    Reason.NOT_CLOSER_THAN_UNRELATED: "It begins a story: nothing here is closer than unrelated articles are.",
    Reason.BELOW_THRESHOLD: "It begins a story: the evidence for the closest other one is not enough.",
    Reason.CONTINUES: "It begins a story that continues another: that one has lasted as long as a story may.",
    Reason.JOINED: "It joined the story: the evidence is enough.",
    Reason.STORIES_MERGED: "It moved with its story, which was found to be one with another.",
    Reason.STORY_SPLIT: "It moved to a new story: the one it was in was found to be two.",
    Reason.CORRECTED: "It is a new version of an article that was here before.",
    Reason.RETRACTED: "Its publisher withdrew it.",
    Reason.LEADER_WITHDRAWN: "It stays: the article whose text it carries was withdrawn.",
}
COPY_KINDS = {
    "exact": "word for word",
    "truncated": "cut short",
    "extended": "with more text",
    "partial": "in long passages",
}
RIVAL_REASONS = {
    Reason.NOT_CLOSER_THAN_UNRELATED: "none of its reports is closer than unrelated articles are",
    Reason.BELOW_THRESHOLD: "the evidence for it is not enough",
    Reason.CONTINUES: "it has lasted as long as a story may; the new story continues it",
    Reason.CLOSER_TO_ANOTHER: "the evidence for the story it joined is stronger",
}
_JOIN = {words.name: words for words in (*JOIN_WORDS, HEADLINE_WORDS, FORM_WORDS, UNRELATED_WORDS)}
_MERGE = {words.name: words for words in MERGE_WORDS}


def verdict(assignment: Assignment) -> str:
    """What was decided, in one sentence."""
    if assignment.copy_of is not None and assignment.reason is Reason.COPY:
        kind = COPY_KINDS.get(assignment.copy_of.kind, assignment.copy_of.kind)
        return f"It carries the text of {assignment.copy_of.article_id}, {kind}."
    return BEGINS.get(assignment.reason, f"The rule that decided: {assignment.reason}.")


def sentence(factor: FactorShown, reason: Reason) -> str:
    """What one factor says. A factor that this version does not know is named with its value."""
    words = (_MERGE if reason in MERGE_REASONS else _JOIN).get(factor.name)
    if words is None:
        return f"{factor.name.capitalize()}: {factor.value:g}."
    return words.speaks_for if factor.weight > 0 else words.speaks_against


def explained(assignment: Assignment) -> list[str]:
    """Three sentences at most: the verdict, the heaviest evidence for it, and the heaviest against it."""
    joins = assignment.reason in (Reason.JOINED, Reason.STORIES_MERGED)
    said = [verdict(assignment)]
    evidence = [f for f in assignment.factors if f.name not in (FORM_WORDS.name, UNRELATED_WORDS.name)]
    heaviest = sorted(evidence, key=lambda factor: -abs(factor.weight))
    for wanted in (joins, not joins):
        found = next((f for f in heaviest if (f.weight > 0) == wanted), None)
        if found is not None:
            words = sentence(found, assignment.reason)
            said.append(words if wanted == joins else f"Against that: {words[0].lower()}{words[1:]}")
    return said


def rival_sentence(assignment: Assignment) -> str | None:
    """Why not the best other story, or None where there is none."""
    if assignment.rival is None:
        return None
    why = RIVAL_REASONS.get(assignment.rival.reason, str(assignment.rival.reason))
    return f"The best other story is {assignment.rival.story_id}: {why}."
