"""Adding up rows of a static table: the one hot loop of encoding."""

import numpy as np
from numpy.typing import NDArray

from embeddings.jit import kernel


@kernel
def sum_rows(rows: NDArray[np.int8], ids: NDArray[np.int32], ends: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the sum of the rows of each text [texts, dimensions].

    `ids` are the rows of all texts one after the other; `ends` [texts] says where each text's ids end. An int32
    holds the sum of 16 million rows of int8, eighty times what the longest text has.
    """
    sums = np.zeros((len(ends), rows.shape[1]), dtype=np.int32)
    start = 0
    for text in range(len(ends)):
        total = sums[text]
        for position in range(start, ends[text]):
            row = rows[ids[position]]
            for dimension in range(len(total)):
                total[dimension] += row[dimension]
        start = ends[text]
    return sums
