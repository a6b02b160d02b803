"""How much a gap in time says in this stream, learnt online without labels.

Gaps between an article and its most similar predecessor are compared with gaps between any two articles. Where
neighbours lie closer in time than chance has it, a small gap is evidence of one event, by as much.
"""

from math import exp, log

import numpy as np

from embeddings.jit import allocating_part, part
from stream.stories.index.state import BETWEEN_ALL, DATED_ARTICLES, DAY, GAP_BINS, SAMPLED_TIMES, TO_NEAREST

EDGES = np.array([0.02, 0.1, 0.5, 1.5, 3.5, 7.5, 20.0, 60.0])  # days: from half an hour to two months
# Likelihood ratio of each bin (one event : any two articles) in news at large, by the labelled sets.
PRIOR = np.exp(np.array([1.5, 1.5, 1.5, 0.8, 0.5, 0.2, 0.0, -0.5, -1.0]))
PRIOR_WEIGHT = 10.0  # articles that the prior counts for
PROXIMITY_DAYS = 3.0  # in which proximity in time falls to 1/e
PROXIMITY_PRIOR, PROXIMITY_WEIGHT = 0.2, 20.0  # proximity of two articles, before any is seen
START = 0.3  # articles in each bin of all gaps at the beginning
# A nearest article counts as one of the same event by its similarity: not at all at .08, where unrelated articles
# lie, fully from .28 on.
UNRELATED, RELATED_SLOPE = 0.08, 5.0
FORGET_EVERY = 2048  # dated articles after which both histograms are halved, so that they follow the stream
THINNEST = 64  # the sample of times takes in one of so many articles at least


@part
def gap_bin(days):  # type: ignore[no-untyped-def]
    """The bin of a gap in days."""
    place = 0
    while place < GAP_BINS - 1 and days >= EDGES[place]:
        place += 1
    return place


@part
def gap_likelihoods(stream, likelihoods):  # type: ignore[no-untyped-def]
    """Fill `likelihoods` [GAP_BINS] with the logarithm of how much likelier each gap is within one event."""
    gaps = stream.gap_counts
    everywhere = START * GAP_BINS
    seen = 0.0
    expected = 0.0
    for place in range(GAP_BINS):
        everywhere += gaps[BETWEEN_ALL, place]
        seen += gaps[TO_NEAREST, place]
        expected += (gaps[BETWEEN_ALL, place] + START) * PRIOR[place]
    for place in range(GAP_BINS):
        by_chance = gaps[BETWEEN_ALL, place] + START
        prior = PRIOR_WEIGHT * by_chance * PRIOR[place] / expected
        share = (gaps[TO_NEAREST, place] + prior) / (seen + PRIOR_WEIGHT)
        likelihoods[place] = log(share / (by_chance / everywhere))


@part
def highest(row):  # type: ignore[no-untyped-def]
    """The largest of a row of numbers."""
    largest = row[0]
    for i in range(1, len(row)):
        largest = max(largest, row[i])
    return largest


@part
def count_gaps(stream, moment, nearest, nearest_dated, similarity):  # type: ignore[no-untyped-def]
    """Count the gaps of a dated article: to the sampled earlier ones, and to its nearest at `nearest`."""
    gaps = stream.gap_counts
    earlier = stream.counters[DATED_ARTICLES]
    sampled = min(earlier, SAMPLED_TIMES)
    _count_sampled(stream, moment, sampled)
    if nearest_dated:
        place = gap_bin(abs(moment - nearest) / DAY)
        gaps[TO_NEAREST, place] += min(1.0, RELATED_SLOPE * max(0.0, similarity - UNRELATED))
    if earlier % FORGET_EVERY == FORGET_EVERY - 1:
        for place in range(GAP_BINS):
            gaps[BETWEEN_ALL, place] *= 0.5
            gaps[TO_NEAREST, place] *= 0.5
    _sample(stream, moment, earlier)
    stream.counters[DATED_ARTICLES] += 1


@allocating_part
def _count_sampled(stream, moment, sampled):  # type: ignore[no-untyped-def]
    """Count the gaps to the sampled times, each as one of so many: edge by edge, which needs no branches."""
    gaps = stream.gap_counts
    days = np.empty(sampled)
    for i in range(sampled):
        days[i] = abs(moment - stream.sampled_times[i]) / DAY
    weight = 1.0 / (sampled + 1.0)
    farther = sampled
    for place in range(GAP_BINS):
        nearer = farther
        farther = 0
        if place < GAP_BINS - 1:
            for i in range(sampled):
                farther += days[i] >= EDGES[place]
        for _ in range(nearer - farther):
            gaps[BETWEEN_ALL, place] += weight


@part
def typical_proximity(stream, moment):  # type: ignore[no-untyped-def]
    """How close in time (e^(-days / 3)) the sampled earlier articles are to a moment, on average."""
    sampled = min(stream.counters[DATED_ARTICLES], SAMPLED_TIMES)
    total = PROXIMITY_PRIOR * PROXIMITY_WEIGHT
    for i in range(sampled):
        total += exp(-abs(moment - stream.sampled_times[i]) / DAY / PROXIMITY_DAYS)
    return total / (PROXIMITY_WEIGHT + sampled)


@part
def _sample(stream, moment, earlier):  # type: ignore[no-untyped-def]
    """Reservoir sampling with a floor on the rate, so that the sample follows the stream; a fixed generator."""
    if earlier < SAMPLED_TIMES:
        stream.sampled_times[earlier] = moment
        return
    drawn = scrambled(earlier)
    if (drawn >> 20) % min(earlier // SAMPLED_TIMES, THINNEST) == 0:
        stream.sampled_times[drawn % SAMPLED_TIMES] = moment


@part
def scrambled(number):  # type: ignore[no-untyped-def]
    """A fixed scrambling of a number to 0 .. 2^40 - 1 (the finaliser of MurmurHash3)."""
    mixed = np.uint64(number) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    mixed = (mixed ^ (mixed >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return np.int64((mixed ^ (mixed >> np.uint64(33))) >> np.uint64(24))
