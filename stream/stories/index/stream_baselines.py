"""What is usual in this stream: the similarity of strangers, that of one story's articles, the size of stories."""

from math import log, sqrt

import numpy as np

from embeddings.jit import part
from stream.stories.index.candidates import may_join
from stream.stories.index.similarity import add_to, compare
from stream.stories.index.state import (
    CHANNELS,
    COHESION_LEVEL,
    CROWD_LEVEL,
    MAX_NAMES,
    MIXED,
    RECENT_COUNT,
    RIVAL_LEVEL,
    SIZE_LEVEL,
)

SAMPLED_STORIES = 32  # open stories one exemplar of which the article is compared with
LEFT_OUT = 3  # of the most similar ones, and
LEFT_OUT_SHARE = 0.1  # this share: they may be related
AROUND_PRIOR, AROUND_WEIGHT = 0.05, 5.0  # similarity of unrelated articles before any is seen
COHESION_PRIOR, COHESION_WEIGHT = 0.25, 20.0  # similarity to one's own story before any article joined
COHESION_FORGET = 200.0  # joins after which half of them are forgotten
PAIRS_WEIGHT = 6.0  # pairs that the stream's level counts for in a story's cohesion
SCORES_WEIGHT, SCORES_SPREAD = 3.0, 0.1  # joins and spread that it counts for in a story's past scores
SIZE_PRIOR, SIZE_WEIGHT = log(3.0), 20.0  # size of the story joined, before any article joined
SMALLER, LARGER = -3.0, 3.0  # where the size beside the usual ends: a factor of twenty
SIZE_FORGET = 400.0  # joins after which half of them are forgotten
RIVAL_PRIOR, CROWD_PRIOR, RIVAL_WEIGHT = 0.2, 0.15, 20.0  # similarity to other stories, before many are open
RIVAL_FORGET = 400.0  # articles after which half of them are forgotten


@part
def background(tables, slot, lookup, cross_language, around):  # type: ignore[no-untyped-def]
    """Fill `around` [CHANNELS] with the article's similarity to open stories it has nothing to do with."""
    recent = tables.totals[RECENT_COUNT]
    taken = min(recent, SAMPLED_STORIES)
    sample = np.zeros((SAMPLED_STORIES, CHANNELS))
    hits = np.zeros(MAX_NAMES, np.int8)
    count = 0
    for i in range(taken):
        story = tables.recent[i * recent // taken]
        if may_join(tables, story, slot, cross_language):
            member = tables.members[story, tables.kept[story] - 1]
            compare(tables, slot, member, lookup, hits, sample[count])
            count += 1
    left_out = LEFT_OUT + int(LEFT_OUT_SHARE * count)
    for channel in range(CHANNELS):
        around[channel] = AROUND_PRIOR * AROUND_WEIGHT
    kept = 0
    for i in range(count):
        above = 0
        for j in range(count):
            more = sample[j, MIXED] > sample[i, MIXED]
            above += more or (sample[j, MIXED] == sample[i, MIXED] and j < i)
        if above >= left_out:
            add_to(around, sample[i], 1.0)
            kept += 1
    for channel in range(CHANNELS):
        around[channel] /= AROUND_WEIGHT + kept


@part
def usual(tables, level, prior, weight):  # type: ignore[no-untyped-def]
    """The running mean of a level, which is `prior` before anything was noted, as if noted `weight` times."""
    return (prior * weight + tables.levels[level, 0]) / (weight + tables.levels[level, 1])


@part
def note(tables, level, value, most):  # type: ignore[no-untyped-def]
    """Count a value in a running mean; beyond `most` of them half are forgotten."""
    tables.levels[level, 0] += value
    tables.levels[level, 1] += 1.0
    if tables.levels[level, 1] > most:
        tables.levels[level, 0] *= 0.5
        tables.levels[level, 1] *= 0.5


@part
def usual_cohesion(tables):  # type: ignore[no-untyped-def]
    """The running mean similarity of articles to the members of the story they joined."""
    return usual(tables, COHESION_LEVEL, COHESION_PRIOR, COHESION_WEIGHT)


@part
def note_cohesion(tables, similarity):  # type: ignore[no-untyped-def]
    """Count the similarity at which an article joined."""
    note(tables, COHESION_LEVEL, similarity, COHESION_FORGET)


@part
def usual_size(tables):  # type: ignore[no-untyped-def]
    """The running mean of the logarithm of how many articles a story held when another joined it.

    Counted by article, not by story: where half of all articles are of long affairs, long stories are usual, however
    many small ones lie beside them.
    """
    return usual(tables, SIZE_LEVEL, SIZE_PRIOR, SIZE_WEIGHT)


@part
def size_beside_usual(tables, articles):  # type: ignore[no-untyped-def]
    """The logarithm of a story's articles, less the usual one, from SMALLER to LARGER."""
    return min(LARGER, max(SMALLER, log(float(articles)) - usual_size(tables)))


@part
def note_size(tables, size):  # type: ignore[no-untyped-def]
    """Count the size of a story that an article is about to join."""
    note(tables, SIZE_LEVEL, log(float(size)), SIZE_FORGET)


@part
def usual_rival(tables):  # type: ignore[no-untyped-def]
    """The running mean similarity of an article to the centre of the second story, where many were found."""
    return usual(tables, RIVAL_LEVEL, RIVAL_PRIOR, RIVAL_WEIGHT)


@part
def usual_crowd(tables):  # type: ignore[no-untyped-def]
    """The running mean similarity of an article to the stories from the second on, where many were found."""
    return usual(tables, CROWD_LEVEL, CROWD_PRIOR, RIVAL_WEIGHT)


@part
def note_rivals(tables, second, crowd):  # type: ignore[no-untyped-def]
    """Count the similarity of an article to the second of many stories, and to the second and those after it."""
    note(tables, RIVAL_LEVEL, second, RIVAL_FORGET)
    note(tables, CROWD_LEVEL, crowd, RIVAL_FORGET)


@part
def cohesion(tables, story, usual):  # type: ignore[no-untyped-def]
    """Mean similarity of a story's exemplars to each other, drawn towards the usual one where they are few."""
    kept = tables.kept[story]
    return (2.0 * tables.pairs[story, MIXED] + PAIRS_WEIGHT * usual) / (kept * (kept - 1.0) + PAIRS_WEIGHT)


@part
def past_scores(tables, story, usual):  # type: ignore[no-untyped-def]
    """Mean and spread of the similarities at which articles joined the story."""
    count, total, squares = tables.joined[story]
    mean = (SCORES_WEIGHT * usual + total) / (SCORES_WEIGHT + count)
    spread = (
        SCORES_WEIGHT * SCORES_SPREAD * SCORES_SPREAD + squares - 2.0 * mean * total + count * mean * mean
    )
    return mean, sqrt(max(1e-4, spread / (SCORES_WEIGHT + count)))
