"""The score of two stories: the mean of what they scored when held against each other, plus what they have in common.

The recipe and its measurements: docs/decisions/0006-storylines.md.
"""

from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np

from stream.stories.results import Profile, StoryDecision
from stream.storylines.closed import ClosedStories
from stream.storylines.pairs import UNIT, Pair, Pairs
from stream.storylines.profiles import Profiles
from stream.storylines.settings import StorylineSettings

# Logits added to the score of a founder joining another story. Where two stories scored -2 to -3 and have little in
# common (decision 0006), 55 of 92 pairs with a story of one article are one affair, and 7 of 27 pairs of larger ones.
FOUNDER_BONUS = 1.0
CAUTION_WEIGHT = 2.0  # of the stream's caution: of 2,000 unrelated articles 366 storylines became none by it
NAMES_WEIGHT = 5.0  # logits that all names in common are worth;
WORDS_WEIGHT = 7.0  # all words; weights of 4 and 6 to 5 and 8 do about as well
# What two stories that scored so little have in common is worth less than this: of 14,000 pairs of development sets
# none with a mean below -4.5 came within RELATED_BELOW of the threshold. So most pairs are never compared.
MOST_SHARED = 6.0
RELATED_BELOW = 1.0  # logits below the threshold of storylines from which two stories are related
# Logits that count for a closed story, which no article can be compared with. From -3 more affairs of different sets
# meet, and wikinews loses .01; at -5 a part of an affair of t17 stays alone (.82 for .85).
NEVER_MET = -4.5

ProfileOf = Callable[[int], Profile]


class Evidence:
    """All pairs of stories that were ever held against each other, and what these stories are about."""

    def __init__(self, settings: StorylineSettings) -> None:
        self._related = round((settings.threshold - RELATED_BELOW) * UNIT)
        self._least_mean = self._related - MOST_SHARED * UNIT - 0.5  # scores are rounded
        self._profiles = Profiles()
        self._pairs = Pairs()
        self._closed = ClosedStories()

    def of(self, story: int) -> dict[int, Pair]:
        """The stories that this one was held against, with the evidence."""
        return self._pairs.of(story)

    def take_in(self, decision: StoryDecision) -> None:
        """Note what the decision on an article scored stories against each other."""
        caution = CAUTION_WEIGHT * decision.caution
        for pair in decision.pairs:
            bonus = 0.0 if pair.merging else FOUNDER_BONUS
            self._pairs.note(pair.one, pair.other, pair.score + bonus - caution)
        if decision.split is not None:
            split = decision.split
            self._pairs.note(split.story, split.fresh, split.score)

    def related(self, story: int) -> list[tuple[int, float]]:
        """The stories most like this one with their scores in logits, best first."""
        found = [
            (-pair.score, other)
            for other, pair in self._pairs.of(story).items()
            if pair.score is not None and pair.score >= self._related
        ]
        return [(other, -negative / UNIT) for negative, other in sorted(found)]

    def within(self, story: int, others: Collection[int]) -> dict[int, int]:
        """The scores of a story's pairs with these; the mean alone where what they are about was not compared."""
        return {
            other: pair.score if pair.score is not None else round(pair.mean * UNIT)
            for other, pair in self._pairs.of(story).items()
            if other in others
        }

    def worth_comparing(self, story: int, only: Collection[int] | None = None) -> list[int]:
        """The stories that are, or could turn out to be, related to this one: all, or those whose evidence has grown.

        `only`: leave out the others.
        """
        pairs, least = self._pairs.of(story), self._least_mean
        found: Iterable[tuple[int, Pair]] = pairs.items()
        if only is not None:
            found = [(other, pairs[other]) for other in only if other in pairs and pairs[other].grown]
        return sorted(
            [other for other, pair in found if pair.score is not None or pair.total >= least * pair.count]
        )

    def scores(self, story: int, others: Sequence[int], profile_of: ProfileOf) -> list[tuple[int, int]]:
        """The scores of a story's pairs with these as both stories are now."""
        if not others:
            return []
        for number in (story, *others):
            self._know(number, profile_of)
        pairs = self._pairs.of(story)
        scores = []
        for other, (names, words) in zip(others, self._profiles.shares(story, others), strict=True):
            pair = pairs[other]
            pair.scored_at = pair.count
            exact = pair.mean + NAMES_WEIGHT * names + WORDS_WEIGHT * words
            scores.append((other, round(exact * UNIT)))
        return scores

    def _know(self, story: int, profile_of: ProfileOf) -> None:
        if story not in self._profiles:
            self._profiles.set(story, profile_of(story))

    def close(self, story: int, profile_of: ProfileOf) -> None:
        """Keep what a story is about, because it closes."""
        self._know(story, profile_of)
        self._closed.add(story, self._profiles.heaviest(story))

    def look_back(self, story: int, caution: float, profile_of: ProfileOf) -> None:
        """Hold a story against the closed ones that were about the same, as if they had scored NEVER_MET."""
        if not self._closed:
            return
        self._know(story, profile_of)
        known = self._pairs.of(story)
        for other in self._closed.alike(self._profiles.heaviest(story)):
            if other not in known:
                self._pairs.note(story, other, NEVER_MET - CAUTION_WEIGHT * caution)

    def renew(self, story: int) -> None:
        """What a story is about has changed: let it be looked up when it is asked for again."""
        self._profiles.drop(story)

    def merge(self, absorbed: int, survivor: int) -> None:
        """Let the evidence of one story be that of another."""
        self._profiles.drop(absorbed)
        self._pairs.merge(absorbed, survivor)

    def drop(self, story: int) -> None:
        """Forget a story."""
        self._closed.drop(story)
        self._profiles.drop(story)
        self._pairs.drop(story)

    @property
    def bytes(self) -> int:
        """Memory held by what the stories are about."""
        return self._profiles.bytes

    def snapshot(self) -> dict[str, np.ndarray]:
        """All of it as arrays."""
        return self._pairs.snapshot() | self._profiles.snapshot()

    @classmethod
    def restore(
        cls, settings: StorylineSettings, arrays: dict[str, np.ndarray], closed: Iterable[int]
    ) -> "Evidence":
        """The evidence that gave this snapshot, and which of the stories are closed."""
        evidence = cls(settings)
        evidence._pairs = Pairs.restore(arrays)
        evidence._profiles = Profiles.restore(arrays)
        for story in closed:
            evidence._closed.add(story, evidence._profiles.heaviest(story))
        return evidence
