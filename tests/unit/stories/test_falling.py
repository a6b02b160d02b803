"""Weights in order: falling, of equals the first, as Python's stable sort has it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.jit import kernel
from stream.stories.index import falling


@kernel
def order_of(weights):
    return falling.falling(weights)


# Weights that are equal, that lie in one bucket, and that are too heavy for all buckets but the first
WEIGHTS = st.sampled_from([0.0, 1.0, 1.0 + 1e-9, 3.99, 4.0]) | st.floats(0.0, 200.0)


@settings(deadline=None)
@given(st.lists(WEIGHTS, max_size=256))
def test_weights_are_in_falling_order_and_equal_ones_in_theirs(weights):
    expected = sorted(range(len(weights)), key=lambda i: -weights[i])
    assert order_of(np.array(weights, np.float64)).tolist() == expected
