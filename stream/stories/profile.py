"""What a story is about: its heaviest names and its heaviest words, summed over its exemplars.

Weights are whole numbers, so sums are exact in any order.
"""

import numpy as np

from embeddings.jit import allocating_part, kernel
from stream.stories.index.state import WITHDRAWN

OF_AN_ARTICLE = 48  # of the names and of the words of an article that count
ENTRIES = 48  # of either kind that a profile holds
NAMES, WORDS = range(2)


@kernel
def fill_profile(articles, names, words, held, keys, weights):  # type: ignore[no-untyped-def]
    """Fill a profile [2, ENTRIES] from these exemplars: falling by weight, of equals the smaller key first.

    `articles`, and the keys, weights and counts of `names` and `words`, are arrays of all exemplars, passed alone:
    a call that unpacks the whole tuple of them takes 7 microseconds longer.
    """
    known = held[articles[held] != WITHDRAWN]
    _fill(*names, known, keys[NAMES], weights[NAMES])
    _fill(*words, known, keys[WORDS], weights[WORDS])


@allocating_part
def _fill(all_keys, all_weights, counts, held, keys, weights):  # type: ignore[no-untyped-def]
    carried = np.empty(len(held) * OF_AN_ARTICLE, np.int64)
    count = 0
    for exemplar in held:
        for i in range(min(OF_AN_ARTICLE, counts[exemplar])):
            if all_weights[exemplar, i] > 0:
                carried[count] = (np.int64(all_keys[exemplar, i]) << 16) | np.int64(all_weights[exemplar, i])
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
