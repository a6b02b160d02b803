"""Average link: groups of stories whose pairs score well on average, the best pair of groups first.

Most pairs of a long affair are never scored, so they are left out of the mean. But of two groups of one affair each
story of the smaller meets one of the other: what is missing of so many pairs counts as UNSCORED. So a few good pairs
do not join two affairs of many stories.
"""

import heapq
from collections.abc import Collection, Mapping

Scores = Mapping[
    int, Mapping[int, int]
]  # of pairs of stories, both ways round; whole numbers: sums are exact

UNSCORED = -2_000  # of a missing pair, in thousandths of a logit; -4 does as well


def average_link(stories: Collection[int], scores: Scores, threshold: int) -> list[frozenset[int]]:
    """Group stories; of two groups with equal means those with the oldest stories meet first.

    `scores`: of pairs of these stories alone, each both ways round.
    """
    groups = {story: {story} for story in sorted(stories)}
    sums = {story: {other: (score, 1) for other, score in scores.get(story, {}).items()} for story in groups}

    def mean(one: int, other: int) -> float:
        total, count = sums[one][other]
        missing = max(0, min(len(groups[one]), len(groups[other])) - count)
        return (total + missing * UNSCORED) / (count + missing)

    queue: list[tuple[float, int, int]] = [
        (-total, story, other)
        for story, row in sums.items()
        for other, (total, _) in row.items()
        if story < other and total >= threshold
    ]
    heapq.heapify(queue)
    while queue:
        negative, one, other = heapq.heappop(queue)
        if one not in groups or other not in groups or mean(one, other) != -negative:
            continue
        size, met = len(groups[one]), sums.pop(other)
        groups[one] |= groups.pop(other)
        del sums[one][other]
        for third, (total, count) in met.items():
            if third == one:
                continue
            before = sums[one].get(third, (0, 0))
            sums[one][third] = sums[third][one] = (before[0] + total, before[1] + count)
            del sums[third][other]
        for third in sums[one]:
            if third not in met and len(groups[third]) <= size:
                continue  # as many pairs are expected as before
            found = mean(one, third)
            if found >= threshold:
                heapq.heappush(queue, (-found, min(one, third), max(one, third)))
    return [frozenset(group) for group in groups.values()]
