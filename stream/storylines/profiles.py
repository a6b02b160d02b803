"""What a story is about, in a table: its heaviest names and its heaviest words, each with a weight.

Weights are whole numbers, so sums are exact in any order.
"""

from collections.abc import Sequence

import numpy as np

from embeddings.jit import kernel, part
from stream.stories.results import Weights

ENTRIES = 48  # of either kind that a story keeps
HEAVIEST, AMONG = 8, 24  # of the heaviest of the one, those that are among the heaviest of the other
NAMES, WORDS = range(2)
HEAVIEST_SUM = 1 << 30  # a weight stops growing here: some 65,000 articles that all carry the word
FIRST_ROWS = 256


class Profiles:
    """The tables of many stories, by story number."""

    def __init__(self) -> None:
        self._keys = np.zeros((FIRST_ROWS, 2, ENTRIES), np.uint32)
        self._weights = np.zeros((FIRST_ROWS, 2, ENTRIES), np.int32)
        self._rows: dict[int, int] = {}
        self._free = list(range(FIRST_ROWS - 1, -1, -1))

    @property
    def bytes(self) -> int:
        """Memory held by the tables."""
        return self._keys.nbytes + self._weights.nbytes

    def __contains__(self, story: int) -> bool:
        return story in self._rows

    def add(self, story: int, article: Weights) -> None:
        """Count an article in."""
        row = self._row(story)
        add_article(
            self._keys[row],
            self._weights[row],
            np.frombuffer(article.names, np.uint32),
            np.frombuffer(article.name_weights, np.int16),
            np.frombuffer(article.words, np.uint32),
            np.frombuffer(article.word_weights, np.int16),
        )

    def rebuild(self, story: int, articles: Sequence[Weights]) -> None:
        """Make a story's table anew, of these articles."""
        row = self._row(story)  # before the table is read: a new row may make it grow into another
        self._weights[row] = 0
        for article in articles:
            self.add(story, article)

    def merge(self, absorbed: int, survivor: int) -> None:
        """Let the table of one story go into that of another."""
        if absorbed in self._rows:
            gone, stays = self._rows[absorbed], self._row(survivor)
            for kind in (NAMES, WORDS):
                add_entries(
                    self._keys[stays, kind],
                    self._weights[stays, kind],
                    self._keys[gone, kind],
                    self._weights[gone, kind],
                )
            self.drop(absorbed)

    def drop(self, story: int) -> None:
        """Forget a story."""
        row = self._rows.pop(story, None)
        if row is not None:
            self._weights[row] = 0
            self._free.append(row)

    def shares(self, story: int, others: Sequence[int]) -> list[tuple[float, float]]:
        """The share of names and the share of words that a story has in common with each of the others, 0 to 1."""
        row, rows = self._row(story), np.array([self._row(other) for other in others], np.int64)
        found = np.zeros((len(rows), 2))
        fill_shares(self._keys, self._weights, row, rows, found)
        return [(names, words) for names, words in found.tolist()]

    def _row(self, story: int) -> int:
        row = self._rows.get(story)
        if row is None:
            if not self._free:
                size = len(self._keys)
                self._keys = np.concatenate([self._keys, np.zeros_like(self._keys)])
                self._weights = np.concatenate([self._weights, np.zeros_like(self._weights)])
                self._free = list(range(2 * size - 1, size - 1, -1))
            row = self._rows[story] = self._free.pop()
        return row

    def snapshot(self) -> dict[str, np.ndarray]:
        """The tables as arrays, those in use only."""
        stories = sorted(self._rows)
        rows = [self._rows[story] for story in stories]
        return {
            "profile_stories": np.array(stories, np.int64),
            "profile_keys": self._keys[rows],
            "profile_weights": self._weights[rows],
        }

    @classmethod
    def restore(cls, arrays: dict[str, np.ndarray]) -> "Profiles":
        """The tables that gave this snapshot."""
        profiles = cls()
        stories = arrays["profile_stories"].tolist()
        for story, keys, weights in zip(
            stories, arrays["profile_keys"], arrays["profile_weights"], strict=True
        ):
            row = profiles._row(story)
            profiles._keys[row], profiles._weights[row] = keys, weights
        return profiles


@kernel
def add_article(keys, weights, names, name_weights, words, word_weights):  # type: ignore[no-untyped-def]
    """Add an article's names and words to a story's table [2, ENTRIES]."""
    _add(keys[NAMES], weights[NAMES], names, name_weights)
    _add(keys[WORDS], weights[WORDS], words, word_weights)


@kernel
def add_entries(keys, weights, more, more_weights):  # type: ignore[no-untyped-def]
    """Add entries to a table [ENTRIES]: it keeps the heaviest, falling by weight; of equals the smaller key."""
    _add(keys, weights, more, more_weights)


@part
def _add(keys, weights, more, more_weights):  # type: ignore[no-untyped-def]
    held = 0
    while held < ENTRIES and weights[held] > 0:
        held += 1
    all_keys = np.zeros(held + len(more), np.int64)
    sums = np.zeros(held + len(more), np.int64)
    for i in range(held):
        all_keys[i], sums[i] = keys[i], weights[i]
    count = held
    for i in range(len(more)):
        if more_weights[i] <= 0:
            continue
        place = 0
        while place < held and all_keys[place] != more[i]:
            place += 1
        if place == held:
            place = count
            count += 1
            all_keys[place] = more[i]
        sums[place] = min(HEAVIEST_SUM, sums[place] + more_weights[i])
    ranks = np.empty(count, np.int64)
    for i in range(count):
        ranks[i] = ((HEAVIEST_SUM - sums[i]) << 32) | all_keys[i]
    order = np.argsort(ranks)
    for i in range(ENTRIES):
        keys[i] = all_keys[order[i]] if i < count else 0
        weights[i] = sums[order[i]] if i < count else 0


@kernel
def fill_shares(keys, weights, story, others, found):  # type: ignore[no-untyped-def]
    """Fill `found` [n, 2] for a row and n others: the lesser share of the two directions."""
    for i in range(len(others)):
        for kind in range(2):
            ours = _share(keys, weights, kind, story, others[i])
            found[i, kind] = min(ours, _share(keys, weights, kind, others[i], story))


@part
def _share(keys, weights, kind, one, other):  # type: ignore[no-untyped-def]
    total = common = 0
    for i in range(HEAVIEST):
        weight = weights[one, kind, i]
        total += weight
        for j in range(AMONG):
            if weights[other, kind, j] > 0 and keys[other, kind, j] == keys[one, kind, i]:
                common += weight
                break
    return common / total if total > 0 else 0.0
