"""Which stories are one affair: evidence is taken in as stories are decided, and the touched ones are linked anew.

The recipe and its measurements: docs/decisions/0006-storylines.md. A pair of stories scores the mean of what they
scored when they were held against each other, plus what they have in common; storylines are average link over that.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import takewhile

import msgspec
import numpy as np

from stream.stories.results import StoryDecision, StoryMerge, StorySplit, Weights
from stream.storylines.average_link import average_link
from stream.storylines.pairs import UNIT, Pairs
from stream.storylines.profiles import Profiles
from stream.storylines.regrouping import Regrouping, regrouped
from stream.storylines.settings import StorylineSettings

MERGE_BONUS = (
    0.5  # logits; stories merge from .6 logits above where articles join, for what a wrong merge costs
)
CAUTION_WEIGHT = 2.0  # of the stream's caution: of 2,000 unrelated articles 366 storylines became none by it
NAMES_WEIGHT, WORDS_WEIGHT = (
    4.0,
    6.0,
)  # logits that all names, all words in common are worth; 3/2 to 5/4 do as well
GRAIN = 100  # thousandths of a logit: smaller changes of a pair's score change nothing
GROWTH = 4 / 3  # a story that has grown so much is held against all its pairs again, as it is now


class _Story(msgspec.Struct, array_like=True):
    line: int = -1
    size: int = 0  # articles
    scored_at: int = 0  # its size when all its pairs were scored
    leaves: int = -1  # stream time at which a closed story links no more


class Storylines:
    """The stories of a shard that link, open or closed within the window, and the storylines they form."""

    def __init__(self, settings: StorylineSettings) -> None:
        self._settings = settings
        self._threshold = round(settings.threshold * UNIT)
        self._profiles = Profiles()
        self._pairs = Pairs()
        self._stories: dict[int, _Story] = {}
        self._lines: dict[int, set[int]] = {}
        self._leaving: dict[int, int] = {}  # closed stories by the time they leave, soonest first
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

    def related(self, story: int, least: float) -> list[tuple[int, float]]:
        """The stories most like this one, from a score in logits on, best first."""
        found = [
            (-pair.score, other)
            for other, pair in self._pairs.of(story).items()
            if pair.score is not None and pair.score >= least * UNIT
        ]
        return [(other, -negative / UNIT) for negative, other in sorted(found)]

    def learn(
        self, decision: StoryDecision, weights_of: Callable[[int], Sequence[Weights]]
    ) -> tuple[Regrouping, ...]:
        """Take in the decision on an article and the evidence it brought; return the storylines that changed.

        `weights_of` gives the articles of a story that was split, as they are after it.
        """
        story = self._stories.setdefault(decision.story, _Story())
        story.size += 1
        if decision.weights is not None:
            self._profiles.add(decision.story, decision.weights)
        for pair in decision.pairs:
            bonus = MERGE_BONUS if pair.merging else 0.0
            self._pairs.note(pair.one, pair.other, pair.score + bonus - CAUTION_WEIGHT * decision.caution)
        changed: set[int] = set()
        before: dict[int, frozenset[int]] = {}
        stays = decision.story
        for merge in decision.merges:
            changed |= self._merge(merge, before)
            stays = merge.survivor
        if decision.split is not None:
            changed |= self._split(decision.split, weights_of)
        held_against = {pair.other for pair in decision.pairs}
        changed |= self._scored_anew(stays, held_against)
        return self._relinked(changed, before)

    def _merge(self, merge: StoryMerge, before: dict[int, frozenset[int]]) -> set[int]:
        """Let one story go into another, and into its storyline; return the stories to link anew."""
        absorbed, survivor = merge.absorbed, merge.survivor
        gone, stays = self._stories.pop(absorbed), self._stories.setdefault(survivor, _Story())
        stays.size += gone.size
        stays.scored_at = 0
        self._profiles.merge(absorbed, survivor)
        self._pairs.merge(absorbed, survivor)
        for line in {gone.line, stays.line} - {-1}:
            before[line] = frozenset(self._lines[line])
        if gone.line >= 0:
            self._lines[gone.line].discard(absorbed)
            if stays.line < 0:
                stays.line = gone.line
                self._lines[stays.line].add(survivor)
        return {survivor, *self._lines.get(gone.line, ())}

    def _split(self, split: StorySplit, weights_of: Callable[[int], Sequence[Weights]]) -> set[int]:
        """Make two stories of one: each is about its own articles; the evidence so far stays with the elder."""
        self._stories[split.fresh] = _Story(size=len(split.leaving))
        self._stories[split.story].size -= len(split.leaving)
        for number in (split.story, split.fresh):
            self._profiles.rebuild(number, weights_of(number))
            self._stories[number].scored_at = 0
        self._pairs.note(split.story, split.fresh, split.score + MERGE_BONUS)
        return {split.story, split.fresh}

    def _scored_anew(self, number: int, held_against: Iterable[int]) -> set[int]:
        """Score a story's new evidence, or all of it where the story has grown; return the stories to link anew."""
        story, pairs = self._stories[number], self._pairs.of(number)
        if story.size >= GROWTH * story.scored_at:
            story.scored_at = story.size
            others = sorted(pairs)
        else:
            others = sorted(other for other in held_against if other in pairs)
        changed: set[int] = set()
        if not others:
            return changed
        for other, (names, words) in zip(others, self._profiles.shares(number, others), strict=True):
            pair = pairs[other]
            exact = pair.mean + NAMES_WEIGHT * names + WORDS_WEIGHT * words
            score = GRAIN * round(exact * UNIT / GRAIN)
            if score != pair.score:
                highest = score if pair.score is None else max(score, pair.score)
                if highest >= self._threshold or self._are_linked(number, other):
                    changed |= {number, other}
                pair.score = score
        return changed

    def _are_linked(self, one: int, other: int) -> bool:
        return self._stories[one].line >= 0 and self._stories[other].line >= 0

    def _relinked(self, changed: set[int], before: Mapping[int, frozenset[int]]) -> tuple[Regrouping, ...]:
        """Link the stories that hang together with the changed ones, and return the storylines that came of it.

        `before`: the storylines that have lost a story meanwhile, as they were.
        """
        component = self._component(changed)
        if not component and not before:
            return ()
        scores = {
            story: {
                other: pair.score
                for other, pair in self._pairs.of(story).items()
                if other in component and pair.score is not None
            }
            for story in component
        }
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
                for other, pair in self._pairs.of(story).items()
                if pair.score is not None and pair.score >= self._threshold and other not in reached
            ]
            waiting += self._lines.get(self._stories[story].line, set()) - reached
        return reached

    def close(self, story: int, now: int) -> None:
        """A story has ended idle: in a storyline it links on for the window, else it is forgotten."""
        known = self._stories.get(story)
        if known is None:
            return
        if known.line < 0:
            self._forget(story)
        else:
            known.leaves = self._leaving[story] = now + self._settings.window

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
        due = [story for story, leaves in takewhile(lambda item: item[1] <= now, self._leaving.items())]
        left = []
        for story in due:
            line = self._stories[story].line
            left.append((story, line))
            mates = self._lines.get(line, set()) - {story}
            heirs = [other for other, _ in self.related(story, -1e9) if other in mates]
            if heirs:
                self._profiles.merge(story, heirs[0])
                self._pairs.merge(story, heirs[0])
            self._forget(story)
            if heirs:
                self._stories[heirs[0]].scored_at = 0
                self._scored_anew(heirs[0], ())
        return left

    def _forget(self, story: int) -> None:
        known = self._stories.pop(story)
        self._leaving.pop(story, None)
        if known.line >= 0:
            self._lines[known.line].discard(story)
            if not self._lines[known.line]:
                del self._lines[known.line]
        self._profiles.drop(story)
        self._pairs.drop(story)

    @property
    def bytes(self) -> int:
        """Memory held by the tables of what the stories are about."""
        return self._profiles.bytes

    def snapshot(self) -> dict[str, np.ndarray]:
        """The whole state as arrays."""
        rows = [(number, *msgspec.structs.astuple(story)) for number, story in sorted(self._stories.items())]
        return {
            "stories": np.array(rows, np.int64).reshape(-1, 5),
            "leaving": np.array(list(self._leaving.items()), np.int64).reshape(-1, 2),
            "next_line": np.array([self._next_line]),
            **self._pairs.snapshot(),
            **self._profiles.snapshot(),
        }

    @classmethod
    def restore(cls, settings: StorylineSettings, arrays: dict[str, np.ndarray]) -> "Storylines":
        """The storylines that gave this snapshot."""
        lines = cls(settings)
        for number, line, size, scored_at, leaves in arrays["stories"].tolist():
            lines._stories[number] = _Story(line, size, scored_at, leaves)
            if line >= 0:
                lines._lines.setdefault(line, set()).add(number)
        lines._leaving = dict(arrays["leaving"].tolist())
        lines._next_line = int(arrays["next_line"][0])
        lines._pairs = Pairs.restore(arrays)
        lines._profiles = Profiles.restore(arrays)
        return lines
