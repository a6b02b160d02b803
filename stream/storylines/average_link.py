"""Average link: groups of stories whose pairs score well on average, the best pair of groups first.

Most pairs of a long affair are never scored, so they are left out of the mean. But of two groups of one affair each
story of the smaller meets one of the other: what is missing of so many pairs counts as UNSCORED. So a few good pairs
do not join two affairs of many stories.
"""

from collections.abc import Collection, Mapping

import numpy as np

from embeddings.jit import kernel, part

Scores = Mapping[
    int, Mapping[int, int]
]  # of pairs of stories, both ways round; whole numbers: sums are exact

UNSCORED = -2_000  # of a missing pair, in thousandths of a logit; -4 does as well
ONE, OTHER, TOTAL, MET = range(
    4
)  # of two groups: the lower and the higher number, sum and count of their pairs' scores
NOWHERE = -1


def average_link(stories: Collection[int], scores: Scores, threshold: int) -> list[frozenset[int]]:
    """Group stories; of two groups with equal means those with the oldest stories meet first.

    `scores`: of pairs of these stories alone.
    """
    places = {story: place for place, story in enumerate(sorted(stories))}
    pairs = [
        (place, places[other], score, 1)
        for story, place in places.items()
        for other, score in scores.get(story, {}).items()
        if story < other
    ]
    found = link_groups(len(places), np.array(pairs, np.int64).reshape(-1, 4), threshold).tolist()
    groups: dict[int, list[int]] = {}
    for story, group in zip(places, found, strict=True):
        groups.setdefault(group, []).append(story)
    return [frozenset(group) for group in groups.values()]


@kernel
def link_groups(count, pairs, threshold):  # type: ignore[no-untyped-def]
    """Return the group of each of so many stories: its first one. `pairs` [n, 4] are overwritten."""
    group_of = np.arange(count)
    sizes = np.ones(count, np.int64)
    row_of = np.full(count, NOWHERE)
    held = len(pairs)
    best = _best_pair(pairs, held, sizes, threshold)
    while best != NOWHERE:
        one, other = pairs[best, ONE], pairs[best, OTHER]
        sizes[one] += sizes[other]
        for place in range(count):
            if group_of[place] == other:
                group_of[place] = one
        held = _pool(pairs, held, one, other, row_of)
        best = _best_pair(pairs, held, sizes, threshold)
    return group_of


@part
def _best_pair(pairs, held, sizes, threshold):  # type: ignore[no-untyped-def]
    """The row of the two groups with the highest mean, of equals the oldest; or NOWHERE."""
    best, highest = NOWHERE, 0.0
    for i in range(held):
        one, other = pairs[i, ONE], pairs[i, OTHER]
        missing = max(0, min(sizes[one], sizes[other]) - pairs[i, MET])
        mean = (pairs[i, TOTAL] + missing * UNSCORED) / (pairs[i, MET] + missing)
        if mean < threshold or (best != NOWHERE and mean < highest):
            continue
        if best == NOWHERE or mean > highest or (one, other) < (pairs[best, ONE], pairs[best, OTHER]):
            best, highest = i, mean
    return best


@part
def _pool(pairs, held, one, other, row_of):  # type: ignore[no-untyped-def]
    """Let group `other` be part of `one`; return how many rows are left.

    `row_of`: NOWHERE for each group, before and after.
    """
    kept = 0
    for i in range(held):
        low = one if pairs[i, ONE] == other else pairs[i, ONE]
        high = one if pairs[i, OTHER] == other else pairs[i, OTHER]
        if low == high:
            continue
        low, high = min(low, high), max(low, high)
        if low == one or high == one:
            third = low + high - one
            row = row_of[third]
            if row != NOWHERE:
                pairs[row, TOTAL] += pairs[i, TOTAL]
                pairs[row, MET] += pairs[i, MET]
                continue
            row_of[third] = kept
        pairs[kept, ONE], pairs[kept, OTHER] = low, high
        pairs[kept, TOTAL], pairs[kept, MET] = pairs[i, TOTAL], pairs[i, MET]
        kept += 1
    for i in range(kept):
        row_of[pairs[i, ONE]] = row_of[pairs[i, OTHER]] = NOWHERE
    return kept
