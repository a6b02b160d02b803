"""Baselines of this stream: how similar unrelated articles are, and those of one story; how large stories are."""

from math import log, sqrt

from embeddings.jit import part
from stream.stories.index.candidates import may_join
from stream.stories.index.exemplar_rows import language_of
from stream.stories.index.lookup import SAMPLED_STORIES
from stream.stories.index.similarity import AHEAD, add_to, ask_for, compare
from stream.stories.index.slot_list import length_of
from stream.stories.index.state import (
    BASELINE_COUNT,
    BASELINE_SUM,
    CHANNELS,
    COHESION_BASELINE,
    JOINS,
    MIXED,
    OTHERS_BASELINE,
    RIVAL_BASELINE,
    SCORE_SUM,
    SIZE_BASELINE,
    SQUARE_SUM,
)

LEFT_OUT = 3  # of the most similar ones, and
LEFT_OUT_SHARE = 0.1  # this share: they may be related
# What is typical of news at large, by the labelled sets (decision 0004), and for how many observations of the stream
# it counts, so that a stream is judged sensibly from its first article on.
BACKGROUND_PRIOR, BACKGROUND_WEIGHT = 0.05, 5.0  # similarity of unrelated articles
COHESION_PRIOR, COHESION_WEIGHT = 0.25, 20.0  # similarity of an article to the story it joined
SIZE_PRIOR, SIZE_WEIGHT = log(3.0), 20.0  # size of the story joined
RIVAL_PRIOR, OTHERS_PRIOR, RIVAL_WEIGHT = 0.2, 0.15, 20.0  # similarity to the stories that were not joined
COHESION_FORGET = 200.0  # joins after which half of them are forgotten
SIZE_FORGET = 400.0
RIVAL_FORGET = 400.0  # articles after which half of them are forgotten
PAIRS_WEIGHT = 6.0  # pairs that the stream's baseline counts for in a story's cohesion
SCORES_WEIGHT, SCORES_SPREAD = 3.0, 0.1  # joins and spread that it counts for in a story's past scores
LEAST_VARIANCE = 1e-4  # of past scores, so that two equal ones do not make every other score an outlier
SMALLER, LARGER = -3.0, 3.0  # where the size against the typical one ends: a factor of twenty


@part
def measure_background(state, slot, lookup, background):  # type: ignore[no-untyped-def]
    """Fill `background` [CHANNELS] with the article's similarity to open stories it has nothing to do with."""
    stories, exemplars = state.stories, state.exemplars
    sample = lookup.sample
    recent, language = length_of(state.recent), language_of(exemplars, slot)
    alike = 0
    for i in range(recent):
        lookup.alike[alike] = state.recent.slots[i]
        alike += may_join(stories, state.recent.slots[i], language, False)
    count = min(alike, SAMPLED_STORIES)
    for i in range(count):
        story = lookup.alike[i * alike // count]
        lookup.sampled[i] = stories.exemplars[story, stories.exemplar_count[story] - 1]
    for i in range(count):
        if i + AHEAD < count:
            ask_for(exemplars, lookup.sampled[i + AHEAD])
        compare(exemplars, slot, lookup.sampled[i], lookup, sample[i])
    left_out = LEFT_OUT + int(LEFT_OUT_SHARE * count)
    for channel in range(CHANNELS):
        background[channel] = BACKGROUND_PRIOR * BACKGROUND_WEIGHT
    kept = 0
    for i in range(count):
        above = 0
        for j in range(count):
            more = sample[j, MIXED] > sample[i, MIXED]
            above += more or (sample[j, MIXED] == sample[i, MIXED] and j < i)
        if above >= left_out:
            add_to(background, sample[i], 1.0)
            kept += 1
    for channel in range(CHANNELS):
        background[channel] /= BACKGROUND_WEIGHT + kept


@part
def running_mean(stream, baseline, prior, weight):  # type: ignore[no-untyped-def]
    """The mean of a baseline, which is `prior` before anything was counted, as if counted `weight` times."""
    held = stream.baselines[baseline]
    return (prior * weight + held[BASELINE_SUM]) / (weight + held[BASELINE_COUNT])


@part
def count_in(stream, baseline, value, most):  # type: ignore[no-untyped-def]
    """Count a value in a baseline; beyond `most` of them half are forgotten."""
    held = stream.baselines[baseline]
    held[BASELINE_SUM] += value
    held[BASELINE_COUNT] += 1.0
    if held[BASELINE_COUNT] > most:
        held[BASELINE_SUM] *= 0.5
        held[BASELINE_COUNT] *= 0.5


@part
def typical_cohesion(stream):  # type: ignore[no-untyped-def]
    """The mean similarity of articles to the members of the story they joined."""
    return running_mean(stream, COHESION_BASELINE, COHESION_PRIOR, COHESION_WEIGHT)


@part
def count_cohesion(stream, similarity):  # type: ignore[no-untyped-def]
    """Count the similarity at which an article joined."""
    count_in(stream, COHESION_BASELINE, similarity, COHESION_FORGET)


@part
def size_over_typical(stream, articles):  # type: ignore[no-untyped-def]
    """The logarithm of a story's articles, less that of the size typical here, from SMALLER to LARGER.

    Typical is the mean of the logarithm of how many articles a story held when another joined it. Counted by
    article, not by story: where half of all articles are of long affairs, long stories are typical, however many
    small ones lie beside them.
    """
    typical = running_mean(stream, SIZE_BASELINE, SIZE_PRIOR, SIZE_WEIGHT)
    return min(LARGER, max(SMALLER, log(float(articles)) - typical))


@part
def count_size(stream, size):  # type: ignore[no-untyped-def]
    """Count the size of a story that an article is about to join."""
    count_in(stream, SIZE_BASELINE, log(float(size)), SIZE_FORGET)


@part
def typical_rival(stream):  # type: ignore[no-untyped-def]
    """The mean similarity of an article to the centre of the second story, where many were found."""
    return running_mean(stream, RIVAL_BASELINE, RIVAL_PRIOR, RIVAL_WEIGHT)


@part
def typical_others(stream):  # type: ignore[no-untyped-def]
    """The mean similarity of an article to the stories from the second on, where many were found."""
    return running_mean(stream, OTHERS_BASELINE, OTHERS_PRIOR, RIVAL_WEIGHT)


@part
def count_rivals(stream, second, others):  # type: ignore[no-untyped-def]
    """Count the similarity of an article to the second of many stories, and to the second and those after it."""
    count_in(stream, RIVAL_BASELINE, second, RIVAL_FORGET)
    count_in(stream, OTHERS_BASELINE, others, RIVAL_FORGET)


@part
def cohesion(stories, story, typical):  # type: ignore[no-untyped-def]
    """Mean similarity of a story's exemplars to each other, drawn towards the typical one where they are few."""
    kept = stories.exemplar_count[story]
    return (2.0 * stories.pair_sums[story, MIXED] + PAIRS_WEIGHT * typical) / (
        kept * (kept - 1.0) + PAIRS_WEIGHT
    )


@part
def past_scores(stories, story, typical):  # type: ignore[no-untyped-def]
    """Mean and spread of the similarities at which articles joined the story."""
    scores = stories.join_scores[story]
    count, total, squares = scores[JOINS], scores[SCORE_SUM], scores[SQUARE_SUM]
    mean = (SCORES_WEIGHT * typical + total) / (SCORES_WEIGHT + count)
    spread = (
        SCORES_WEIGHT * SCORES_SPREAD * SCORES_SPREAD + squares - 2.0 * mean * total + count * mean * mean
    )
    return mean, sqrt(max(LEAST_VARIANCE, spread / (SCORES_WEIGHT + count)))


@part
def count_join(stories, story, similarity):  # type: ignore[no-untyped-def]
    """Count the similarity at which an article joined the story."""
    scores = stories.join_scores[story]
    scores[JOINS] += 1.0
    scores[SCORE_SUM] += similarity
    scores[SQUARE_SUM] += similarity * similarity
