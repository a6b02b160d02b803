"""When each open story is to be looked at: at the moment from which on it is idle, or before."""

import heapq
from math import inf


class Deadlines:
    """The next moment of each story, in milliseconds of stream time; it may be brought forward, not put off."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int]] = []
        self._next: dict[int, int] = {}

    def expect(self, story: int, deadline: int) -> None:
        """Look at a story at `deadline`, unless it is looked at before."""
        if deadline < self._next.get(story, inf):  # its last article may have come by an earlier clock
            self._next[story] = deadline
            heapq.heappush(self._heap, (deadline, story))

    def passed(self, now: int) -> list[int]:
        """The stories whose moment lies before `now`; none of them is expected any more."""
        found = []
        while self._heap and self._heap[0][0] < now:
            deadline, story = heapq.heappop(self._heap)
            if self._next.get(story) == deadline:
                del self._next[story]
                found.append(story)
        return found
