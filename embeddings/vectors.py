"""Vectors as integers, by one fixed rule for every encoder.

A unit vector's components are scaled by 254 and rounded to int8: the range is a fixed +-.5, because components of
sentence vectors rarely leave it, and a range taken from each batch makes the same text get different vectors in
different batches. Pair cosines move by .008 at most. Integer dot products are then exact in any order, so whatever
compares vectors is reproducible.
"""

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.int8]

STEPS_PER_UNIT = 254  # 127 int8 steps over a component range of +-.5
LARGEST = 127  # -128 stays unused, so that a vector and its negative are both valid


def quantise(vectors: NDArray[np.floating]) -> Vectors:
    """Return float vectors [n, dimensions] as int8 [n, dimensions]; they need not have unit length.

    A vector of zeros, or one that holds an infinity or no number, becomes zeros.
    """
    exact = vectors.astype(np.float64)
    exact[~np.isfinite(exact).all(axis=1)] = 0.0
    return _scale(exact, np.square(exact).sum(axis=1))


def quantise_sums(sums: NDArray[np.int32]) -> Vectors:
    """Return sums of int8 rows [n, dimensions] as int8 [n, dimensions], rounded alike on every machine.

    The squared lengths are exact integers and each component takes one division and one rounding, all of them
    exactly defined by IEEE 754.
    """
    exact = sums.astype(np.int64)
    return _scale(exact.astype(np.float64), np.square(exact).sum(axis=1).astype(np.float64))


def _scale(vectors: NDArray[np.float64], squared_lengths: NDArray[np.float64]) -> Vectors:
    lengths = np.sqrt(np.where(squared_lengths > 0, squared_lengths, 1.0))
    steps = np.rint(vectors * STEPS_PER_UNIT / lengths[:, np.newaxis])
    return np.clip(steps, -LARGEST, LARGEST).astype(np.int8)
