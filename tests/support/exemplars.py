"""Exemplars as plain Python reads them: the rows of stream/stories/index/exemplar_rows.py, part by part."""

from typing import NamedTuple

import numpy as np

from stream.stories.index.exemplar_rows import COUNTS, HEAD, MORE_COUNTS, PLACE_BITS, WEIGHT_BITS

BESIDE = (1 << WEIGHT_BITS) - 1


class Kept(NamedTuple):
    """The words and names of an exemplar, by falling weight, with their weights."""

    words: dict[int, int]
    leads: dict[int, int]
    titles: dict[int, int]
    names: dict[int, int]


def kept_of(arrays: dict[str, np.ndarray], slot: int) -> Kept:
    """What is kept of the exemplar in a slot, from the arrays of a checkpoint."""
    row = arrays["exemplars.terms"][int(arrays["exemplars.row"][slot]) :].tolist()
    words, leads, titles, names = (row[COUNTS] >> shift & 0xFF for shift in (0, 8, 16, 24))
    heavy_words, heavy_names = (row[MORE_COUNTS] >> shift & 0xFF for shift in (0, 8))
    rest = iter(row[HEAD:])
    parts = [[next(rest) for _ in range(n)] for n in (words, leads, titles, heavy_words, names, heavy_names)]
    listed = [entry >> WEIGHT_BITS for entry in parts[0]]

    def weighed(terms: list[int], heavy: list[int]) -> dict[int, int]:
        weights = [entry & BESIDE for entry in terms]
        for entry in heavy:
            weights[entry >> PLACE_BITS] = entry & 0xFFFF
        return dict(zip((entry >> WEIGHT_BITS for entry in terms), weights, strict=True))

    def at_places(entries: list[int]) -> dict[int, int]:
        return {listed[entry >> PLACE_BITS]: entry & 0xFFFF for entry in entries}

    return Kept(
        weighed(parts[0], parts[3]), at_places(parts[1]), at_places(parts[2]), weighed(parts[4], parts[5])
    )


def row_of(names: dict[int, int], words: dict[int, int]) -> list[int]:
    """The row of an exemplar that has nothing in its lead and title."""
    parts = [
        [term << WEIGHT_BITS | min(weight, BESIDE) for term, weight in kept.items()]
        for kept in (words, names)
    ]
    heavy = [
        [place << PLACE_BITS | weight for place, weight in enumerate(kept.values()) if weight > BESIDE]
        for kept in (words, names)
    ]
    head = [0] * HEAD
    head[COUNTS], head[MORE_COUNTS] = len(words) | len(names) << 24, len(heavy[0]) | len(heavy[1]) << 8
    return [*head, *parts[0], *heavy[0], *parts[1], *heavy[1]]
