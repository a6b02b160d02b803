"""The evidence that the story just changed and a neighbour are one."""

from math import log, sqrt

import numpy as np

from embeddings.jit import allocating_part, part
from stream.stories.decision.features import (
    MARGIN_DAMPING,
    NAMES_DAMPING,
    UNKNOWN_LIKELIHOOD,
    UNKNOWN_LIKELIHOOD_BELOW_PEAK,
    UNKNOWN_PROXIMITY,
    UNKNOWN_PROXIMITY_OVER_BASELINE,
    Feature,
    below_peak,
    bounded_likelihood,
    margin,
    over_cohesion,
    proximity,
    proximity_over_span,
    round_features,
)
from stream.stories.index.exemplar_rows import language_of, name_count, parts_of, row_of, term_at
from stream.stories.index.neighbour_links import links_between
from stream.stories.index.pair_memory import add_pair, names_shared, recall
from stream.stories.index.similarity import (
    MIX_DENSE,
    MIX_LEAD,
    MIX_NAMES,
    MIX_WHOLE,
    add_to,
    centroid_length,
    mix,
)
from stream.stories.index.slot_list import length_of
from stream.stories.index.state import CHANNELS, DAY, GAP_BINS, MIXED
from stream.stories.index.stream_baselines import (
    PAIRS_WEIGHT,
    cohesion,
    size_over_typical,
    typical_cohesion,
    typical_rival,
)
from stream.stories.index.time_gaps import gap_bin, gap_likelihoods, highest, typical_proximity
from stream.stories.index.weighing import name_rarities

MAX_NEIGHBOURS = 3  # stories the one just changed is compared with
COMPARED = 8  # exemplars of each compared: the first and the last of them
CHOICE_OF = 6.0  # other open stories, from which on it says something where the nearest articles lie
LARGEST_SIZE = 5  # reports from which on a story's size says no more
MOST_LINKS = 10.0  # links for each article of the smaller story: all of its nearest articles

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
    OVER_BOTH_COHESIONS,
    OVER_LARGER_COHESION,
    MARGIN,
    SHARED_NAMES,
    PROXIMITY,
    PROXIMITY_OVER_SPAN,
    SMALLER,
    LARGER,
    FIRST_CHANNEL,
    _,
    _,
    _,
    OTHERS,
    LIKELIHOOD,
    LIKELIHOOD_BELOW_PEAK,
    LINKS,
    OVERLAP,
    PROXIMITY_OVER_BASELINE,
    PROXIMITY_TIMES_SIMILARITY,
    SMALLER_OVER_TYPICAL,
) = range(len(MERGE_FEATURES))


@allocating_part
def merge_features(state, story, others, count, workspace):  # type: ignore[no-untyped-def]
    """Fill `workspace.merge_features` for `story` and the first `count` of `others` (slots)."""
    stories, features = state.stories, workspace.merge_features
    likelihoods = np.zeros(GAP_BINS)
    gap_likelihoods(state.stream, likelihoods)
    typical = typical_proximity(state.stream, stories.last_time[story]) if stories.dated_size[story] else 0.0
    closeness = np.zeros(count)
    across = np.zeros((count, CHANNELS))
    _compare_across(state, story, others, count, workspace, across)
    for place in range(count):
        row = features[place]
        closeness[place] = _fill_similarities(state, story, others[place], across[place], row)
        _fill_times(state, story, others[place], likelihoods, typical, row)
    _fill_rivals(state.stream, closeness, features)
    round_features(features, count)


@part
def _fill_rivals(stream, closeness, features):  # type: ignore[no-untyped-def]
    """How each neighbour stands beside the others; where few stories are open, the next is the typical one."""
    count = len(closeness)
    top = max(0.0, highest(closeness))
    total = 0.0
    for place in range(count):
        total += closeness[place]
    missing = 1.0 - (count - 1.0) / (MAX_NEIGHBOURS - 1.0)
    for place in range(count):
        other = missing * typical_rival(stream)
        for i in range(count):
            if i != place:
                other = max(other, closeness[i])
        features[place, MARGIN] = margin(closeness[place], other)
        features[place, OTHERS] = (total - top) / (MAX_NEIGHBOURS - 1) / (top + MARGIN_DAMPING)


@allocating_part
def _fill_similarities(state, story, other, across, row):  # type: ignore[no-untyped-def]
    """What two stories have in common; return the cosine of their centres, all channels mixed.

    `across` [CHANNELS]: mean similarity of the exemplars of one to those of the other.
    """
    stories = state.stories
    baseline = np.zeros(CHANNELS)
    add_to(baseline, stories.background_sums[story], 0.5 / stories.size[story])
    add_to(baseline, stories.background_sums[other], 0.5 / stories.size[other])
    typical = typical_cohesion(state.stream)
    larger = story if stories.size[story] >= stories.size[other] else other
    both = _cohesion_of_both(stories, story, other, typical)
    row[OVER_BOTH_COHESIONS] = over_cohesion(across[MIXED], both, baseline[MIXED])
    of_larger = cohesion(stories, larger, typical)
    row[OVER_LARGER_COHESION] = over_cohesion(across[MIXED], of_larger, baseline[MIXED])
    fewer = min(stories.size[story], stories.size[other])
    row[SMALLER] = log(float(min(LARGEST_SIZE, fewer)))
    row[LARGER] = log(float(min(LARGEST_SIZE, stories.size[larger])))
    row[SMALLER_OVER_TYPICAL] = size_over_typical(state.stream, fewer)
    links = min(1.0, links_between(stories, story, other) / (MOST_LINKS * fewer))
    row[LINKS] = links * _choice(state.recent)
    cosine = _centre_cosines(stories, story, other, across)
    for channel in range(1, CHANNELS):
        row[FIRST_CHANNEL + channel - 1] = cosine[channel] - baseline[channel]
    return cosine[MIXED]


@part
def _choice(recent):  # type: ignore[no-untyped-def]
    """How much of a choice the nearest articles had, 0 to 1: between two open stories it was none."""
    return min(1.0, (length_of(recent) - 1.0) / CHOICE_OF)


@part
def centres_over_unrelated(row):  # type: ignore[no-untyped-def]
    """How much closer the centres of two stories are than those of unrelated ones, all channels mixed."""
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
def _compare_across(state, story, others, count, workspace, across):  # type: ignore[no-untyped-def]
    """Fill `across` [count, CHANNELS] with mean similarities, and the features' mean share of names (by rarity)."""
    stories, exemplars, features = state.stories, state.exemplars, workspace.merge_features
    lookup, rare, pairs = workspace.lookup, workspace.lookup.rarities, workspace.pairs
    ours = min(COMPARED, stories.exemplar_count[story])
    for place in range(count):
        features[place, SHARED_NAMES] = 0.0
    for i in range(ours):
        asked = stories.exemplars[story, _compared(stories.exemplar_count[story], i)]
        names, language = name_count(exemplars, asked), language_of(exemplars, asked)
        first = parts_of(exemplars.terms, row_of(exemplars, asked)).names
        for k in range(names):
            rare[k] = term_at(exemplars.terms, first, k)
        name_rarities(state.stream, language, rare, names)
        own = 0.0
        for k in range(names):
            own += rare[k]
        for place in range(count):
            other = others[place]
            shared_names = np.int64(0)
            for j in range(min(COMPARED, stories.exemplar_count[other])):
                against = stories.exemplars[other, _compared(stories.exemplar_count[other], j)]
                pair = recall(exemplars, asked, against, lookup, pairs)
                add_pair(pairs, pair, 1.0, across[place])
                shared_names |= names_shared(exemplars, asked, against, pairs, pair)
            shared = 0.0
            for k in range(names):
                shared += rare[k] * ((shared_names >> k) & 1)
            features[place, SHARED_NAMES] += shared / (own + NAMES_DAMPING)
    for place in range(count):
        theirs = min(COMPARED, stories.exemplar_count[others[place]])
        for channel in range(CHANNELS):
            across[place, channel] /= ours * theirs
        features[place, SHARED_NAMES] /= ours


@part
def _cohesion_of_both(stories, story, other, typical):  # type: ignore[no-untyped-def]
    """The mean similarity within the two stories, drawn towards the typical one where they are small."""
    ours, theirs = stories.exemplar_count[story], stories.exemplar_count[other]
    pairs = 2.0 * (stories.pair_sums[story, MIXED] + stories.pair_sums[other, MIXED])
    return (pairs + PAIRS_WEIGHT * typical) / (ours * (ours - 1.0) + theirs * (theirs - 1.0) + PAIRS_WEIGHT)


@allocating_part
def _centre_cosines(stories, story, other, across):  # type: ignore[no-untyped-def]
    cosine = np.zeros(CHANNELS)
    for channel in range(1, CHANNELS):
        ours = centroid_length(stories, story, channel)
        theirs = centroid_length(stories, other, channel)
        if ours > 0.0 and theirs > 0.0:
            total = across[channel] * stories.exemplar_count[story] * stories.exemplar_count[other]
            cosine[channel] = total / sqrt(ours * theirs)
    cosine[MIXED] = mix(cosine)
    return cosine


@part
def _fill_times(state, story, other, likelihoods, typical, row):  # type: ignore[no-untyped-def]
    """`typical`: proximity of any two articles at the end of `story`, which is mostly the later of the two."""
    first, last = state.stories.first_time, state.stories.last_time
    row[OVERLAP] = 0.0
    if not state.stories.dated_size[story] or not state.stories.dated_size[other]:
        row[PROXIMITY] = row[PROXIMITY_OVER_SPAN] = UNKNOWN_PROXIMITY
        row[LIKELIHOOD], row[LIKELIHOOD_BELOW_PEAK] = UNKNOWN_LIKELIHOOD, UNKNOWN_LIKELIHOOD_BELOW_PEAK
        row[PROXIMITY_OVER_BASELINE] = UNKNOWN_PROXIMITY_OVER_BASELINE
    else:
        begin = max(first[story], first[other])
        end = min(last[story], last[other])
        gap = max(0, begin - end) / DAY
        spans = (last[story] - first[story]) / DAY, (last[other] - first[other]) / DAY
        likelihood = likelihoods[gap_bin(gap)]
        row[PROXIMITY] = proximity(gap)
        row[PROXIMITY_OVER_SPAN] = proximity_over_span(gap, max(spans[0], spans[1]))
        row[LIKELIHOOD] = bounded_likelihood(likelihood)
        row[LIKELIHOOD_BELOW_PEAK] = below_peak(likelihood, highest(likelihoods))
        if last[other] > last[story]:
            typical = typical_proximity(state.stream, last[other])
        row[PROXIMITY_OVER_BASELINE] = row[PROXIMITY] - typical
        row[OVERLAP] = max(0, end - begin) / DAY / (min(spans[0], spans[1]) + 1.0)
    row[PROXIMITY_TIMES_SIMILARITY] = row[PROXIMITY] * min(1.0, max(0.0, row[OVER_BOTH_COHESIONS]))
