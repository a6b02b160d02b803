"""Compiled sorting of buckets: by distribution, in time that grows with their number alone."""

from typing import Any

import numpy as np

from embeddings.jit import allocating_part

BUCKET_BITS = 20
DIGIT_BITS = 7
DIGIT_MASK = (1 << DIGIT_BITS) - 1


@allocating_part
def by_bucket(buckets: Any) -> Any:
    """The places of the buckets that are not negative, ascending by bucket, of equals in their order."""
    order = np.empty(len(buckets), np.int64)
    other = np.empty(len(buckets), np.int64)
    size = 0
    for i in range(len(buckets)):
        order[size] = i
        size += buckets[i] >= 0
    ends = np.empty(1 << DIGIT_BITS, np.int64)
    for shift in range(0, BUCKET_BITS, DIGIT_BITS):  # sorted by distribution, lower digit first
        ends[:] = 0
        for i in range(size):
            ends[(buckets[order[i]] >> shift) & DIGIT_MASK] += 1
        for digit in range(1, len(ends)):
            ends[digit] += ends[digit - 1]
        for i in range(size - 1, -1, -1):
            digit = (buckets[order[i]] >> shift) & DIGIT_MASK
            ends[digit] -= 1
            other[ends[digit]] = order[i]
        order, other = other, order
    return order[:size]
