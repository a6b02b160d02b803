"""Room for more: arrays grow by a quarter before an article finds no room in them."""

from typing import Any

import numpy as np

from stream.stories.index.exemplar_rows import LENGTHS, ROW_STEP, USED
from stream.stories.index.slot_list import SlotList, free_slots
from stream.stories.index.state import FREE, Exemplars, StoryState

NEEDED = (
    2  # free slots that the next article may take: of a story that is split both halves are written first
)
SHARE = 4  # one part in so many is added: half as much again would lie empty on average
NUMBERS = ("number", "article")  # fields that hold FREE where a slot is free
NOT_BY_SLOT = ("terms", "free_rows")


def with_room(state: StoryState) -> StoryState:
    """The same state, larger where the next article might find no room."""
    if state.stories.free.held < NEEDED:
        more = len(state.stories.number) // SHARE
        state = state._replace(stories=_grown(state.stories, more))
    if state.exemplars.free.held < NEEDED:
        more = len(state.exemplars.article) // SHARE
        state = state._replace(exemplars=_grown(state.exemplars, more))
    if len(state.exemplars.terms) - state.exemplars.free_rows[USED] < LENGTHS * ROW_STEP:
        state = state._replace(exemplars=_with_more_terms(state.exemplars))
    return state


def _grown(group: Any, more: int) -> Any:
    """A group of arrays by slot with so many slots more."""
    grown: dict[str, Any] = {}
    for name, held in group._asdict().items():
        if name in NOT_BY_SLOT:
            grown[name] = held
        elif isinstance(held, SlotList):
            grown[name] = _with_new_slots(held, more)
        elif isinstance(held, np.ndarray):
            grown[name] = _longer(held, more, FREE if name in NUMBERS else 0)
        else:
            grown[name] = _grown(held, more)
    return group._replace(**grown)


def _longer(held: np.ndarray, more: int, empty: int) -> np.ndarray:
    """An array with so many rows more."""
    longer = np.empty((len(held) + more, *held.shape[1:]), held.dtype)
    longer[: len(held)] = held
    longer[len(held) :] = empty
    return longer


def _with_more_terms(exemplars: Exemplars) -> Exemplars:
    """The exemplars with room for more rows."""
    more = max(len(exemplars.terms) // SHARE, LENGTHS * ROW_STEP)
    return exemplars._replace(terms=_longer(exemplars.terms, more, 0))


def _with_new_slots(free: SlotList, more: int) -> SlotList:
    """The free slots of arrays that grew: the new ones below those that were free before."""
    slots, kept = len(free.slots), free.held
    grown = free_slots(slots, more, slots + more)
    grown.slots[more : more + kept] = free.slots[:kept]
    grown.length[:] = more + kept
    return grown
