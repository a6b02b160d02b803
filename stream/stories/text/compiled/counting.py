"""Compiled counting: small tables of distinct words or names of one article, by their code points."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from embeddings.jit import allocating_part, inlined, kernel, part
from stream.stories.text.compiled.hashing import point_hash, same_points


class Forms(NamedTuple):
    """Distinct runs of code points in the order in which they came first, each with two counts."""

    slots: np.ndarray  # int32 [power of two]: number of the form + 1, 0 where free
    hashes: np.ndarray  # uint64 [forms]
    starts: np.ndarray  # int32 [forms]: where the form begins in the text it was found in
    lengths: np.ndarray  # int32 [forms]
    counts: np.ndarray  # int32 [forms]
    leads: np.ndarray  # int32 [forms]: a second count, of a part


@allocating_part
def new_forms(most: int) -> Any:
    """A table with room for so many forms."""
    size = 64
    while size < 2 * most:
        size *= 2
    return Forms(
        np.zeros(size, np.int32),
        np.empty(most, np.uint64),
        np.empty(most, np.int32),
        np.empty(most, np.int32),
        np.empty(most, np.int32),
        np.empty(most, np.int32),
    )


@part
def forget_forms(forms: Any, number: int) -> None:
    """Empty the table of its first `number` forms."""
    mask = np.uint64(len(forms.slots) - 1)
    for i in range(number):
        slot = forms.hashes[i] & mask
        while forms.slots[slot] != 0:
            forms.slots[slot] = 0
            slot = (slot + np.uint64(1)) & mask


@inlined
def form_number(forms: Any, number: int, points: Any, start: int, end: int) -> Any:
    """The number of the form points[start:end]; `number`, the next free one, where it was entered just now."""
    slots, hashes, starts, lengths = forms.slots, forms.hashes, forms.starts, forms.lengths
    found = point_hash(points, start, end)
    mask = np.uint64(len(slots) - 1)
    slot = found & mask
    while slots[slot] != 0:
        form = slots[slot] - 1
        if (
            hashes[form] == found
            and lengths[form] == end - start
            and same_points(points, start, end, points, starts[form])
        ):
            return form
        slot = (slot + np.uint64(1)) & mask
    slots[slot] = number + 1
    hashes[number] = found
    starts[number] = start
    lengths[number] = end - start
    forms.counts[number] = 0
    forms.leads[number] = 0
    return number


def listed(words: Iterable[str]) -> np.ndarray:
    """An open table of the hashes of words, for is_listed: uint64 [power of two], 0 where free; empty for no word."""
    distinct = sorted(set(words))
    if not distinct:
        return np.zeros(0, np.uint64)
    table = np.zeros(1 << (2 * len(distinct)).bit_length(), np.uint64)
    for word in distinct:
        found = word_hash(np.array([*map(ord, word)], np.uint32))
        slot = int(found) & (len(table) - 1)
        while table[slot]:
            slot = (slot + 1) & (len(table) - 1)
        table[slot] = found
    return table


@kernel
def word_hash(points: Any) -> Any:
    """The hash of a word as the tables of words hold it."""
    return point_hash(points, 0, len(points))


@inlined
def is_listed(listed: Any, found: Any) -> Any:
    """Whether a hash is in an open table of them (uint64 [power of two], 0 where free; empty: none)."""
    if len(listed) == 0:
        return False
    mask = np.uint64(len(listed) - 1)
    slot = found & mask
    while listed[slot] != 0:
        if listed[slot] == found:
            return True
        slot = (slot + np.uint64(1)) & mask
    return False
