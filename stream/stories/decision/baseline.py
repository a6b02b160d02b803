"""The rule without learning: one similarity, one threshold. The baseline that the learnt decision must beat."""

from math import exp

import numpy as np

from embeddings.jit import part
from stream.stories.index.candidates import find, measure
from stream.stories.index.state import DAY, MIXED

# How much proximity in time counts beside similarity, and the days in which it fades and in which distance begins to
# count: the best of a grid on the labelled sets (docs/decisions/0004-stories.md).
TIME_WEIGHT = 0.12
TIME_FAST, TIME_SLOW = 2.0, 30.0
SCORE_GRAIN = 1e9  # scores are rounded to multiples of 1 / SCORE_GRAIN
UNKNOWN_GAP = -1.0


@part
def gap_in_days(stories, exemplars, story, slot):  # type: ignore[no-untyped-def]
    """Days between the article and the story's dated articles: 0 within them, UNKNOWN_GAP where a date is unknown."""
    if not exemplars.dated[slot] or not stories.dated_size[story]:
        return UNKNOWN_GAP
    moment = exemplars.event_time[slot]
    outside = max(0, max(stories.first_time[story] - moment, moment - stories.last_time[story]))
    return outside / DAY


@part
def similarity_score(stories, exemplars, slot, candidates, index):  # type: ignore[no-untyped-def]
    """Cosine to the story's centre in all channels, and proximity in time."""
    gap = gap_in_days(stories, exemplars, candidates.slots[index], slot)
    proximity = 0.0
    if gap >= 0.0:
        proximity = TIME_WEIGHT * (exp(-gap / TIME_FAST) - 0.5 * (1.0 - exp(-gap / TIME_SLOW)))
    return np.rint((candidates.centre_similarity[index, MIXED] + proximity) * SCORE_GRAIN) / SCORE_GRAIN


@part
def rank(state, slot, cross_language, workspace):  # type: ignore[no-untyped-def]
    """Find, measure and score the stories for an article; `workspace.order` lists those found by falling score."""
    stories, candidates = state.stories, workspace.candidates
    scores, order = workspace.scores, workspace.order
    count = find(state, slot, workspace.lookup, cross_language, candidates)
    measure(state, slot, workspace.lookup, workspace.pairs, candidates, count)
    for index in range(count):
        scores[index] = similarity_score(stories, state.exemplars, slot, candidates, index)
        place = index
        while place > 0 and _before(stories, candidates, scores, index, order[place - 1]):
            order[place] = order[place - 1]
            place -= 1
        order[place] = index
    return count


@part
def _before(stories, candidates, scores, one, other):  # type: ignore[no-untyped-def]
    """Higher score first; of equals the older story."""
    if scores[one] != scores[other]:
        return scores[one] > scores[other]
    return stories.number[candidates.slots[one]] < stories.number[candidates.slots[other]]
