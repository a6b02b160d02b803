"""Labelled sets on one timeline, as one feed: the nearest thing to a real stream that labelled data gives.

Every story keeps its own tempo and is moved as a whole to a random start within DAYS; an article without a date stays
without one and arrives at a random moment of its story's first two days, and so does one dated far from its story's
median date (a background page), whose date is dropped. Ids and labels get the set's name as a prefix.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from stream.evaluation.labelled import Labelled

START = 1_704_067_200_000  # 2024-01-01
DAY = 86_400_000
DAYS = 75
FAR = 120 * DAY
LATE = 2 * DAY


def mixed(sets: Mapping[str, Sequence[Labelled]], seed: int) -> list[Labelled]:
    """The articles of all sets in order of arrival."""
    rng = np.random.default_rng(seed)
    arrivals: list[tuple[int, str, Labelled]] = []
    for name in sorted(sets):
        stories: dict[str, list[Labelled]] = defaultdict(list)
        for article in sets[name]:
            stories[article.label].append(article)
        for label in sorted(stories):
            begin = START + int(rng.integers(DAYS)) * DAY
            for arrival, article in _moved(stories[label], begin, rng):
                record = msgspec.structs.replace(article.record, id=f"{name}:{article.record.id}")
                arrivals.append((arrival, record.id, Labelled(record, f"{name}:{label}")))
    return [article for _, _, article in sorted(arrivals, key=lambda one: one[:2])]


def _moved(story: Sequence[Labelled], begin: int, rng: np.random.Generator) -> list[tuple[int, Labelled]]:
    """The articles of a story with the moments they arrive at, their dates moved so that the first is at `begin`."""
    known = sorted(one.record.published for one in story if one.record.published is not None)
    middle = known[len(known) // 2] if known else 0
    known = [date for date in known if abs(date - middle) <= FAR]
    moved = []
    for article in story:
        date = article.record.published
        if date is None or abs(date - middle) > FAR:
            date, arrival = None, begin + int(rng.integers(LATE))
        else:
            has_clock = date % DAY != 0
            date = begin + date - min(known) // DAY * DAY
            arrival = date if has_clock else date + int(rng.integers(DAY))
            date = arrival if has_clock else date
        record = msgspec.structs.replace(article.record, published=date)
        moved.append((arrival, msgspec.structs.replace(article, record=record)))
    return moved
