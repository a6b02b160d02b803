"""What a story is about: its heaviest names and its heaviest words, summed over its exemplars.

Weights are whole numbers, so sums are exact in any order.
"""

from typing import NamedTuple

import numpy as np

from embeddings.jit import allocating_part, kernel, part
from stream.stories.index.exemplar_rows import parts_of, row_of, term_at, weight_at
from stream.stories.index.state import WITHDRAWN

OF_AN_ARTICLE = 48  # of the names and of the words of an article that count
ENTRIES = 48  # of either kind that a profile holds
NAMES, WORDS = range(2)
SLOTS_FOR_ONE = 128  # of the table in which the weights of an article's keys are summed, a power of two


class Described(NamedTuple):
    """The arrays of all exemplars that a profile is made of."""

    article: np.ndarray
    row: np.ndarray
    terms: np.ndarray


@kernel
def fill_profile(exemplars, held, keys, weights):  # type: ignore[no-untyped-def]
    """Fill a profile [2, ENTRIES] from these exemplars: falling by weight, of equals the smaller key first.

    `exemplars`: only the arrays that are read, as each takes a call time.
    """
    known = held[exemplars.article[held] != WITHDRAWN]
    _fill(exemplars, known, True, keys[NAMES], weights[NAMES])
    _fill(exemplars, known, False, keys[WORDS], weights[WORDS])


@allocating_part
def _fill(exemplars, held, of_names, keys, weights):  # type: ignore[no-untyped-def]
    terms = exemplars.terms
    size = SLOTS_FOR_ONE
    while size < SLOTS_FOR_ONE * len(held):
        size *= 2
    known, sums = np.zeros(size, np.int64), np.zeros(size, np.int64)
    used = np.empty(len(held) * OF_AN_ARTICLE, np.int64)
    different = 0
    for exemplar in held:
        parts = parts_of(terms, row_of(exemplars, exemplar))
        first, end = (parts.names, parts.heavy_names) if of_names else (parts.words, parts.leads)
        heavy, heavy_end = (end, parts.end) if of_names else (parts.heavy_words, parts.names)
        for i in range(min(OF_AN_ARTICLE, int(end - first))):
            weight = weight_at(terms, first, i, heavy, heavy_end)
            if weight > 0:
                key = term_at(terms, first, i)
                slot = slot_of(known, key)
                if known[slot] == 0:
                    known[slot] = key + 1
                    used[different] = slot
                    different += 1
                sums[slot] += weight
    ranks = np.empty(different, np.int64)  # the heaviest first, of equals the smaller key
    for i in range(different):
        ranks[i] = -(sums[used[i]] << 32) + known[used[i]] - 1
    if different > ENTRIES:
        ranks = np.partition(ranks, ENTRIES)[:ENTRIES]
    ranks = np.sort(ranks)
    for i in range(ENTRIES):
        keys[i] = ranks[i] & 0xFFFFFFFF if i < len(ranks) else 0
        weights[i] = -(ranks[i] >> 32) if i < len(ranks) else 0


@part
def slot_of(known, key):  # type: ignore[no-untyped-def]
    """The slot of a key in a table of keys, each plus 1, or the empty one, 0, where it belongs.

    `known`: int64 [a power of two], never full.
    """
    slot = key & (len(known) - 1)
    while known[slot] != 0 and known[slot] != key + 1:
        slot = (slot + 1) & (len(known) - 1)
    return slot
