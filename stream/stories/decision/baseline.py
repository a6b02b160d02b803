"""The rule without learning: one similarity, one threshold. The baseline that the learnt decision must beat."""

from math import exp

import numpy as np

from embeddings.jit import part
from stream.stories.index.candidates import find, measure
from stream.stories.index.state import DAY, MIXED

TEMPO_WEIGHT = 0.12  # of nearness in time beside similarity (measured, see docs/decisions/0004-stories.md)
TEMPO_FAST, TEMPO_SLOW = 2.0, 30.0  # days in which nearness fades, and in which distance begins to count


@part
def gap_in_days(tables, story, slot):  # type: ignore[no-untyped-def]
    """Days between the article and the story's dated articles: 0 within them, -1 where a date is unknown."""
    if not tables.when[slot] or not tables.dated[story]:
        return -1.0
    moment = tables.time[slot]
    outside = max(0, max(tables.first[story] - moment, moment - tables.last[story]))
    return outside / DAY


@part
def similarity_score(tables, slot, found, index):  # type: ignore[no-untyped-def]
    """Cosine to the story's centre in all channels, and nearness in time."""
    gap = gap_in_days(tables, found.slots[index], slot)
    tempo = 0.0
    if gap >= 0.0:
        tempo = TEMPO_WEIGHT * (exp(-gap / TEMPO_FAST) - 0.5 * (1.0 - exp(-gap / TEMPO_SLOW)))
    return np.rint((found.centre[index, MIXED] + tempo) * 1e9) / 1e9


@part
def ranked(tables, slot, lookup, found, cross_language, scores, order):  # type: ignore[no-untyped-def]
    """Find, measure and score the stories for an article; `order` lists the found by falling score."""
    count = find(tables, slot, cross_language, found)
    measure(tables, slot, lookup, found, count)
    for index in range(count):
        scores[index] = similarity_score(tables, slot, found, index)
        place = index
        while place > 0 and _before(tables, found, scores, index, order[place - 1]):
            order[place] = order[place - 1]
            place -= 1
        order[place] = index
    return count


@part
def _before(tables, found, scores, one, other):  # type: ignore[no-untyped-def]
    """Higher score first; of equals the older story."""
    if scores[one] != scores[other]:
        return scores[one] > scores[other]
    return tables.story[found.slots[one]] < tables.story[found.slots[other]]
