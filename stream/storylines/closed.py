"""Closed stories that still link, found by what they were about: no article is compared with them any more."""

from array import array
from collections import Counter
from collections.abc import Collection
from itertools import chain

SHARED = 5  # of the heaviest names and words: a closed story with fewer in common cannot score enough
MOST_FOUND = 3  # closed stories that a story is held against at a time


class ClosedStories:
    """Closed stories by their heaviest names and words."""

    def __init__(self) -> None:
        self._terms: dict[int, array[int]] = {}
        self._holding: dict[int, list[int]] = {}  # most terms are of one story: a set takes twice as much

    def __bool__(self) -> bool:
        return bool(self._terms)

    def add(self, story: int, terms: Collection[int]) -> None:
        """A story has closed."""
        self._terms[story] = array("q", terms)
        for term in terms:
            self._holding.setdefault(term, []).append(story)

    def drop(self, story: int) -> None:
        """A story links no more."""
        for term in self._terms.pop(story, ()):
            self._holding[term].remove(story)
            if not self._holding[term]:
                del self._holding[term]

    def alike(self, terms: Collection[int]) -> list[int]:
        """The closed stories that share the most of these, at least SHARED; of equals the latest first."""
        shared = Counter(
            chain.from_iterable([self._holding[term] for term in terms if term in self._holding])
        )
        found = [(-count, -story) for story, count in shared.items() if count >= SHARED]
        return [-story for _, story in sorted(found)[:MOST_FOUND]]
