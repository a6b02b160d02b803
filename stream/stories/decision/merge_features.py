"""The evidence that the story just touched and a neighbour are one."""

from math import exp, log, sqrt

import numpy as np

from embeddings.jit import part
from stream.stories.decision.features import Feature
from stream.stories.decision.join_features import ROUNDING
from stream.stories.index.neighbour_links import links_between
from stream.stories.index.similarity import (
    MIX_DENSE,
    MIX_LEAD,
    MIX_NAMES,
    MIX_WHOLE,
    add_to,
    clear,
    compare,
    look_up,
    rarity,
    zero,
)
from stream.stories.index.state import (
    CHANNELS,
    DAY,
    DENSE,
    LEAD,
    MAX_NAMES,
    MIXED,
    NAMES,
    RECENT_COUNT,
    TEMPO_BINS,
    WHOLE,
)
from stream.stories.index.stream_baselines import (
    PAIRS_WEIGHT,
    cohesion,
    size_beside_usual,
    usual_cohesion,
    usual_rival,
)
from stream.stories.index.time_gaps import highest, tempo_bin, tempo_evidence, usual_nearness

MAX_NEIGHBOURS = 3  # stories the one just touched is compared with
COMPARED = 8  # exemplars of each compared: the first and the last of them
CHOICE_OF = 6.0  # other open stories, from which on it says something where the nearest articles lie

MERGE_FEATURES = (
    Feature("similarity_over_both_cohesions", 1),
    Feature("similarity_over_larger_cohesion", 1),
    Feature("margin_over_next_neighbour", 1),
    Feature("shared_names_and_numbers", 1),
    Feature("time_proximity", 1),
    Feature("time_proximity_over_span", 1),
    Feature("smaller_size", 0),
    Feature("larger_size", 0),
    Feature("word_similarity_over_baseline", 1),
    Feature("lead_similarity_over_baseline", 1),
    Feature("name_similarity_over_baseline", 1),
    Feature("vector_similarity_over_baseline", 1),
    Feature("similarity_to_other_neighbours", 0),
    Feature("gap_likelihood", 1),
    Feature("gap_likelihood_below_peak", 1),
    Feature("nearest_articles_across", 1),
    Feature("time_overlap", 1),
    Feature("time_proximity_over_baseline", 1),
    Feature("time_proximity_times_similarity", 1),
    Feature("smaller_size_over_typical", 0),
)
(
    POOLED,
    LARGER_COHESION,
    MARGIN,
    SHARED_NAMES,
    RECENT_GAP,
    SPAN_GAP,
    SMALLER,
    LARGER,
    FIRST_CHANNEL,
    _,
    _,
    _,
    CROWD,
    TEMPO,
    TEMPO_BEST,
    LINKS,
    OVERLAP,
    NEARER,
    NEAR_AND_SIMILAR,
    SIZE_BESIDE_USUAL,
) = range(len(MERGE_FEATURES))


@part
def merge_features(tables, story, others, count, lookup, features):  # type: ignore[no-untyped-def]
    """Fill `features` [MAX_NEIGHBOURS, 20] for `story` and the first `count` of `others` (slots)."""
    usual = usual_cohesion(tables)
    tempo = np.zeros(TEMPO_BINS)
    tempo_evidence(tables.gaps, tempo)
    nearness = usual_nearness(tables, tables.last[story]) if tables.dated[story] else 0.0
    closeness = np.zeros(count)
    for place in range(count):
        closeness[place] = _one_pair(
            tables, story, others[place], lookup, usual, tempo, nearness, features[place]
        )
    top = max(0.0, highest(closeness))
    total = 0.0
    for place in range(count):
        total += closeness[place]
    missing = 1.0 - (count - 1.0) / (
        MAX_NEIGHBOURS - 1.0
    )  # where few stories are open, the next is the usual one
    for place in range(count):
        other = missing * usual_rival(tables)
        for i in range(count):
            if i != place:
                other = max(other, closeness[i])
        row = features[place]
        row[MARGIN] = (closeness[place] - other) / (max(closeness[place], other) + 0.05)
        row[CROWD] = (total - top) / (MAX_NEIGHBOURS - 1) / (top + 0.05)
        for i in range(features.shape[1]):
            row[i] = np.rint(row[i] * ROUNDING) / ROUNDING


@part
def _one_pair(tables, story, other, lookup, usual, tempo, nearness, row):  # type: ignore[no-untyped-def]
    """Fill a row but for margin and crowd; return the cosine of the centres, all channels mixed."""
    across = np.zeros(CHANNELS)
    row[SHARED_NAMES] = _compare_across(tables, story, other, lookup, across)
    base = np.zeros(CHANNELS)
    add_to(base, tables.around[story], 0.5 / tables.size[story])
    add_to(base, tables.around[other], 0.5 / tables.size[other])
    larger = story if tables.size[story] >= tables.size[other] else other
    above = across[MIXED] - base[MIXED]
    pooled = _pooled_cohesion(tables, story, other, usual)
    row[POOLED] = above / (max(pooled - base[MIXED], 0.02) + 0.03)
    row[LARGER_COHESION] = above / (max(cohesion(tables, larger, usual) - base[MIXED], 0.02) + 0.03)
    row[SMALLER] = log(float(min(5, min(tables.size[story], tables.size[other]))))
    row[LARGER] = log(float(min(5, tables.size[larger])))
    cosine = _centre_cosines(tables, story, other, across)
    for channel in range(4):
        row[FIRST_CHANNEL + channel] = cosine[channel + 1] - base[channel + 1]
    fewer = min(tables.size[story], tables.size[other])
    row[SIZE_BESIDE_USUAL] = size_beside_usual(tables, fewer)
    row[LINKS] = min(1.0, links_between(tables, story, other) / (10.0 * fewer)) * _choice(tables)
    _fill_times(tables, story, other, tempo, nearness, row)
    row[NEAR_AND_SIMILAR] = row[RECENT_GAP] * min(1.0, max(0.0, row[POOLED]))
    return cosine[MIXED]


@part
def _choice(tables):  # type: ignore[no-untyped-def]
    """How much of a choice the nearest articles had, 0 to 1: between two open stories it was none."""
    return min(1.0, (tables.totals[RECENT_COUNT] - 1.0) / CHOICE_OF)


@part
def above_strangers(row):  # type: ignore[no-untyped-def]
    """How much closer the centres of two stories are than those of strangers, all channels mixed."""
    return (
        MIX_WHOLE * row[FIRST_CHANNEL]
        + MIX_LEAD * row[FIRST_CHANNEL + 1]
        + MIX_NAMES * row[FIRST_CHANNEL + 2]
        + MIX_DENSE * row[FIRST_CHANNEL + 3]
    )


@part
def _compared(kept, i):  # type: ignore[no-untyped-def]
    """The place of the i-th exemplar that is compared: the first half of them, and the last."""
    return i if kept <= COMPARED or i < COMPARED // 2 else kept - COMPARED + i


@part
def _compare_across(tables, story, other, lookup, across):  # type: ignore[no-untyped-def]
    """Fill `across` with mean similarities; return the mean share of names (by rarity) that the other has."""
    articles = tables.totals[0]
    hits = np.zeros(MAX_NAMES, np.int8)
    similarity = np.zeros(CHANNELS)
    ours, theirs = min(COMPARED, tables.kept[story]), min(COMPARED, tables.kept[other])
    shares = 0.0
    for i in range(ours):
        member = tables.members[story, _compared(tables.kept[story], i)]
        look_up(tables, member, lookup)
        zero(hits)
        for j in range(theirs):
            against = tables.members[other, _compared(tables.kept[other], j)]
            compare(tables, member, against, lookup, hits, similarity)
            add_to(across, similarity, 1.0)
        clear(tables, member, lookup)
        shared = own = 0.0
        for k in range(tables.name_count[member]):
            mass = rarity(articles, tables.name_frequency[tables.names[member, k]]) - 1.0
            own += mass
            shared += mass * hits[k]
        shares += shared / (own + 15.0)
    for channel in range(CHANNELS):
        across[channel] /= ours * theirs
    return shares / ours


@part
def _pooled_cohesion(tables, story, other, usual):  # type: ignore[no-untyped-def]
    ours, theirs = tables.kept[story], tables.kept[other]
    pairs = 2.0 * (tables.pairs[story, MIXED] + tables.pairs[other, MIXED])
    return (pairs + PAIRS_WEIGHT * usual) / (ours * (ours - 1.0) + theirs * (theirs - 1.0) + PAIRS_WEIGHT)


@part
def _centre_cosines(tables, story, other, across):  # type: ignore[no-untyped-def]
    cosine = np.zeros(CHANNELS)
    for channel in range(1, CHANNELS):
        ours = tables.filled[story, channel] + 2.0 * tables.pairs[story, channel]
        theirs = tables.filled[other, channel] + 2.0 * tables.pairs[other, channel]
        if ours > 0.0 and theirs > 0.0:
            total = across[channel] * tables.kept[story] * tables.kept[other]
            cosine[channel] = total / sqrt(ours * theirs)
    cosine[MIXED] = (
        MIX_WHOLE * cosine[WHOLE]
        + MIX_LEAD * cosine[LEAD]
        + MIX_NAMES * cosine[NAMES]
        + MIX_DENSE * cosine[DENSE]
    )
    return cosine


@part
def _fill_times(tables, story, other, tempo, nearness, row):  # type: ignore[no-untyped-def]
    """`nearness`: the usual one at the end of `story`, which is mostly the later of the two."""
    row[OVERLAP] = 0.0
    if not tables.dated[story] or not tables.dated[other]:
        row[RECENT_GAP] = row[SPAN_GAP] = 0.5
        row[TEMPO], row[TEMPO_BEST] = 0.0, -1.0
        row[NEARER] = 0.3
        return
    begin = max(tables.first[story], tables.first[other])
    end = min(tables.last[story], tables.last[other])
    gap = max(0, begin - end) / DAY
    spans = (tables.last[story] - tables.first[story]) / DAY, (tables.last[other] - tables.first[other]) / DAY
    row[RECENT_GAP] = exp(-gap / 3.0)
    row[SPAN_GAP] = exp(-gap / (max(spans[0], spans[1]) + 1.0))
    evidence = tempo[tempo_bin(gap)]
    row[TEMPO] = min(4.0, max(-3.0, evidence))
    row[TEMPO_BEST] = max(-5.0, evidence - highest(tempo))
    if tables.last[other] > tables.last[story]:
        nearness = usual_nearness(tables, tables.last[other])
    row[NEARER] = row[RECENT_GAP] - nearness
    row[OVERLAP] = max(0, end - begin) / DAY / (min(spans[0], spans[1]) + 1.0)
