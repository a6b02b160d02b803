"""The tempo of the stream, learnt online without labels: how telling is a gap in time?

Gaps between an article and its most similar predecessor are compared with gaps between any two articles. Where
neighbours lie closer in time than chance has it, a small gap is evidence of one event, by as much.
"""

from math import exp, log

import numpy as np

from embeddings.jit import part
from stream.stories.index.state import DATED, DAY, SAMPLE, TEMPO_BINS

EDGES = np.array([0.02, 0.1, 0.5, 1.5, 3.5, 7.5, 20.0, 60.0])  # days: from half an hour to two months
PRIOR = np.exp(np.array([1.5, 1.5, 1.5, 0.8, 0.5, 0.2, 0.0, -0.5, -1.0]))  # what news at large is like
PRIOR_WEIGHT = 10.0  # articles that the prior counts for
NEARNESS_DAYS = 3.0  # in which nearness fades
NEARNESS_PRIOR, NEARNESS_WEIGHT = 0.2, 20.0  # how near articles are to each other, before any is seen
START = 0.3  # articles in each bin of all gaps at the beginning
FORGET_EVERY = 2048  # dated articles after which both histograms are halved, so that they follow the stream
THINNEST = 64  # the sample of times takes in one of so many articles at least
OF_ALL, OF_NEAREST = range(2)


@part
def tempo_bin(days):  # type: ignore[no-untyped-def]
    """The bin of a gap in days."""
    place = 0
    while place < TEMPO_BINS - 1 and days >= EDGES[place]:
        place += 1
    return place


@part
def tempo_evidence(gaps, evidence):  # type: ignore[no-untyped-def]
    """Fill `evidence` [TEMPO_BINS] with the logarithm of how much likelier each gap is within one event."""
    everywhere = START * TEMPO_BINS
    seen = 0.0
    expected = 0.0
    for place in range(TEMPO_BINS):
        everywhere += gaps[OF_ALL, place]
        seen += gaps[OF_NEAREST, place]
        expected += (gaps[OF_ALL, place] + START) * PRIOR[place]
    for place in range(TEMPO_BINS):
        by_chance = gaps[OF_ALL, place] + START
        prior = PRIOR_WEIGHT * by_chance * PRIOR[place] / expected
        share = (gaps[OF_NEAREST, place] + prior) / (seen + PRIOR_WEIGHT)
        evidence[place] = log(share / (by_chance / everywhere))


@part
def highest(row):  # type: ignore[no-untyped-def]
    """The largest of a row of numbers."""
    largest = row[0]
    for i in range(1, len(row)):
        largest = max(largest, row[i])
    return largest


@part
def note_tempo(tables, moment, nearest, nearest_dated, similarity):  # type: ignore[no-untyped-def]
    """Count the gaps of a dated article: to the sampled earlier ones, and to its nearest at `nearest`."""
    earlier = tables.totals[DATED]
    sampled = min(earlier, SAMPLE)
    for i in range(sampled):
        place = tempo_bin(abs(moment - tables.sampled_times[i]) / DAY)
        tables.gaps[OF_ALL, place] += 1.0 / (sampled + 1.0)
    if nearest_dated:
        place = tempo_bin(abs(moment - nearest) / DAY)
        tables.gaps[OF_NEAREST, place] += min(1.0, 5.0 * max(0.0, similarity - 0.08))
    if tables.totals[DATED] % FORGET_EVERY == FORGET_EVERY - 1:
        for place in range(TEMPO_BINS):
            tables.gaps[OF_ALL, place] *= 0.5
            tables.gaps[OF_NEAREST, place] *= 0.5
    _sample(tables, moment, earlier)
    tables.totals[DATED] += 1


@part
def usual_nearness(tables, moment):  # type: ignore[no-untyped-def]
    """How near in time (e^(-days / 3)) the sampled earlier articles are to a moment, on average."""
    sampled = min(tables.totals[DATED], SAMPLE)
    total = NEARNESS_PRIOR * NEARNESS_WEIGHT
    for i in range(sampled):
        total += exp(-abs(moment - tables.sampled_times[i]) / DAY / NEARNESS_DAYS)
    return total / (NEARNESS_WEIGHT + sampled)


@part
def _sample(tables, moment, earlier):  # type: ignore[no-untyped-def]
    """Reservoir sampling with a floor on the rate, so that the sample follows the stream; a fixed generator."""
    if earlier < SAMPLE:
        tables.sampled_times[earlier] = moment
        return
    drawn = scrambled(earlier)
    if (drawn >> 20) % min(earlier // SAMPLE, THINNEST) == 0:
        tables.sampled_times[drawn % SAMPLE] = moment


@part
def scrambled(number):  # type: ignore[no-untyped-def]
    """A fixed scrambling of a number to 0 .. 2^40 - 1 (the finaliser of MurmurHash3)."""
    mixed = np.uint64(number) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    mixed = (mixed ^ (mixed >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return np.int64((mixed ^ (mixed >> np.uint64(33))) >> np.uint64(24))
