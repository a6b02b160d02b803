"""The evidence between two stories that were ever held against each other: how well they scored, and how often."""

from collections.abc import Iterator

import msgspec
import numpy as np

NEVER = 1 << 40  # of a score that was never reckoned, in a snapshot
GROWTH = (
    4 / 3
)  # of a story's articles, of a pair's scores: from here on what follows from them is reckoned again
UNIT = 1_000  # a logit; scores are whole numbers, so that their sums are exact in any order


class Pair(msgspec.Struct, gc=False):
    """The sum and number of the scores of two stories; `score`: their mean with what both stories are about.

    Thousandths of a logit. `score` is None until it was reckoned; `scored_at`: how many scores there were then.
    """

    total: int = 0
    count: int = 0
    score: int | None = None
    scored_at: int = 0

    @property
    def grown(self) -> bool:
        """Whether the evidence has grown so much since it was scored that it is scored again."""
        return self.count >= GROWTH * self.scored_at

    @property
    def mean(self) -> float:
        """The mean of the scores, in logits."""
        return self.total / self.count / UNIT


class Pairs:
    """All pairs, by the numbers of their stories, both ways round."""

    def __init__(self) -> None:
        self._pairs: dict[int, dict[int, Pair]] = {}

    def note(self, one: int, other: int, score: float) -> None:
        """Two stories were held against each other, and scored so many logits."""
        known = self._pairs.get(one)
        pair = known.get(other) if known is not None else None
        if pair is None:
            pair = Pair()
            self._pairs.setdefault(one, {})[other] = self._pairs.setdefault(other, {})[one] = pair
        pair.total += round(score * UNIT)
        pair.count += 1

    def of(self, story: int) -> dict[int, Pair]:
        """The stories that this one was held against, with the evidence."""
        return self._pairs.get(story, {})

    def merge(self, absorbed: int, survivor: int) -> None:
        """Let the evidence of one story be that of another."""
        for other, pair in self.of(absorbed).items():
            if other != survivor:
                pooled = self._pairs.setdefault(survivor, {}).get(other)
                if pooled is None:
                    pooled = Pair(score=pair.score)
                    self._pairs[survivor][other] = self._pairs[other][survivor] = pooled
                pooled.total += pair.total
                pooled.count += pair.count
        self.drop(absorbed)

    def drop(self, story: int) -> None:
        """Forget a story."""
        for other in self._pairs.pop(story, {}):
            del self._pairs[other][story]
            if not self._pairs[other]:
                del self._pairs[other]

    def __iter__(self) -> Iterator[tuple[int, int, Pair]]:
        for one in sorted(self._pairs):
            for other, pair in sorted(self._pairs[one].items()):
                if one < other:
                    yield one, other, pair

    def snapshot(self) -> dict[str, np.ndarray]:
        """All pairs as arrays."""
        rows = [
            (one, other, pair.total, pair.count, NEVER if pair.score is None else pair.score, pair.scored_at)
            for one, other, pair in self
        ]
        return {"pairs": np.array(rows, np.int64).reshape(-1, 6)}

    @classmethod
    def restore(cls, arrays: dict[str, np.ndarray]) -> "Pairs":
        """The pairs that gave this snapshot."""
        pairs = cls()
        for one, other, total, count, score, scored_at in arrays["pairs"].tolist():
            pair = Pair(total, count, None if score == NEVER else score, scored_at)
            pairs._pairs.setdefault(one, {})[other] = pair
            pairs._pairs.setdefault(other, {})[one] = pair
        return pairs
