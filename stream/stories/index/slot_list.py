"""A list of slots that kernels change: those free, or those changed last."""

from typing import NamedTuple

import numpy as np

from embeddings.jit import part

_LENGTH = 0


class SlotList(NamedTuple):
    """Slots in order. The length stands in an array too, because kernels change arrays only."""

    slots: np.ndarray  # int32 [capacity]
    length: np.ndarray  # int64 [1]

    @property
    def held(self) -> int:
        """How many slots are listed."""
        return int(self.length[_LENGTH])


def free_slots(first: int, count: int, room: int) -> SlotList:
    """A list with room for so many slots that holds `first` .. `first + count - 1`, the lowest at its end."""
    slots = np.zeros(room, np.int32)
    slots[:count] = np.arange(first + count - 1, first - 1, -1)
    return SlotList(slots, np.array([count]))


def no_slots(room: int) -> SlotList:
    """An empty list with room for so many slots."""
    return SlotList(np.zeros(room, np.int32), np.zeros(1, np.int64))


@part
def length_of(listed):  # type: ignore[no-untyped-def]
    """How many slots are listed."""
    return listed.length[_LENGTH]


@part
def append(listed, slot):  # type: ignore[no-untyped-def]
    """Put a slot at the end of a list with room for it."""
    listed.slots[listed.length[_LENGTH]] = slot
    listed.length[_LENGTH] += 1


@part
def from_end(listed, place):  # type: ignore[no-untyped-def]
    """The last slot of a list for place 0, the one before it for 1."""
    return listed.slots[listed.length[_LENGTH] - 1 - place]


@part
def take_last(listed):  # type: ignore[no-untyped-def]
    """Take the last slot off a list that holds one; return it."""
    listed.length[_LENGTH] -= 1
    return listed.slots[listed.length[_LENGTH]]


@part
def remove(listed, slot):  # type: ignore[no-untyped-def]
    """Take a slot off a list, where it is on it; the others keep their order."""
    count = listed.length[_LENGTH]
    for place in range(count):
        if listed.slots[place] == slot:
            for i in range(place, count - 1):
                listed.slots[i] = listed.slots[i + 1]
            listed.length[_LENGTH] = count - 1
            return
