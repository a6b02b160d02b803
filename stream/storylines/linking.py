"""Which stories are one affair: evidence is taken in as stories are decided, and the touched ones are linked anew.

The recipe and its measurements: docs/decisions/0006-storylines.md. Storylines are average link over the scores of
pairs of stories.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from stream.stories.results import StoryDecision, StoryMerge, StorySplit
from stream.storylines.average_link import average_link
from stream.storylines.evidence import Evidence, ProfileOf
from stream.storylines.pairs import GROWTH, UNIT
from stream.storylines.regrouping import Regrouping, regrouped
from stream.storylines.settings import StorylineSettings

GRAIN = 100  # thousandths of a logit: smaller changes of a pair's score change nothing
KEPT_CLOSED = 2  # articles of a story that is kept when it closes outside a storyline; most stories have one


class Learnt(NamedTuple):
    """What followed from a decision: the storylines that changed, and whether pairs of its story were scored anew."""

    found: tuple[Regrouping, ...]
    scored: bool


class _Story(msgspec.Struct, array_like=True, gc=False):
    line: int = -1
    size: int = 0  # articles
    scored_at: int = 0  # its size when all its pairs were scored
    leaves: int = -1  # stream time at which a closed story links no more


class Storylines:
    """The stories of a shard that link, open or closed within the window, and the storylines they form."""

    def __init__(self, settings: StorylineSettings) -> None:
        self._settings = settings
        self._threshold = round(settings.threshold * UNIT)
        self._evidence = Evidence(settings)
        self._stories: dict[int, _Story] = {}
        self._lines: dict[int, set[int]] = {}
        self._leaving: deque[int] = deque()  # closed stories, the one that leaves first at the left
        self._next_line = 0

    def line_of(self, story: int) -> int | None:
        """The storyline of a story, or None."""
        known = self._stories.get(story)
        return known.line if known is not None and known.line >= 0 else None

    def knows(self, story: int) -> bool:
        """Whether a story, open or closed, still links."""
        return story in self._stories

    def stories_of(self, line: int) -> frozenset[int]:
        """The stories that link in a storyline; empty where it has ended."""
        return frozenset(self._lines.get(line, ()))

    def related(self, story: int) -> list[tuple[int, float]]:
        """The stories most like this one with their scores in logits, best first."""
        return self._evidence.related(story)

    def learn(self, decision: StoryDecision, profile_of: ProfileOf) -> Learnt:
        """Take in the decision on an article and the evidence it brought.

        `profile_of`: what an open story is about, as it is after the decision.
        """
        story = self._stories.setdefault(decision.story, _Story())
        story.size += 1
        self._evidence.take_in(decision)
        changed: set[int] = set()
        before: dict[int, frozenset[int]] = {}
        stays = decision.story
        for merge in decision.merges:
            changed |= self._merge(merge, before)
            stays = merge.survivor
        if decision.split is not None:
            changed |= self._split(decision.split)
        if self._has_grown(stays):
            if self._stories[stays].size >= KEPT_CLOSED:
                self._evidence.look_back(stays, decision.caution, profile_of)
            due = self._evidence.worth_comparing(stays)
        else:
            due = self._evidence.worth_comparing(stays, {pair.other for pair in decision.pairs})
        changed |= self._scored_anew(stays, due, profile_of)
        return Learnt(self._relinked(changed, before), bool(due))

    def _merge(self, merge: StoryMerge, before: dict[int, frozenset[int]]) -> set[int]:
        """Let one story go into another, and into its storyline; return the stories to link anew."""
        absorbed, survivor = merge.absorbed, merge.survivor
        gone, stays = self._stories.pop(absorbed), self._stories.setdefault(survivor, _Story())
        stays.size += gone.size
        self.renew(survivor)
        self._evidence.merge(absorbed, survivor)
        lines = {gone.line, stays.line} - {-1}
        for line in lines:
            before[line] = frozenset(self._lines[line])
        if gone.line >= 0:
            self._lines[gone.line].discard(absorbed)
            if stays.line < 0:
                stays.line = gone.line
                self._lines[stays.line].add(survivor)
        return {survivor, *self._lines.get(gone.line, ())} if lines else set()

    def _split(self, split: StorySplit) -> set[int]:
        """Make two stories of one: each is about its own articles; the evidence so far stays with the elder."""
        self._stories[split.fresh] = _Story(size=len(split.leaving))
        self._stories[split.story].size -= len(split.leaving)
        self.renew(split.story)
        return {split.story, split.fresh}

    def renew(self, story: int) -> None:
        """What a story is about has changed by more than an article: let it be looked up again."""
        known = self._stories.get(story)
        if known is not None:
            known.scored_at = 0
            self._evidence.renew(story)

    def _has_grown(self, number: int) -> bool:
        """Whether a story is to be held against all its pairs again, as it is now."""
        story = self._stories[number]
        if story.size < GROWTH * story.scored_at:
            return False
        story.scored_at = story.size
        self._evidence.renew(number)
        return True

    def _scored_anew(self, number: int, others: Sequence[int], profile_of: ProfileOf) -> set[int]:
        """Score pairs of a story; return the stories to link anew."""
        pairs = self._evidence.of(number)
        changed: set[int] = set()
        for other, score in self._evidence.scores(number, others, profile_of):
            pair = pairs[other]
            if pair.score is None or abs(score - pair.score) >= GRAIN or self._crosses(score, pair.score):
                if self._may_regroup(number, other, score, pair.score):
                    changed |= {number, other}
                pair.score = score
        return changed

    def _crosses(self, score: int, before: int) -> bool:
        return (score >= self._threshold) != (before >= self._threshold)

    def _may_regroup(self, one: int, other: int, score: int, before: int | None) -> bool:
        """Whether this score of two stories, after that one, could part or join what they are in.

        In one storyline only a pair that is lost parts; else only a score that rises to the threshold joins.
        """
        line = self._stories[one].line
        if line >= 0 and line == self._stories[other].line:
            return score < self._threshold and before is not None and score < before
        return score >= self._threshold and (before is None or score > before)

    def _relinked(self, changed: set[int], before: Mapping[int, frozenset[int]]) -> tuple[Regrouping, ...]:
        """Link the stories that hang together with the changed ones, and return the storylines that came of it.

        `before`: the storylines that have lost a story meanwhile, as they were.
        """
        if not changed and not before:
            return ()
        component = self._component(changed)
        scores = {story: self._evidence.within(story, component) for story in component}
        groups = average_link(component, scores, self._threshold)
        touched = {self._stories[story].line for story in component} - {-1}
        old = {line: frozenset(self._lines[line]) for line in touched} | dict(before)
        found = regrouped(old, groups, self._next_line)
        for one in found:
            self._next_line = max(self._next_line, one.line + 1)
            for story in self._lines.get(one.line, ()):
                self._stories[story].line = -1
            self._lines.pop(one.line, None)
        for one in found:
            if one.stories:
                self._lines[one.line] = set(one.stories)
            for story in one.stories:
                self._stories[story].line = one.line
        return found

    def _component(self, changed: Iterable[int]) -> set[int]:
        """All stories connected with these by pairs that score enough, or by a storyline."""
        reached: set[int] = set()
        waiting = [story for story in changed if story in self._stories]
        while waiting:
            story = waiting.pop()
            if story in reached:
                continue
            reached.add(story)
            waiting += [
                other
                for other, pair in self._evidence.of(story).items()
                if pair.score is not None and pair.score >= self._threshold and other not in reached
            ]
            waiting += self._lines.get(self._stories[story].line, set()) - reached
        return reached

    def close(self, story: int, since: int, profile_of: ProfileOf) -> None:
        """A story is about to end, idle since then; in a storyline or of several articles it links on."""
        known = self._stories.get(story)
        if known is None:
            return
        if known.line < 0 and known.size < KEPT_CLOSED:
            self._forget(story)
            return
        known.leaves = since + self._settings.window
        self._leaving.append(story)
        self._evidence.close(story, profile_of)

    def withdraw(self, story: int) -> tuple[Regrouping, ...]:
        """A story was emptied: it is no part of anything any more."""
        known = self._stories.get(story)
        if known is None:
            return ()
        before = {known.line: frozenset(self._lines[known.line])} if known.line >= 0 else {}
        self._forget(story)
        mates = {mate for stories in before.values() for mate in stories} - {story}
        return self._relinked(mates, before)

    def let_time_pass(self, now: int) -> list[tuple[int, int]]:
        """Let the stories that closed longer ago than the window link no more; return each with its storyline.

        What was learnt of such a story goes to the one of its storyline that is most like it, so that those it held
        together stay together.
        """
        left: list[tuple[int, int]] = []
        while self._leaving and self._stories[self._leaving[0]].leaves <= now:
            story = self._leaving.popleft()
            line = self._stories[story].line
            left.append((story, line))
            mates = self._lines.get(line, set()) - {story}
            scores = self._evidence.within(story, mates)
            if scores:
                closest = min(scores, key=lambda other: (-scores[other], other))
                self._evidence.merge(story, closest)
                self._stories[closest].scored_at = 0
            self._forget(story)
        return left

    def _forget(self, story: int) -> None:
        known = self._stories.pop(story)
        if known.line >= 0:
            self._lines[known.line].discard(story)
            if not self._lines[known.line]:
                del self._lines[known.line]
        self._evidence.drop(story)

    @property
    def bytes(self) -> int:
        """Memory held by the tables of what the stories are about."""
        return self._evidence.bytes

    def snapshot(self) -> dict[str, np.ndarray]:
        """The whole state as arrays."""
        rows = [(number, *msgspec.structs.astuple(story)) for number, story in sorted(self._stories.items())]
        return {
            "stories": np.array(rows, np.int64).reshape(-1, 5),
            "leaving": np.array(self._leaving, np.int64),
            "next_line": np.array([self._next_line]),
            **self._evidence.snapshot(),
        }

    @classmethod
    def restore(cls, settings: StorylineSettings, arrays: dict[str, np.ndarray]) -> "Storylines":
        """The storylines that gave this snapshot."""
        lines = cls(settings)
        for number, line, size, scored_at, leaves in arrays["stories"].tolist():
            lines._stories[number] = _Story(line, size, scored_at, leaves)
            if line >= 0:
                lines._lines.setdefault(line, set()).add(number)
        lines._leaving = deque(arrays["leaving"].tolist())
        lines._next_line = int(arrays["next_line"][0])
        lines._evidence = Evidence.restore(settings, arrays, lines._leaving)
        return lines
