"""The evidence for and against joining a story, against the baselines of the stream and of the story."""

from math import log

import numpy as np

from embeddings.jit import allocating_part, part
from stream.stories.decision.baseline import gap_in_days
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
from stream.stories.index.candidates import NEAREST_KEPT
from stream.stories.index.exemplar_rows import name_count
from stream.stories.index.slot_list import length_of
from stream.stories.index.state import CHANNELS, DAY, GAP_BINS, MIXED
from stream.stories.index.stream_baselines import (
    cohesion,
    count_rivals,
    past_scores,
    size_over_typical,
    typical_cohesion,
    typical_others,
    typical_rival,
)
from stream.stories.index.time_gaps import gap_bin, gap_likelihoods, highest, typical_proximity

MAX_SCORED = 6  # stories whose features are computed: the best by similarity and proximity in time
GROWN = (
    1.0  # log size over the typical, where it ends: from 2.7 times it on, a burst is not punished for growing
)
CLOSEST_DAMPING = 0.09  # added to the similarity of the closest article; about what unrelated articles have
LARGEST_SIZE = 5  # reports from which on a story's size says no more
MOST_STORIES = 50  # open stories from which on their number says no more

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
    OVER_COHESION,
    OVER_PAST_JOINS,
    MARGIN,
    CLOSEST_MEMBER,
    SHARE_OF_NEAREST,
    SHARED_NAMES,
    PROXIMITY,
    PROXIMITY_OVER_SPAN,
    SIZE,
    FIRST_CHANNEL,
    _,
    _,
    _,
    OTHERS,
    LIKELIHOOD,
    LIKELIHOOD_BELOW_PEAK,
    PROXIMITY_OVER_BASELINE,
    PROXIMITY_TIMES_SIMILARITY,
    OVER_UNRELATED,
    OPEN_STORIES,
    CENTRE,
    SIZE_OVER_TYPICAL,
) = range(len(JOIN_FEATURES))


@allocating_part
def join_features(state, slot, count, workspace):  # type: ignore[no-untyped-def]
    """Fill `workspace.features` for the first stories of `workspace.order`."""
    exemplars, candidates = state.exemplars, workspace.candidates
    scored = min(count, MAX_SCORED)
    likelihoods = np.zeros(GAP_BINS)
    gap_likelihoods(state.stream, likelihoods)
    # A sum over some five hundred sampled times, which only dated articles ask for.
    typical = typical_proximity(state.stream, exemplars.event_time[slot]) if exemplars.dated[slot] else 0.0
    names = 0.0
    for i in range(name_count(exemplars, slot)):
        names += candidates.name_rarity[i]
    for place in range(scored):
        row = workspace.features[place]
        _fill_similarities(state, place, names, workspace, row)
        _fill_rivals(state, count, place, workspace, row)
        _fill_times(state, slot, place, likelihoods, typical, workspace, row)
    round_features(workspace.features, scored)


@part
def _fill_similarities(state, place, names, workspace, row):  # type: ignore[no-untyped-def]
    """What the article has in common with a story's members, centre and names; and the story's size.

    `names`: rarity of all names of the article, summed.
    """
    stories, candidates, unrelated = state.stories, workspace.candidates, workspace.background
    index = workspace.order[place]
    story = candidates.slots[index]
    kept = stories.exemplar_count[story]
    typical = typical_cohesion(state.stream)
    mean = candidates.similarity_sums[index, MIXED] / kept
    half = 0.5 / stories.size[story]
    baseline = 0.5 * unrelated[MIXED] + half * stories.background_sums[story, MIXED]
    row[OVER_COHESION] = over_cohesion(mean, cohesion(stories, story, typical), baseline)
    past, spread = past_scores(stories, story, typical)
    row[OVER_PAST_JOINS] = (mean - past) / spread
    closest = candidates.best_similarity[index]
    row[CLOSEST_MEMBER] = closest / (max(candidates.nearest_similarity[0], 0.0) + CLOSEST_DAMPING)
    row[OVER_UNRELATED] = closest - unrelated[MIXED]
    row[SHARE_OF_NEAREST] = _nearest_within(candidates, index) / min(NEAREST_KEPT, kept)
    row[SHARED_NAMES] = candidates.shared_rarity[index] / (names + NAMES_DAMPING)
    for channel in range(1, CHANNELS):
        baseline = 0.5 * unrelated[channel] + half * stories.background_sums[story, channel]
        row[FIRST_CHANNEL + channel - 1] = candidates.centre_similarity[index, channel] - baseline
    row[CENTRE] = candidates.centre_similarity[index, MIXED]
    row[SIZE] = log(float(min(stories.size[story], LARGEST_SIZE)))
    row[SIZE_OVER_TYPICAL] = min(GROWN, size_over_typical(state.stream, stories.size[story]))


@part
def _nearest_within(candidates, index):  # type: ignore[no-untyped-def]
    """How many of the nearest articles lie in the story."""
    inside = 0
    for i in range(NEAREST_KEPT):
        inside += candidates.nearest_story[i] == index
    return inside


@part
def _fill_rivals(state, count, place, workspace, row):  # type: ignore[no-untyped-def]
    """How the story stands beside the others that were found, and how many are open."""
    row[MARGIN] = _margin(state.stream, count, place, workspace)
    row[OTHERS] = _similarity_to_others(state.stream, count, workspace)
    row[OPEN_STORIES] = log(1.0 + min(MOST_STORIES, length_of(state.recent)))


@part
def _margin(stream, count, place, workspace):  # type: ignore[no-untyped-def]
    """How far the story is ahead of the next; where few were found, the next is at least the typical one."""
    centres, order = workspace.candidates.centre_similarity, workspace.order
    other = missing_share(count) * typical_rival(stream)
    for i in range(count):
        if i != place:
            other = max(other, centres[order[i], MIXED])
    return margin(centres[order[place], MIXED], other)


@part
def missing_share(count):  # type: ignore[no-untyped-def]
    """The share of an article's rivals that are not there, because few stories are open."""
    return max(0.0, 1.0 - (count - 1.0) / (MAX_SCORED - 1.0))


@part
def _similarity_to_others(stream, count, workspace):  # type: ignore[no-untyped-def]
    """The mean similarity of the second to the sixth story over the first's; typical ones for those missing."""
    centres, order = workspace.candidates.centre_similarity, workspace.order
    top = 0.0
    total = 0.0
    for place in range(min(count, MAX_SCORED)):
        top = max(top, centres[order[place], MIXED])
        total += centres[order[place], MIXED]
    others = (total - top) / (MAX_SCORED - 1) + missing_share(count) * typical_others(stream)
    return others / (top + MARGIN_DAMPING)


@part
def _fill_times(state, slot, place, likelihoods, typical, workspace, row):  # type: ignore[no-untyped-def]
    """How the article's time lies to the story's span. `typical`: proximity of any two articles."""
    stories = state.stories
    story = workspace.candidates.slots[workspace.order[place]]
    gap = gap_in_days(stories, state.exemplars, story, slot)
    if gap < 0.0:
        row[PROXIMITY] = row[PROXIMITY_OVER_SPAN] = UNKNOWN_PROXIMITY
        row[LIKELIHOOD], row[LIKELIHOOD_BELOW_PEAK] = UNKNOWN_LIKELIHOOD, UNKNOWN_LIKELIHOOD_BELOW_PEAK
        row[PROXIMITY_OVER_BASELINE] = UNKNOWN_PROXIMITY_OVER_BASELINE
    else:
        span = (stories.last_time[story] - stories.first_time[story]) / DAY
        likelihood = likelihoods[gap_bin(gap)]
        row[PROXIMITY] = proximity(gap)
        row[PROXIMITY_OVER_SPAN] = proximity_over_span(gap, span)
        row[LIKELIHOOD] = bounded_likelihood(likelihood)
        row[LIKELIHOOD_BELOW_PEAK] = below_peak(likelihood, highest(likelihoods))
        row[PROXIMITY_OVER_BASELINE] = row[PROXIMITY] - typical
    row[PROXIMITY_TIMES_SIMILARITY] = row[PROXIMITY] * min(1.0, max(0.0, row[OVER_COHESION]))


@part
def count_found(stream, count, workspace):  # type: ignore[no-untyped-def]
    """Let the baseline of rivals follow the stream, by articles for which many stories were found."""
    if count < MAX_SCORED:
        return
    top = second = total = 0.0
    for place in range(MAX_SCORED):
        similarity = workspace.candidates.centre_similarity[workspace.order[place], MIXED]
        total += similarity
        second = max(second, min(top, similarity))
        top = max(top, similarity)
    count_rivals(stream, second, (total - top) / (MAX_SCORED - 1))
