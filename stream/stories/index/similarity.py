"""Kernels that weigh an article's terms and compare two articles.

Compiled by numba without fast-math: plain float64 arithmetic in a fixed order, and integer products.
"""

from math import floor, log, sqrt
from typing import NamedTuple

import numpy as np

from embeddings.jit import part
from stream.stories.index.state import (
    ARTICLES,
    DENSE,
    LEAD,
    MAX_NAMES,
    MAX_TERMS,
    MIXED,
    NAMES,
    WHOLE,
)

UNIT = 16_384  # int16 weights are multiples of 1 / UNIT
GRAIN = float(1 << 28)  # similarities are multiples of 1 / GRAIN
HORIZON = 1 << 17  # articles after which document frequencies are halved, so that they follow the times
WORD_SLOTS = 4096  # of the small hash map that finds a word among the article's
NAME_SLOTS = 1024
# The mix of channels by which candidates are ranked and members compared: measured, see docs/decisions/0004
MIX_WHOLE, MIX_LEAD, MIX_NAMES, MIX_DENSE = 0.3, 0.2, 0.2, 0.3
FOREIGN_WORDS = 0.6  # share of dense similarity that stands in for shared words between two languages
COUNT_WEIGHT = np.array([0.0] + [1.0 + log(count) for count in range(1, 256)])


class Lookup(NamedTuple):
    """Where each word and name of one article stands in its row: -1 empty, filled by `look_up`."""

    words: np.ndarray  # int16 [WORD_SLOTS]
    names: np.ndarray  # int16 [NAME_SLOTS]


def new_lookup() -> Lookup:
    """A lookup that holds nothing."""
    return Lookup(np.full(WORD_SLOTS, -1, np.int16), np.full(NAME_SLOTS, -1, np.int16))


@part
def grained(value: float) -> float:
    """The value to the nearest multiple of 1 / GRAIN."""
    return floor(value * GRAIN + 0.5) / GRAIN


@part
def rarity(articles: int, holding: int) -> float:
    """Inverse document frequency, smoothed as in scikit-learn's TfidfTransformer."""
    return log((articles + 1.0) / (holding + 1.0)) + 1.0


@part
def take_in(tables, words, counts, leads, names, name_counts, vector):  # type: ignore[no-untyped-def]
    """Weigh an article into a free exemplar slot by today's document frequencies, then count it in them.

    One without words or names (a page that only talks about itself) has no meaning to compare: its vector is 0.
    """
    tables.heights[1] -= 1
    slot = tables.free_exemplars[tables.heights[1]]
    articles = tables.totals[ARTICLES]
    _weigh_words(tables, slot, articles, words, counts, leads)
    _weigh_names(tables, slot, articles, names, name_counts)
    squares = np.int64(0)
    telling = len(words) + len(names) > 0
    for i in range(len(vector)):
        tables.vector[slot, i] = vector[i] if telling else 0
        squares += np.int64(tables.vector[slot, i]) * np.int64(tables.vector[slot, i])
    tables.norm[slot] = sqrt(float(squares))
    for bucket in words:
        tables.word_frequency[bucket] += 1
    for bucket in names:
        tables.name_frequency[bucket] += 1
    tables.totals[ARTICLES] += 1
    if tables.totals[ARTICLES] >= HORIZON:
        tables.totals[ARTICLES] //= 2
        for bucket in range(len(tables.word_frequency)):
            tables.word_frequency[bucket] //= 2
            tables.name_frequency[bucket] //= 2
    return slot


@part
def discount(tables, words, names):  # type: ignore[no-untyped-def]
    """Take an article that was counted out of the document frequencies again."""
    for bucket in words:
        tables.word_frequency[bucket] = max(0, tables.word_frequency[bucket] - 1)
    for bucket in names:
        tables.name_frequency[bucket] = max(0, tables.name_frequency[bucket] - 1)
    tables.totals[ARTICLES] -= 1


@part
def heaviest(one, other, most):  # type: ignore[no-untyped-def]
    """The places of the largest sums one + other, falling, at most `most`; of equals the first."""
    sums = np.empty(len(one))
    for i in range(len(one)):
        sums[i] = -(one[i] + other[i])
    return np.argsort(sums, kind="mergesort")[:most]


@part
def add_to(total, part_of, sign):  # type: ignore[no-untyped-def]
    """Add one row of numbers to another, or take it away."""
    for i in range(len(total)):
        total[i] += sign * part_of[i]


@part
def zero(row):  # type: ignore[no-untyped-def]
    """Set a row of numbers to 0."""
    for i in range(len(row)):
        row[i] = 0


@part
def _weigh_words(tables, slot, articles, words, counts, leads):  # type: ignore[no-untyped-def]
    found = len(words)
    whole = np.zeros(found)
    lead = np.zeros(found)
    for i in range(found):
        rare = rarity(articles, tables.word_frequency[words[i]])
        whole[i] = COUNT_WEIGHT[counts[i]] * rare
        lead[i] = COUNT_WEIGHT[leads[i]] * rare
    order = heaviest(whole, lead, MAX_TERMS)
    whole_length = 1e-9
    lead_length = 1e-9
    for i in order:
        whole_length += whole[i] * whole[i]
        lead_length += lead[i] * lead[i]
    whole_length = sqrt(whole_length)
    lead_length = sqrt(lead_length)
    for place in range(len(order)):
        i = order[place]
        tables.words[slot, place] = words[i]
        tables.whole[slot, place] = np.int16(floor(whole[i] / whole_length * UNIT + 0.5))
        tables.lead[slot, place] = np.int16(floor(lead[i] / lead_length * UNIT + 0.5))
    tables.word_count[slot] = len(order)


@part
def _weigh_names(tables, slot, articles, names, name_counts):  # type: ignore[no-untyped-def]
    found = len(names)
    weight = np.zeros(found)
    for i in range(found):
        weight[i] = COUNT_WEIGHT[name_counts[i]] * rarity(articles, tables.name_frequency[names[i]])
    order = heaviest(weight, np.zeros(found), MAX_NAMES)
    length = 1e-9
    for i in order:
        length += weight[i] * weight[i]
    length = sqrt(length)
    for place in range(len(order)):
        i = order[place]
        tables.names[slot, place] = names[i]
        tables.name[slot, place] = np.int16(floor(weight[i] / length * UNIT + 0.5))
    tables.name_count[slot] = len(order)


@part
def look_up(tables, slot, lookup):  # type: ignore[no-untyped-def]
    """Enter the words and names of an exemplar in the lookup."""
    for i in range(tables.word_count[slot]):
        at = tables.words[slot, i] & (WORD_SLOTS - 1)
        while lookup.words[at] >= 0:
            at = (at + 1) & (WORD_SLOTS - 1)
        lookup.words[at] = i
    for i in range(tables.name_count[slot]):
        at = tables.names[slot, i] & (NAME_SLOTS - 1)
        while lookup.names[at] >= 0:
            at = (at + 1) & (NAME_SLOTS - 1)
        lookup.names[at] = i


@part
def clear(tables, slot, lookup):  # type: ignore[no-untyped-def]
    """Take them out again."""
    for i in range(tables.word_count[slot]):
        at = tables.words[slot, i] & (WORD_SLOTS - 1)
        while lookup.words[at] >= 0:
            lookup.words[at] = -1
            at = (at + 1) & (WORD_SLOTS - 1)
    for i in range(tables.name_count[slot]):
        at = tables.names[slot, i] & (NAME_SLOTS - 1)
        while lookup.names[at] >= 0:
            lookup.names[at] = -1
            at = (at + 1) & (NAME_SLOTS - 1)


@part
def compare(tables, asked, other, lookup, hits, similarity):  # type: ignore[no-untyped-def]
    """Write the five similarities of two exemplars, of which `asked` stands in the lookup.

    `hits` [MAX_NAMES] is set to 1 for each name of `asked` that the other has.
    """
    whole = np.int64(0)
    lead = np.int64(0)
    for i in range(tables.word_count[other]):
        word = tables.words[other, i]
        at = word & (WORD_SLOTS - 1)
        place = lookup.words[at]
        while place >= 0:
            if tables.words[asked, place] == word:
                whole += np.int64(tables.whole[asked, place]) * np.int64(tables.whole[other, i])
                lead += np.int64(tables.lead[asked, place]) * np.int64(tables.lead[other, i])
                break
            at = (at + 1) & (WORD_SLOTS - 1)
            place = lookup.words[at]
    names = np.int64(0)
    for i in range(tables.name_count[other]):
        name = tables.names[other, i]
        at = name & (NAME_SLOTS - 1)
        place = lookup.names[at]
        while place >= 0:
            if tables.names[asked, place] == name:
                names += np.int64(tables.name[asked, place]) * np.int64(tables.name[other, i])
                hits[place] = 1
                break
            at = (at + 1) & (NAME_SLOTS - 1)
            place = lookup.names[at]
    similarity[WHOLE] = whole / GRAIN
    similarity[LEAD] = lead / GRAIN
    similarity[NAMES] = names / GRAIN
    similarity[DENSE] = dense(
        tables.vector[asked], tables.vector[other], tables.norm[asked] * tables.norm[other]
    )
    ours, theirs = tables.language[asked], tables.language[other]
    if ours != theirs and ours > 0 and theirs > 0:
        stand_in = grained(FOREIGN_WORDS * max(0.0, similarity[DENSE]))
        similarity[WHOLE] = max(similarity[WHOLE], stand_in)
        similarity[LEAD] = max(similarity[LEAD], stand_in)
    similarity[MIXED] = mixed(similarity)


@part
def mixed(similarity):  # type: ignore[no-untyped-def]
    """The channels in one figure."""
    return grained(
        MIX_WHOLE * similarity[WHOLE]
        + MIX_LEAD * similarity[LEAD]
        + MIX_NAMES * similarity[NAMES]
        + MIX_DENSE * similarity[DENSE]
    )


@part
def dense(one, other, lengths):  # type: ignore[no-untyped-def]
    """Cosine of two int8 vectors, given the product of their lengths; 0 where one is empty."""
    return grained(dot(one, other) / lengths) if lengths > 0.0 else 0.0


@part
def dot(one, other):  # type: ignore[no-untyped-def]
    """The dot product of two int8 vectors of up to 2^17 dimensions.

    Each step is cast to int32: numba would widen it to int64, which takes twice as long.
    """
    total = np.int32(0)
    for i in range(len(one)):
        total = np.int32(total + np.int32(np.int32(one[i]) * np.int32(other[i])))
    return total


@part
def has_channel(tables, slot, channel):  # type: ignore[no-untyped-def]
    """1 where the exemplar has anything in the channel, else 0."""
    if channel == NAMES:
        return np.int32(tables.name_count[slot] > 0)
    if channel == DENSE:
        return np.int32(tables.norm[slot] > 0.0)
    return np.int32(tables.word_count[slot] > 0)
