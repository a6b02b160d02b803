"""Average link: groups of stories whose pairs score well on average, the best pair of groups first.

Pairs that were never scored are left out of the mean: most pairs of a long affair never meet.
"""

import heapq
from collections.abc import Collection, Mapping

Scores = Mapping[
    int, Mapping[int, int]
]  # of pairs of stories, both ways round; whole numbers: sums are exact


def average_link(stories: Collection[int], scores: Scores, threshold: int) -> list[frozenset[int]]:
    """Group stories; of two groups with equal means those with the oldest stories meet first.

    `scores` may hold pairs of other stories, which do not count.
    """
    groups = {story: {story} for story in sorted(stories)}
    sums = {
        story: {other: (score, 1) for other, score in scores.get(story, {}).items() if other in groups}
        for story in groups
    }
    queue: list[tuple[float, int, int]] = [
        (-total, story, other)
        for story, row in sums.items()
        for other, (total, _) in row.items()
        if story < other and total >= threshold
    ]
    heapq.heapify(queue)
    while queue:
        negative, one, other = heapq.heappop(queue)
        if one not in groups or other not in groups or _mean(sums[one][other]) != -negative:
            continue
        groups[one] |= groups.pop(other)
        del sums[one][other]
        for third, (total, count) in sums.pop(other).items():
            if third == one:
                continue
            before = sums[one].get(third, (0, 0))
            sums[one][third] = sums[third][one] = (before[0] + total, before[1] + count)
            del sums[third][other]
            mean = _mean(sums[one][third])
            if mean >= threshold:
                heapq.heappush(queue, (-mean, min(one, third), max(one, third)))
    return [frozenset(group) for group in groups.values()]


def _mean(pair: tuple[int, int]) -> float:
    return pair[0] / pair[1]
