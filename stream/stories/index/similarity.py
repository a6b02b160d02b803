"""Kernels that compare two exemplars, channel by channel.

Compiled by numba without fast-math: plain float64 arithmetic in a fixed order, and integer products.
"""

from math import floor, sqrt

import numpy as np

from embeddings.jit import merged, part
from embeddings.prefetch import prefetch
from stream.stories.index.exemplar_rows import (
    HALF,
    LANGUAGE,
    LARGEST_BESIDE,
    MAX_TERMS,
    PLACE_BITS,
    UNIT,
    WEIGHT_BITS,
    has_headline,
    name_count,
    parts_of,
    row_of,
    serial_of,
    squares_of,
    word_count,
)
from stream.stories.index.lookup import (
    ENTRY_BITS,
    IN_LEAD,
    IN_TEXT,
    IN_TITLE,
    NAME_BITS,
    NAME_PLACE_BITS,
    OF_NAMES,
    OURS,
    SERIAL_NUMBER,
    SPILLED_WORDS,
    THEIRS,
    WORD_BITS,
    WORD_PLACE_BITS,
    enter,
)
from stream.stories.index.lookup import NAMES as ITS_NAMES
from stream.stories.index.lookup import WORDS as ITS_WORDS
from stream.stories.index.state import (
    CHANNELS,
    DENSE,
    HEADLINE,
    LEAD,
    MIXED,
    NAMES,
    UNKNOWN_LANGUAGE,
    WHOLE,
)

GRAIN = float(1 << 28)  # similarities are multiples of 1 / GRAIN
# The mix of channels by which candidates are ranked and members compared: measured, see docs/decisions/0004
MIX_WHOLE, MIX_LEAD, MIX_NAMES, MIX_DENSE = 0.3, 0.2, 0.2, 0.3
UNKNOWN_HEADLINE = 2.0  # where one of two articles has no headline, or no text
# The share of a headline that another text on its event has: of the shortest one, and more of one of MAX_TERMS words.
# By the joins of labelled sets and of a mix of four (benchmarks/stories/results/cases.md).
HEADLINE_FOUND, HEADLINE_FOUND_IN_LONG = 0.25, 0.3
FOREIGN_WORDS = 0.6  # share of dense similarity that stands in for shared words between two languages
MOST_SHIFTED = 63  # bits of a number
AHEAD = 2  # comparisons between asking for an exemplar's memory and its use
ASKED_BYTES, VECTOR_BYTES = 768, 256  # of a row and of a vector; what is not asked for is only waited for


@merged
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


@merged
def ask_for(exemplars, slot):  # type: ignore[no-untyped-def]
    """Let memory bring an exemplar nearer, which is compared soon."""
    prefetch(exemplars.terms, exemplars.row[slot], ASKED_BYTES)
    prefetch(exemplars.vector, slot, VECTOR_BYTES)


@merged
def _possible_terms(terms, first, end, held, bits, hits):  # type: ignore[no-untyped-def]
    """Note in `hits` the places of their terms whose slot of our table is taken; return how many. No branch.

    `first` to `end`: the terms in the other's row.
    """
    possible = np.uint64(0)
    for i in range(end - first):
        hits[possible] = i
        term = np.uint64(terms[first + i]) >> np.uint64(WEIGHT_BITS)
        possible += np.uint64(held[term & np.uint64((1 << bits) - 1)])
    return possible


@merged
def _place_among_ours(term, lookup, kind, table, bits, place_bits):  # type: ignore[no-untyped-def]
    """The place among our terms of this kind, MAX_TERMS for none. No branch that is mispredicted: few are spilled."""
    to_place = np.uint64(place_bits)
    entries = np.uint64(table[term & np.uint64((1 << bits) - 1)])
    tag = (term >> np.uint64(bits)) + np.uint64(1)
    second = entries >> np.uint64(ENTRY_BITS)
    entry = second if second >> to_place == tag else entries & HALF
    place = entry & np.uint64((1 << place_bits) - 1)
    place = place if entry >> to_place == tag else np.uint64(MAX_TERMS)
    for i in range(lookup.asked[SPILLED_WORDS + kind]):
        spilled = np.uint64(lookup.spilled[kind, i])
        if term == np.uint64(lookup.terms[kind, spilled]):
            place = spilled
    return place


@merged
def _compare_words(terms, parts, lookup):  # type: ignore[no-untyped-def]
    """The products of weights in text and lead, and the weights of words in common in our title and in theirs."""
    hits, partners, weights = lookup.hits, lookup.partners, lookup.weights
    possible = _possible_terms(terms, parts.words, parts.leads, lookup.held[ITS_WORDS], WORD_BITS, hits)
    whole = lead = our_title = their_title = np.uint64(0)
    for k in range(possible):
        place = np.uint64(hits[k])
        word = np.uint64(terms[parts.words + place])
        term = word >> np.uint64(WEIGHT_BITS)
        ours = _place_among_ours(term, lookup, ITS_WORDS, lookup.words, WORD_BITS, WORD_PLACE_BITS)
        whole += np.uint64(weights[IN_TEXT, ours]) * (word & np.uint64(LARGEST_BESIDE))
        our_title += np.uint64(weights[IN_TITLE, ours])
        partners[place] = ours
    for at in range(parts.leads, parts.titles):
        entry = np.uint64(terms[at])
        lead += np.uint64(weights[IN_LEAD, partners[entry >> np.uint64(PLACE_BITS)]]) * (entry & HALF)
    for at in range(parts.titles, parts.heavy_words):
        entry = np.uint64(terms[at])
        is_common = np.uint64(partners[entry >> np.uint64(PLACE_BITS)] != MAX_TERMS)
        their_title += is_common * (entry & HALF)
    whole += _heavier(terms, parts.heavy_words, parts.names, weights[IN_TEXT], partners)
    _forget_partners(hits, possible, partners)
    return whole, lead, our_title, their_title


@merged
def _compare_names(terms, parts, lookup):  # type: ignore[no-untyped-def]
    """The product of weights of the names in common, which are noted in `lookup.shared`."""
    hits, partners, weights = lookup.hits, lookup.partners, lookup.weights[OF_NAMES]
    possible = _possible_terms(terms, parts.names, parts.heavy_names, lookup.held[ITS_NAMES], NAME_BITS, hits)
    product = our_names = their_names = np.uint64(0)
    for k in range(possible):
        place = np.uint64(hits[k])
        name = np.uint64(terms[parts.names + place])
        term = name >> np.uint64(WEIGHT_BITS)
        ours = _place_among_ours(term, lookup, ITS_NAMES, lookup.names, NAME_BITS, NAME_PLACE_BITS)
        product += np.uint64(weights[ours]) * (name & np.uint64(LARGEST_BESIDE))
        is_common = np.uint64(ours != np.uint64(MAX_TERMS))
        our_names |= is_common << (ours & np.uint64(MOST_SHIFTED))
        their_names |= is_common << place
        partners[place] = ours
    product += _heavier(terms, parts.heavy_names, parts.end, weights, partners)
    _forget_partners(hits, possible, partners)
    lookup.shared[OURS], lookup.shared[THEIRS] = np.int64(our_names), np.int64(their_names)
    return product


@merged
def _heavier(terms, first, end, weights, partners):  # type: ignore[no-untyped-def]
    """The product of our weights with what is more in theirs than stands beside a term."""
    product = np.uint64(0)
    for at in range(first, end):
        entry = np.uint64(terms[at])
        more = (entry & HALF) - np.uint64(LARGEST_BESIDE)
        product += np.uint64(weights[partners[entry >> np.uint64(PLACE_BITS)]]) * more
    return product


@merged
def _forget_partners(hits, possible, partners):  # type: ignore[no-untyped-def]
    for k in range(possible):
        partners[hits[k]] = MAX_TERMS


@merged
def compare(exemplars, asked, other, lookup, similarity):  # type: ignore[no-untyped-def]
    """Write the MEASURES of two exemplars: similarities, and what the one has of the other's headline.

    `asked` is entered in the lookup, where it is not yet. `lookup.shared` says which names are in common.
    """
    if lookup.asked[SERIAL_NUMBER] != serial_of(exemplars, asked):
        enter(exemplars, asked, lookup)
    terms = exemplars.terms
    our_row, their_row = row_of(exemplars, asked), row_of(exemplars, other)
    parts = parts_of(terms, their_row)
    whole, lead, our_title, their_title = _compare_words(terms, parts, lookup)
    similarity[WHOLE] = whole / GRAIN
    similarity[LEAD] = lead / GRAIN
    similarity[NAMES] = _compare_names(terms, parts, lookup) / GRAIN
    ours, theirs = terms[our_row + np.uint64(LANGUAGE)], terms[their_row + np.uint64(LANGUAGE)]
    foreign = ours != theirs and ours != UNKNOWN_LANGUAGE and theirs != UNKNOWN_LANGUAGE
    lengths = sqrt(float(squares_of(exemplars, asked))) * sqrt(float(squares_of(exemplars, other)))
    if lengths > 0.0 or foreign:
        similarity[DENSE] = cosine(exemplars.vector[asked], exemplars.vector[other], lengths)
    else:
        similarity[DENSE] = grained(sqrt(_in_common(similarity)))
    if foreign:
        stand_in = grained(FOREIGN_WORDS * max(0.0, similarity[DENSE]))
        similarity[WHOLE] = max(similarity[WHOLE], stand_in)
        similarity[LEAD] = max(similarity[LEAD], stand_in)
    similarity[MIXED] = grained(mix(similarity))
    similarity[HEADLINE] = UNKNOWN_HEADLINE
    if has_headline(terms, our_row) and has_headline(terms, their_row) and not foreign:
        similarity[HEADLINE] = max(
            our_title / UNIT - _expected_share(exemplars, other),
            their_title / UNIT - _expected_share(exemplars, asked),
        )


@merged
def _in_common(channels):  # type: ignore[no-untyped-def]
    """How much two articles have in common in words and names, 0 to 1.

    The square root of it stands in for the similarity of vectors where one is missing. Where both are known, vectors
    are .9 (uci), 1.2 (allsides) and 1.3 times (ecbplus) as similar (benchmarks/stories/results/cases.md).
    """
    shared = MIX_WHOLE * channels[WHOLE] + MIX_LEAD * channels[LEAD] + MIX_NAMES * channels[NAMES]
    return shared / (MIX_WHOLE + MIX_LEAD + MIX_NAMES)


@merged
def _expected_share(exemplars, slot):  # type: ignore[no-untyped-def]
    """The share of a headline that a text as long as this one would have, were it on the same event."""
    return HEADLINE_FOUND + HEADLINE_FOUND_IN_LONG * word_count(exemplars, slot) / MAX_TERMS


@merged
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


@merged
def cosine(one, other, lengths):  # type: ignore[no-untyped-def]
    """Cosine of two int8 vectors, given the product of their lengths; 0 where one is empty."""
    return grained(dot(one, other) / lengths) if lengths > 0.0 else 0.0


@merged
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
        return np.int32(name_count(exemplars, slot) > 0)
    has_words = word_count(exemplars, slot) > 0
    if channel == DENSE:  # words stand in for a vector
        return np.int32(has_words or squares_of(exemplars, slot) > 0)
    return np.int32(has_words)


@part
def count_channels(stories, exemplars, story, slot, sign):  # type: ignore[no-untyped-def]
    """Count an exemplar among those of its story that have anything in each channel, or take it out."""
    for channel in range(1, CHANNELS):
        stories.channel_sizes[story, channel] += sign * has_channel(exemplars, slot, channel)
    stories.channel_sizes[story, MIXED] += sign
