"""What a story is about: its heaviest names and its heaviest words, summed over its exemplars.

Weights are whole numbers, so sums are exact in any order.
"""

from typing import NamedTuple

import numpy as np

from embeddings.jit import allocating_part, kernel
from stream.stories.index.exemplar_rows import parts_of, row_of, term_at, weight_at
from stream.stories.index.state import WITHDRAWN

OF_AN_ARTICLE = 48  # of the names and of the words of an article that count
ENTRIES = 48  # of either kind that a profile holds
NAMES, WORDS = range(2)


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
    carried = np.empty(len(held) * OF_AN_ARTICLE, np.int64)
    count = 0
    for exemplar in held:
        parts = parts_of(terms, row_of(exemplars, exemplar))
        first, end = (parts.names, parts.heavy_names) if of_names else (parts.words, parts.leads)
        heavy, heavy_end = (end, parts.end) if of_names else (parts.heavy_words, parts.names)
        for i in range(min(OF_AN_ARTICLE, int(end - first))):
            weight = weight_at(terms, first, i, heavy, heavy_end)
            if weight > 0:
                carried[count] = term_at(terms, first, i) << 16 | weight
                count += 1
    carried = np.sort(carried[:count])
    ranks = np.empty(count, np.int64)
    different = 0
    for i in range(count):
        key, weight = carried[i] >> 16, carried[i] & 0xFFFF
        if i > 0 and carried[i - 1] >> 16 == key:
            ranks[different - 1] -= weight << 32
        else:
            ranks[different] = -(weight << 32) + key
            different += 1
    ranks = np.sort(ranks[:different])
    for i in range(ENTRIES):
        keys[i] = ranks[i] & 0xFFFFFFFF if i < different else 0
        weights[i] = -(ranks[i] >> 32) if i < different else 0
