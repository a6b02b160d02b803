"""One rule turns any vector into int8: fixed range, unit length, the same for every batch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from embeddings.vectors import LARGEST, STEPS_PER_UNIT, quantise, quantise_sums

FLOATS = st_numpy.arrays(
    np.float32, st.tuples(st.integers(1, 5), st.integers(1, 40)), elements=st.floats(-4, 4, width=32)
)
SUMS = st_numpy.arrays(
    np.int32, st.tuples(st.integers(1, 5), st.integers(1, 40)), elements=st.integers(-(2**31), 2**31 - 1)
)


def test_components_are_steps_of_a_fixed_range() -> None:
    vector = np.array([[0.5, -0.5, 0.5, 0.1]], dtype=np.float32)
    unit = vector / np.linalg.norm(vector)
    assert (
        quantise(vector).tolist()
        == np.rint(unit * STEPS_PER_UNIT).clip(-LARGEST, LARGEST).astype(int).tolist()
    )


def test_what_leaves_the_range_is_cut_to_its_end() -> None:
    assert quantise(np.array([[3.0, 0.0], [0.0, -7.0]])).tolist() == [[127, 0], [0, -127]]


def test_length_does_not_matter() -> None:
    vector = np.array([[0.3, -0.2, 0.05]])
    assert quantise(vector * 1000).tolist() == quantise(vector).tolist()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_vector_that_is_no_vector_becomes_zeros_and_spoils_no_other(bad: float) -> None:
    good = [0.6, 0.8]
    assert quantise(np.array([good, [bad, 1.0], [0.0, 0.0]])).tolist() == [
        *quantise(np.array([good])).tolist(),
        [0, 0],
        [0, 0],
    ]


@given(FLOATS)
@settings(deadline=None)
def test_a_vector_is_the_same_alone_and_in_any_batch(vectors: np.ndarray) -> None:
    together = quantise(vectors)
    assert together.dtype == np.int8
    assert [quantise(vectors[[row]])[0].tolist() for row in range(len(vectors))] == together.tolist()


@given(SUMS)
@settings(deadline=None)
def test_a_sum_is_rounded_alike_alone_and_in_any_batch(sums: np.ndarray) -> None:
    together = quantise_sums(sums)
    assert [quantise_sums(sums[[row]])[0].tolist() for row in range(len(sums))] == together.tolist()
    assert np.abs(together.astype(int)).max() <= LARGEST


@given(st_numpy.arrays(np.int32, (3, 64), elements=st.integers(-30_000, 30_000)))
@settings(deadline=None)
def test_sums_and_floats_follow_one_rule(sums: np.ndarray) -> None:
    assert quantise_sums(sums).tolist() == quantise(sums.astype(np.float64)).tolist()


def test_cosines_of_quantised_vectors_stay_within_a_hundredth() -> None:
    vectors = np.random.default_rng(7).normal(size=(60, 256))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    steps = quantise(vectors).astype(np.int64)
    lengths = np.sqrt(np.square(steps).sum(axis=1))
    assert np.abs(steps @ steps.T / np.outer(lengths, lengths) - unit @ unit.T).max() < 0.01
