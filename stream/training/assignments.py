"""Which story each article of a stream is in, as it was first assigned and as it was repaired."""

from collections.abc import Iterable


class Placements:
    """The stories of articles 0, 1, 2, ... by number, followed through merges and splits."""

    def __init__(self) -> None:
        self.first: list[int] = []  # the story each article was first assigned to
        self._placed: list[int] = []  # the same after splits, before merges
        self._survivors: dict[int, int] = {}

    def place(self, story: int) -> None:
        """The next article came to this story."""
        self.first.append(story)
        self._placed.append(story)

    def merge(self, absorbed: int, survivor: int) -> None:
        """One story lives on in another."""
        self._survivors[absorbed] = survivor

    def split(self, leaving: Iterable[int], fresh: int) -> None:
        """These articles left their story for a new one."""
        for article in leaving:
            self._placed[article] = fresh

    def repaired(self) -> list[int]:
        """The story that each article ended up in."""
        return [self._survivor(story) for story in self._placed]

    def _survivor(self, story: int) -> int:
        while story in self._survivors:
            story = self._survivors[story]
        return story
