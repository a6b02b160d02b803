"""What was found when two exemplars were compared: neighbours meet again at each article that joins one of them.

An exemplar stays as it was weighed, so a comparison of two has the same outcome for ever, whichever is asked. The
memory is no part of the state: with it or without it the same bytes come out.
"""

from typing import NamedTuple

import numpy as np

from embeddings.jit import part
from stream.stories.index.exemplar_rows import serial_of
from stream.stories.index.lookup import OURS, THEIRS
from stream.stories.index.similarity import GRAIN, compare
from stream.stories.index.state import CHANNELS

REMEMBERED = 1 << 16  # pairs, four megabytes: those of some three hundred stories with their neighbours
# Columns of a row, together one line of a processor's cache
PAIR, SHARED, FIRST_SIMILARITY = 0, 1, 3
COLUMNS = FIRST_SIMILARITY + CHANNELS


class PairMemory(NamedTuple):
    """Pairs of exemplars by their serial numbers; a new pair takes the place of one that falls into its row."""

    # int64 [REMEMBERED, COLUMNS]: the pair; the names that the earlier article has of the later one, bit by bit, and
    # those that the later one has of it; similarities times GRAIN
    rows: np.ndarray


def new_pair_memory() -> PairMemory:
    """A memory without pairs."""
    return PairMemory(np.full((REMEMBERED, COLUMNS), -1, np.int64))


@part
def _row_of(pair):  # type: ignore[no-untyped-def]
    """Where a pair is kept."""
    mixed = np.uint64(pair) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(32))) * np.uint64(0xBF58476D1CE4E5B9)
    return np.int64((mixed >> np.uint64(32)) & np.uint64(REMEMBERED - 1))


@part
def recall(exemplars, asked, other, lookup, pairs):  # type: ignore[no-untyped-def]
    """The row of two exemplars, which are compared where it is not remembered."""
    ours, theirs = serial_of(exemplars, asked), serial_of(exemplars, other)
    pair = min(ours, theirs) << 32 | max(ours, theirs)
    row = _row_of(pair)
    if pairs.rows[row, PAIR] != pair:
        compare(exemplars, asked, other, lookup, lookup.similarity)
        _write(pairs.rows[row], pair, ours > theirs, lookup)
    return row


@part
def remember(exemplars, asked, other, lookup, pairs):  # type: ignore[no-untyped-def]
    """Keep what was just found of two exemplars, in `lookup.similarity`."""
    ours, theirs = serial_of(exemplars, asked), serial_of(exemplars, other)
    pair = min(ours, theirs) << 32 | max(ours, theirs)
    _write(pairs.rows[_row_of(pair)], pair, ours > theirs, lookup)


@part
def _write(kept, pair, is_later, lookup):  # type: ignore[no-untyped-def]
    """Fill a row; `is_later`: the one asked is the later of the two."""
    kept[PAIR] = pair
    kept[SHARED] = lookup.shared[THEIRS if is_later else OURS]
    kept[SHARED + 1] = lookup.shared[OURS if is_later else THEIRS]
    for channel in range(CHANNELS):
        kept[FIRST_SIMILARITY + channel] = np.int64(lookup.similarity[channel] * GRAIN)


@part
def add_pair(pairs, row, sign, total):  # type: ignore[no-untyped-def]
    """Add the similarities of a row to a total [CHANNELS], or take them away."""
    for channel in range(CHANNELS):
        total[channel] += sign * (pairs.rows[row, FIRST_SIMILARITY + channel] / GRAIN)


@part
def names_shared(exemplars, asked, other, pairs, row):  # type: ignore[no-untyped-def]
    """The names of `asked` that the other has, bit by bit."""
    return pairs.rows[row, SHARED + (serial_of(exemplars, asked) > serial_of(exemplars, other))]
