"""The order of weights, the largest first."""

import numpy as np

from embeddings.jit import allocating_part, part

BUCKETS, PER_UNIT = 256, 8.0  # of the sort: most weights are between 1 and 20


@allocating_part
def falling(weights):  # type: ignore[no-untyped-def]
    """The places of weights, none below 0, by falling weight; of equals the first.

    A bucket sort: weights as they come into buckets, then each to its exact place, which is close by.
    """
    count = len(weights)
    begins = np.zeros(BUCKETS, np.int64)
    for i in range(count):
        begins[_bucket(weights[i])] += 1
    begin = 0
    for bucket in range(BUCKETS):
        held = begins[bucket]
        begins[bucket] = begin
        begin += held
    order = np.empty(count, np.int64)
    for i in range(count):
        bucket = _bucket(weights[i])
        order[begins[bucket]] = i
        begins[bucket] += 1
    for place in range(1, count):
        i = order[place]
        while place > 0 and weights[order[place - 1]] < weights[i]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = i
    return order


@part
def _bucket(weight):  # type: ignore[no-untyped-def]
    """The heaviest in bucket 0; those too heavy for it as well."""
    return max(0, BUCKETS - 1 - int(weight * PER_UNIT))
