"""Room for more: the arrays of stories or of exemplars, doubled before an article finds no free slot."""

from typing import Any

import numpy as np

from stream.stories.index.slot_list import SlotList, free_slots
from stream.stories.index.state import FREE, StoryState

NEEDED = (
    2  # free slots that the next article may take: of a story that is split both halves are written first
)
NUMBERS = ("number", "article")  # fields that hold FREE where a slot is free


def with_room(state: StoryState) -> StoryState:
    """The same state, doubled where the next article might find no free slot."""
    if state.stories.free.held < NEEDED:
        state = state._replace(stories=_doubled(state.stories))
    if state.exemplars.free.held < NEEDED:
        state = state._replace(exemplars=_doubled(state.exemplars))
    return state


def _doubled(group: Any) -> Any:
    """A group of arrays by slot with twice as many slots."""
    grown: dict[str, Any] = {}
    for name, held in group._asdict().items():
        if isinstance(held, SlotList):
            grown[name] = _with_new_slots(held)
        elif isinstance(held, np.ndarray):
            empty = np.full_like(held, FREE if name in NUMBERS else 0)
            grown[name] = np.concatenate([held, empty])
        else:
            grown[name] = _doubled(held)
    return group._replace(**grown)


def _with_new_slots(free: SlotList) -> SlotList:
    """The free slots of arrays that were doubled: the new ones below those that were free before."""
    slots, kept = len(free.slots), free.held
    more = free_slots(slots, slots, 2 * slots)
    more.slots[slots : slots + kept] = free.slots[:kept]
    more.length[:] = slots + kept
    return more
