"""The evidence for and against joining a story, relative to what is usual in the stream and in the story."""

from math import exp, log

import numpy as np

from embeddings.jit import part
from stream.stories.decision.baseline import gap_in_days
from stream.stories.decision.features import Feature
from stream.stories.index.candidates import NEIGHBOURS_KEPT
from stream.stories.index.state import DAY, MIXED, RECENT_COUNT, TEMPO_BINS
from stream.stories.index.stream_baselines import (
    cohesion,
    note_rivals,
    past_scores,
    size_beside_usual,
    usual_cohesion,
    usual_crowd,
    usual_rival,
)
from stream.stories.index.time_gaps import highest, tempo_bin, tempo_evidence, usual_nearness

MAX_SCORED = 6  # stories whose features are computed: the best by similarity and nearness in time
GROWN = 1.0  # log size beside the usual, where it ends: from 2.7 times the usual, a burst is not punished for growing
ROUNDING = float(1 << 20)  # features are rounded to multiples of 1 / 2^20

JOIN_FEATURES = (
    Feature("similarity_over_cohesion", 1),
    Feature("similarity_over_past_joins", 1),
    Feature("margin_over_next_story", 1),
    Feature("closest_member_over_closest_article", 1),
    Feature("share_of_nearest_articles", 1),
    Feature("shared_names_and_numbers", 1),
    Feature("time_proximity", 1),
    Feature("time_proximity_over_span", 1),
    Feature("story_size", 0),
    Feature("word_similarity_over_baseline", 1),
    Feature("lead_similarity_over_baseline", 1),
    Feature("name_similarity_over_baseline", 1),
    Feature("vector_similarity_over_baseline", 1),
    Feature("similarity_to_other_stories", 0),
    Feature("gap_likelihood", 1),
    Feature("gap_likelihood_below_peak", 1),
    Feature("time_proximity_over_baseline", 1),
    Feature("time_proximity_times_similarity", 1),
    Feature("closest_member_over_unrelated", 1),
    Feature("open_stories", 0),
    Feature("centre_similarity", 1),
    Feature("story_size_over_typical", 0),
)
(
    COHESION,
    PAST,
    MARGIN,
    NEAREST,
    SHARE,
    SHARED_NAMES,
    RECENT_GAP,
    SPAN_GAP,
    SIZE,
    FIRST_CHANNEL,
    _,
    _,
    _,
    CROWD,
    TEMPO,
    TEMPO_BEST,
    NEARER,
    NEAR_AND_SIMILAR,
    ABOVE,
    KNOWN,
    CENTRE,
    SIZE_BESIDE_USUAL,
) = range(len(JOIN_FEATURES))


@part
def join_features(tables, slot, found, order, count, around, features):  # type: ignore[no-untyped-def]
    """Fill `features` [MAX_SCORED, 22] for the first stories of `order`; return how many."""
    scored = min(count, MAX_SCORED)
    usual = usual_cohesion(tables)
    tempo = np.zeros(TEMPO_BINS)
    tempo_evidence(tables.gaps, tempo)
    # A sum over some five hundred sampled times, which only dated articles ask for.
    nearness = usual_nearness(tables, tables.time[slot]) if tables.when[slot] else 0.0
    for place in range(scored):
        _one_story(tables, slot, found, order, count, place, around, usual, tempo, nearness, features[place])
    for place in range(scored):
        for i in range(features.shape[1]):
            features[place, i] = np.rint(features[place, i] * ROUNDING) / ROUNDING
    return scored


@part
def _one_story(tables, slot, found, order, count, place, around, usual, tempo, nearness, row):  # type: ignore[no-untyped-def]
    index = order[place]
    story = found.slots[index]
    kept = tables.kept[story]
    mean = found.sums[index, MIXED] / kept
    half = 0.5 / tables.size[story]
    base = 0.5 * around[MIXED] + half * tables.around[story, MIXED]
    row[COHESION] = (mean - base) / (max(cohesion(tables, story, usual) - base, 0.02) + 0.03)
    past, spread = past_scores(tables, story, usual)
    row[PAST] = (mean - past) / spread
    row[MARGIN] = _margin(tables, found, order, count, place)
    row[NEAREST] = found.best[index] / (max(found.near[0], 0.0) + 0.09)
    row[SHARE] = _share(found, index) / min(NEIGHBOURS_KEPT, kept)
    row[SHARED_NAMES] = found.shared[index] / (found.mass[0] + 15.0)
    row[SIZE] = log(float(min(tables.size[story], 5)))
    for channel in range(4):
        usual_there = 0.5 * around[channel + 1] + half * tables.around[story, channel + 1]
        row[FIRST_CHANNEL + channel] = found.centre[index, channel + 1] - usual_there
    row[SIZE_BESIDE_USUAL] = min(GROWN, size_beside_usual(tables, tables.size[story]))
    row[CROWD] = _crowd(tables, found, order, count)
    row[ABOVE] = found.best[index] - around[MIXED]
    row[CENTRE] = found.centre[index, MIXED]
    row[KNOWN] = log(1.0 + min(50, tables.totals[RECENT_COUNT]))
    gap = gap_in_days(tables, story, slot)
    if gap < 0.0:
        row[RECENT_GAP] = row[SPAN_GAP] = 0.5
        row[TEMPO], row[TEMPO_BEST] = 0.0, -1.0
        row[NEARER] = 0.3
    else:
        span = (tables.last[story] - tables.first[story]) / DAY
        row[RECENT_GAP] = exp(-gap / 3.0)
        row[SPAN_GAP] = exp(-gap / (span + 1.0))
        evidence = tempo[tempo_bin(gap)]
        row[TEMPO] = min(4.0, max(-3.0, evidence))
        row[TEMPO_BEST] = max(-5.0, evidence - highest(tempo))
        row[NEARER] = row[RECENT_GAP] - nearness
    row[NEAR_AND_SIMILAR] = row[RECENT_GAP] * min(1.0, max(0.0, row[COHESION]))


@part
def _margin(tables, found, order, count, place):  # type: ignore[no-untyped-def]
    """How far the story is ahead of the next; where few were found, the next is at least what is usual."""
    own = found.centre[order[place], MIXED]
    other = missing_share(count) * usual_rival(tables)
    for i in range(count):
        if i != place:
            other = max(other, found.centre[order[i], MIXED])
    return (own - other) / (max(own, other) + 0.05)


@part
def missing_share(count):  # type: ignore[no-untyped-def]
    """The share of an article's rivals that are not there, because few stories are open."""
    return max(0.0, 1.0 - (count - 1.0) / (MAX_SCORED - 1.0))


@part
def _share(found, index):  # type: ignore[no-untyped-def]
    inside = 0
    for i in range(NEIGHBOURS_KEPT):
        inside += found.near_story[i] == index
    return inside


@part
def _crowd(tables, found, order, count):  # type: ignore[no-untyped-def]
    """The mean similarity of the second to the sixth story beside the first's; the usual one for those not found."""
    top = 0.0
    total = 0.0
    for place in range(min(count, MAX_SCORED)):
        top = max(top, found.centre[order[place], MIXED])
        total += found.centre[order[place], MIXED]
    others = (total - top) / (MAX_SCORED - 1) + missing_share(count) * usual_crowd(tables)
    return others / (top + 0.05)


@part
def note_found(tables, found, order, count):  # type: ignore[no-untyped-def]
    """Let the level of rivals follow the stream, by articles for which many stories were found."""
    if count < MAX_SCORED:
        return
    top = second = total = 0.0
    for place in range(MAX_SCORED):
        similarity = found.centre[order[place], MIXED]
        total += similarity
        second = max(second, min(top, similarity))
        top = max(top, similarity)
    note_rivals(tables, second, (total - top) / (MAX_SCORED - 1))
