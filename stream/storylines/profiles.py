"""What many stories are about, and how much of it two of them have in common."""

from collections.abc import Sequence

import numpy as np

from embeddings.jit import kernel, part
from stream.stories.profile import ENTRIES, slot_of
from stream.stories.results import Profile

# Of the heaviest of the one, those that are among the heaviest of the other. Of 8 among 24, a name or word that all
# reports from a country or a capital share weighs too much (docs/decisions/0006-storylines.md).
HEAVIEST, AMONG = 24, ENTRIES
LOOKED_UP = 8  # names and as many words of a story by which closed ones are found
WORDS_FROM = 1 << 32  # keys have 32 bits
FIRST_ROWS = 256
SLOTS = 128  # of the table in which the keys of a story are looked up: a power of two, more than AMONG


class Profiles:
    """The profiles of many stories, by story number."""

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

    def set(self, story: int, profile: Profile) -> None:
        """Hold what a story is about from now on."""
        row = self._rows.get(story)
        if row is None:
            row = self._rows[story] = self._free_row()
        self._keys[row], self._weights[row] = profile.keys, profile.weights

    def drop(self, story: int) -> None:
        """Forget a story."""
        row = self._rows.pop(story, None)
        if row is not None:
            self._free.append(row)

    def heaviest(self, story: int) -> list[int]:
        """The LOOKED_UP heaviest names and words of a story, distinguished by an offset."""
        row = self._rows[story]
        names, words = self._keys[row, :, :LOOKED_UP].tolist()
        name_weights, word_weights = self._weights[row, :, :LOOKED_UP].tolist()
        found = [key for key, weight in zip(names, name_weights, strict=True) if weight > 0]
        return found + [
            key + WORDS_FROM for key, weight in zip(words, word_weights, strict=True) if weight > 0
        ]

    def shares(self, story: int, others: Sequence[int]) -> list[tuple[float, float]]:
        """The share of names and the share of words that a story has in common with each of the others, 0 to 1."""
        rows = np.array([self._rows[other] for other in others], np.int64)
        found = np.zeros((len(rows), 2))
        fill_shares(self._keys, self._weights, self._rows[story], rows, found)
        return [(names, words) for names, words in found.tolist()]

    def _free_row(self) -> int:
        if not self._free:
            size = len(self._keys)
            self._keys = np.concatenate([self._keys, np.zeros_like(self._keys)])
            self._weights = np.concatenate([self._weights, np.zeros_like(self._weights)])
            self._free = list(range(2 * size - 1, size - 1, -1))
        return self._free.pop()

    def snapshot(self) -> dict[str, np.ndarray]:
        """The profiles as arrays, those in use only."""
        stories = sorted(self._rows)
        rows = [self._rows[story] for story in stories]
        return {
            "profile_stories": np.array(stories, np.int64),
            "profile_keys": self._keys[rows],
            "profile_weights": self._weights[rows],
        }

    @classmethod
    def restore(cls, arrays: dict[str, np.ndarray]) -> "Profiles":
        """The profiles that gave this snapshot."""
        profiles = cls()
        stories = arrays["profile_stories"].tolist()
        held = zip(stories, arrays["profile_keys"], arrays["profile_weights"], strict=True)
        for story, keys, weights in held:
            profiles.set(story, Profile(keys, weights))
        return profiles


@kernel
def fill_shares(keys, weights, story, others, found):  # type: ignore[no-untyped-def]
    """Fill `found` [n, 2] for a row and n others: the lesser share of the two directions."""
    known, places = np.empty(SLOTS, np.int64), np.empty(SLOTS, np.int64)
    for kind in range(2):
        _enter(keys[story, kind], _held(weights[story, kind]), known, places)
        for i in range(len(others)):
            found[i, kind] = _lesser_share(
                keys[others[i], kind],
                weights[others[i], kind],
                weights[story, kind],
                known,
                places,
            )


@part
def _enter(keys, held, known, places):  # type: ignore[no-untyped-def]
    """Fill a table with these keys and their places."""
    known[:] = 0
    for place in range(held):
        slot = slot_of(known, keys[place])
        known[slot], places[slot] = np.int64(keys[place]) + 1, place


@part
def _held(weights):  # type: ignore[no-untyped-def]
    held = 0
    while held < AMONG and weights[held] > 0:
        held += 1
    return held


@part
def _lesser_share(their_keys, their_weights, our_weights, known, places):  # type: ignore[no-untyped-def]
    """`known` and `places`: the table of our keys, and of their places."""
    ours = theirs = 0
    for j in range(_held(their_weights)):
        slot = slot_of(known, their_keys[j])
        if known[slot] != 0:
            if places[slot] < HEAVIEST:
                ours += our_weights[places[slot]]
            if j < HEAVIEST:
                theirs += their_weights[j]
    return min(_part(ours, our_weights), _part(theirs, their_weights))


@part
def _part(common, weights):  # type: ignore[no-untyped-def]
    total = 0
    for i in range(HEAVIEST):
        total += weights[i]
    return common / total if total > 0 else 0.0
