"""What was found when two exemplars were compared: neighbours meet again at each article that joins one of them.

An exemplar stays as it was weighed, so a comparison of two has the same outcome for ever. The memory is no part of
the state: with it or without it the same bytes come out.
"""

from typing import NamedTuple

import numpy as np

from embeddings.jit import part
from stream.stories.index.state import CHANNELS

REMEMBERED = 1 << 16  # pairs, a few megabytes: those of some three hundred stories with their neighbours
ASKED, OTHER, SHARED = range(3)  # columns of `pairs`


class PairMemory(NamedTuple):
    """Pairs of exemplars by their serial numbers; a new pair takes the place of one that falls into its row."""

    pairs: np.ndarray  # int64 [REMEMBERED, 3]: serials of the two, and bit by bit the names that they share
    similarity: np.ndarray  # float64 [REMEMBERED, CHANNELS]
    serials: np.ndarray  # int64 [E]: of the article in each exemplar slot, no two alike
    last: np.ndarray  # int64 [1]: the serial given last


def new_pair_memory(exemplars: int) -> PairMemory:
    """A memory without pairs, for a state with so many exemplar slots."""
    return PairMemory(
        pairs=np.full((REMEMBERED, 3), -1, np.int64),
        similarity=np.zeros((REMEMBERED, CHANNELS)),
        serials=np.arange(exemplars),
        last=np.array([exemplars]),
    )


@part
def renew_serial(memory, slot):  # type: ignore[no-untyped-def]
    """Another article lies in the slot: pairs with the former one are not found again."""
    memory.last[0] += 1
    memory.serials[slot] = memory.last[0]


@part
def row_of(memory, asked, other):  # type: ignore[no-untyped-def]
    """Where the pair of two exemplar slots is kept."""
    mixed = np.uint64(memory.serials[asked]) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ np.uint64(memory.serials[other])) * np.uint64(0xBF58476D1CE4E5B9)
    return np.int64((mixed >> np.uint64(32)) & np.uint64(REMEMBERED - 1))


@part
def is_remembered(memory, row, asked, other):  # type: ignore[no-untyped-def]
    """Whether the row holds this pair."""
    pair = memory.pairs[row]
    return pair[ASKED] == memory.serials[asked] and pair[OTHER] == memory.serials[other]


@part
def remember(memory, row, asked, other, similarity, shared_names):  # type: ignore[no-untyped-def]
    """Keep what was found of the pair. `shared_names` [MAX_NAMES]: 1 for each name of `asked` that the other has."""
    pair = memory.pairs[row]
    pair[ASKED], pair[OTHER] = memory.serials[asked], memory.serials[other]
    shared = np.int64(0)
    for k in range(len(shared_names)):
        shared |= np.int64(shared_names[k]) << k
    pair[SHARED] = shared
    for channel in range(CHANNELS):
        memory.similarity[row, channel] = similarity[channel]
