"""Kernels that compare two exemplars, channel by channel.

Compiled by numba without fast-math: plain float64 arithmetic in a fixed order, and integer products.
"""

from math import floor
from typing import NamedTuple

import numpy as np

from embeddings.jit import inlined, part
from stream.stories.index.state import (
    CHANNELS,
    DENSE,
    HEADLINE,
    LEAD,
    MAX_NAMES,
    MAX_TERMS,
    MEASURES,
    MIXED,
    NAMES,
    UNKNOWN_LANGUAGE,
    WHOLE,
)

UNIT = 16_384  # int16 weights are multiples of 1 / UNIT
GRAIN = float(1 << 28)  # similarities are multiples of 1 / GRAIN
WORD_SLOTS = 4096  # of the small hash map that finds a word among the article's
NAME_SLOTS = 1024
SAMPLED_STORIES = (
    32  # open stories one exemplar of which an article is compared with, for what is unrelated to it
)
WORD_MASK, NAME_MASK = np.uint32(WORD_SLOTS - 1), np.uint32(NAME_SLOTS - 1)
STEP = np.uint32(1)
# The mix of channels by which candidates are ranked and members compared: measured, see docs/decisions/0004
MIX_WHOLE, MIX_LEAD, MIX_NAMES, MIX_DENSE = 0.3, 0.2, 0.2, 0.3
UNKNOWN_HEADLINE = 2.0  # where one of two articles has no headline, or no text
# The share of a headline that another text on its event has: of the shortest one, and more of one of MAX_TERMS words.
# By the joins of labelled sets and of a mix of four (benchmarks/stories/results/cases.md).
HEADLINE_FOUND, HEADLINE_FOUND_IN_LONG = 0.25, 0.3
FOREIGN_WORDS = 0.6  # share of dense similarity that stands in for shared words between two languages


class Lookup(NamedTuple):
    """Where each word and name of one article stands in its row, -1 empty, filled by `look_up`; and scratch."""

    words: np.ndarray  # int16 [WORD_SLOTS]
    names: np.ndarray  # int16 [NAME_SLOTS]
    hits: np.ndarray  # uint32 [MAX_TERMS]: scratch: places in the other article's row that may match
    similarity: np.ndarray  # float64 [MEASURES]: scratch of those who compare, as are the rest
    shared_names: np.ndarray  # int8 [MAX_NAMES]
    rarities: np.ndarray  # float64 [MAX_NAMES]
    sample: np.ndarray  # float64 [SAMPLED_STORIES, MEASURES]


def new_lookup() -> Lookup:
    """A lookup that holds nothing."""
    return Lookup(
        words=np.full(WORD_SLOTS, -1, np.int16),
        names=np.full(NAME_SLOTS, -1, np.int16),
        hits=np.zeros(MAX_TERMS, np.uint32),
        similarity=np.zeros(MEASURES),
        shared_names=np.zeros(MAX_NAMES, np.int8),
        rarities=np.zeros(MAX_NAMES),
        sample=np.zeros((SAMPLED_STORIES, MEASURES)),
    )


@part
def grained(value: float) -> float:
    """The value to the nearest multiple of 1 / GRAIN."""
    return floor(value * GRAIN + 0.5) / GRAIN


@part
def add_to(total, row, sign):  # type: ignore[no-untyped-def]
    """Add one row of numbers to another, or take it away."""
    for i in range(len(total)):
        total[i] += sign * row[i]


@part
def zero(row):  # type: ignore[no-untyped-def]
    """Set a row of numbers to 0."""
    for i in range(len(row)):
        row[i] = 0


@part
def look_up(exemplars, slot, lookup):  # type: ignore[no-untyped-def]
    """Enter the words and names of an exemplar in the lookup."""
    for i in range(exemplars.word_count[slot]):
        at = exemplars.words[slot, i] & WORD_MASK
        while lookup.words[at] >= 0:
            at = (at + STEP) & WORD_MASK
        lookup.words[at] = i
    for i in range(exemplars.name_count[slot]):
        at = exemplars.names[slot, i] & NAME_MASK
        while lookup.names[at] >= 0:
            at = (at + STEP) & NAME_MASK
        lookup.names[at] = i


@part
def clear(exemplars, slot, lookup):  # type: ignore[no-untyped-def]
    """Take them out again."""
    for i in range(exemplars.word_count[slot]):
        at = exemplars.words[slot, i] & WORD_MASK
        while lookup.words[at] >= 0:
            lookup.words[at] = -1
            at = (at + STEP) & WORD_MASK
    for i in range(exemplars.name_count[slot]):
        at = exemplars.names[slot, i] & NAME_MASK
        while lookup.names[at] >= 0:
            lookup.names[at] = -1
            at = (at + STEP) & NAME_MASK


@part
def _possible_hits(terms, count, table, mask, hits):  # type: ignore[no-untyped-def]
    """Note the places of terms whose slot of the lookup is taken; return how many. No branch to be mispredicted."""
    found = np.uint64(0)
    for i in range(count):
        hits[found] = i
        found += np.uint64(table[terms[i] & mask] >= 0)
    return np.int64(found)


@inlined
def _place_of(term, row, table, mask):  # type: ignore[no-untyped-def]
    """The place of a term in the row that stands in the lookup, MAX_TERMS or more where it is not there."""
    at = term & mask
    place = np.uint16(table[at])  # of -1: the largest
    while place < MAX_TERMS and row[place] != term:
        at = (at + STEP) & mask
        place = np.uint16(table[at])
    return place


@part
def compare(exemplars, asked, other, lookup, shared_names, similarity):  # type: ignore[no-untyped-def]
    """Write the MEASURES of two exemplars, of which `asked` stands in the lookup: similarities, and the headlines.

    `shared_names` [MAX_NAMES] is set to 1 for each name of `asked` that the other has.
    """
    whole = np.int64(0)
    lead = np.int64(0)
    our_title = np.int64(0)
    their_title = np.int64(0)
    ours, theirs = exemplars.words[asked], exemplars.words[other]
    our_words, their_words = exemplars.word_weights[asked], exemplars.word_weights[other]
    our_leads, their_leads = exemplars.lead_weights[asked], exemplars.lead_weights[other]
    our_titles, their_titles = exemplars.title_weights[asked], exemplars.title_weights[other]
    found = _possible_hits(theirs, exemplars.word_count[other], lookup.words, WORD_MASK, lookup.hits)
    for k in range(found):
        i = lookup.hits[k]
        place = _place_of(theirs[i], ours, lookup.words, WORD_MASK)
        if place < MAX_TERMS:
            whole += np.int32(our_words[place]) * np.int32(their_words[i])
            lead += np.int32(our_leads[place]) * np.int32(their_leads[i])
            our_title += our_titles[place]
            their_title += their_titles[i]
    names = np.int64(0)
    ours, theirs = exemplars.names[asked], exemplars.names[other]
    our_names, their_names = exemplars.name_weights[asked], exemplars.name_weights[other]
    found = _possible_hits(theirs, exemplars.name_count[other], lookup.names, NAME_MASK, lookup.hits)
    for k in range(found):
        i = lookup.hits[k]
        place = _place_of(theirs[i], ours, lookup.names, NAME_MASK)
        if place < MAX_TERMS:
            names += np.int32(our_names[place]) * np.int32(their_names[i])
            shared_names[place] = 1
    similarity[WHOLE] = whole / GRAIN
    similarity[LEAD] = lead / GRAIN
    similarity[NAMES] = names / GRAIN
    similarity[DENSE] = cosine(
        exemplars.vector[asked], exemplars.vector[other], exemplars.length[asked] * exemplars.length[other]
    )
    ours, theirs = exemplars.language[asked], exemplars.language[other]
    foreign = ours != theirs and ours > UNKNOWN_LANGUAGE and theirs > UNKNOWN_LANGUAGE
    if foreign:
        stand_in = grained(FOREIGN_WORDS * max(0.0, similarity[DENSE]))
        similarity[WHOLE] = max(similarity[WHOLE], stand_in)
        similarity[LEAD] = max(similarity[LEAD], stand_in)
    similarity[MIXED] = grained(mix(similarity))
    known = exemplars.has_headline[asked] and exemplars.has_headline[other] and not foreign
    similarity[HEADLINE] = UNKNOWN_HEADLINE
    if known:
        similarity[HEADLINE] = max(
            our_title / UNIT - _expected_share(exemplars, other),
            their_title / UNIT - _expected_share(exemplars, asked),
        )


@part
def _expected_share(exemplars, slot):  # type: ignore[no-untyped-def]
    """The share of a headline that a text as long as this one would have, were it on the same event."""
    return HEADLINE_FOUND + HEADLINE_FOUND_IN_LONG * exemplars.word_count[slot] / MAX_TERMS


@part
def mix(channels):  # type: ignore[no-untyped-def]
    """The channels in one figure."""
    return (
        MIX_WHOLE * channels[WHOLE]
        + MIX_LEAD * channels[LEAD]
        + MIX_NAMES * channels[NAMES]
        + MIX_DENSE * channels[DENSE]
    )


@part
def centroid_length(stories, story, channel):  # type: ignore[no-untyped-def]
    """The squared length of the sum of a story's unit vectors in a channel: n + 2 * the sum over pairs."""
    return stories.channel_sizes[story, channel] + 2.0 * stories.pair_sums[story, channel]


@part
def cosine(one, other, lengths):  # type: ignore[no-untyped-def]
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
def has_channel(exemplars, slot, channel):  # type: ignore[no-untyped-def]
    """1 where the exemplar has anything in the channel, else 0."""
    if channel == NAMES:
        return np.int32(exemplars.name_count[slot] > 0)
    if channel == DENSE:
        return np.int32(exemplars.length[slot] > 0.0)
    return np.int32(exemplars.word_count[slot] > 0)


@part
def count_channels(stories, exemplars, story, slot, sign):  # type: ignore[no-untyped-def]
    """Count an exemplar among those of its story that have anything in each channel, or take it out."""
    for channel in range(1, CHANNELS):
        stories.channel_sizes[story, channel] += sign * has_channel(exemplars, slot, channel)
    stories.channel_sizes[story, MIXED] += sign
