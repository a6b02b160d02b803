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
    SPILLED_NAMES,
    SPILLED_WORDS,
    THEIRS,
    WORD_BITS,
    WORD_PLACE_BITS,
    enter,
)
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
def _common_terms(terms, first, end, held, table, bits, place_bits, hits):  # type: ignore[no-untyped-def]
    """Note in `hits` the places of the terms in common, theirs and ours; return how many. No branch to mispredict.

    `first` to `end`: the terms in the other's row; `held` and `table`: of the lookup.
    """
    slot_mask, place_mask = np.uint64((1 << bits) - 1), np.uint64((1 << place_bits) - 1)
    to_slot, to_tag, to_place = np.uint64(WEIGHT_BITS), np.uint64(WEIGHT_BITS + bits), np.uint64(place_bits)
    possible = np.uint64(0)
    for i in range(end - first):
        hits[possible] = i
        possible += np.uint64(held[(np.uint64(terms[first + i]) >> to_slot) & slot_mask])
    found = np.uint64(0)
    for k in range(possible):
        at = np.uint64(hits[k])
        term = np.uint64(terms[first + at])
        entries = np.uint64(table[(term >> to_slot) & slot_mask])
        tag = (term >> to_tag) + np.uint64(1)
        second = entries >> np.uint64(ENTRY_BITS)
        entry = second if second >> to_place == tag else entries & HALF
        hits[found] = at | (entry & place_mask) << np.uint64(8)
        found += np.uint64(entry >> to_place == tag)
    return found


@part
def _spilled_terms(terms, first, end, ours, spilled, count, hits, found):  # type: ignore[no-untyped-def]
    """Note those besides that found no entry in the table; return how many are in common now."""
    for k in range(count):
        for i in range(end - first):
            if np.uint64(terms[first + i]) >> np.uint64(WEIGHT_BITS) == np.uint64(ours[spilled[k]]):
                hits[found] = i | np.uint64(spilled[k]) << np.uint64(8)
                found += np.uint64(1)
    return found


@merged
def _compare_words(terms, parts, lookup):  # type: ignore[no-untyped-def]
    """The products of weights in text and lead, and the weights of words in common in our title and in theirs."""
    hits, partners, weights = lookup.hits, lookup.partners, lookup.weights
    found = _common_terms(
        terms, parts.words, parts.leads, lookup.held[0], lookup.words, WORD_BITS, WORD_PLACE_BITS, hits
    )
    if lookup.asked[SPILLED_WORDS] > 0:
        spilled, count = lookup.spilled[0], lookup.asked[SPILLED_WORDS]
        found = _spilled_terms(terms, parts.words, parts.leads, lookup.terms[0], spilled, count, hits, found)
    whole = lead = our_title = their_title = np.uint64(0)
    for k in range(found):
        place, ours = np.uint64(hits[k]) & np.uint64(0xFF), np.uint64(hits[k]) >> np.uint64(8)
        weight = np.uint64(terms[parts.words + place]) & np.uint64(LARGEST_BESIDE)
        whole += np.uint64(weights[IN_TEXT, ours]) * weight
        our_title += np.uint64(weights[IN_TITLE, ours])
        partners[place] = ours
    for at in range(parts.leads, parts.titles):
        entry = np.uint64(terms[at])
        lead += np.uint64(weights[IN_LEAD, partners[entry >> np.uint64(PLACE_BITS)]]) * (entry & HALF)
    for at in range(parts.titles, parts.heavy_words):
        entry = np.uint64(terms[at])
        is_common = np.uint64(partners[entry >> np.uint64(PLACE_BITS)] != MAX_TERMS)
        their_title += is_common * (entry & HALF)
    for at in range(parts.heavy_words, parts.names):
        entry = np.uint64(terms[at])
        more = (entry & HALF) - np.uint64(LARGEST_BESIDE)
        whole += np.uint64(weights[IN_TEXT, partners[entry >> np.uint64(PLACE_BITS)]]) * more
    for k in range(found):
        partners[np.uint64(hits[k]) & np.uint64(0xFF)] = MAX_TERMS
    return whole, lead, our_title, their_title


@merged
def _compare_names(terms, parts, lookup):  # type: ignore[no-untyped-def]
    """The product of weights of the names in common, which are noted in `lookup.shared`."""
    hits, weights = lookup.hits, lookup.weights
    first, end = parts.names, parts.heavy_names
    found = _common_terms(terms, first, end, lookup.held[1], lookup.names, NAME_BITS, NAME_PLACE_BITS, hits)
    if lookup.asked[SPILLED_NAMES] > 0:
        spilled, count = lookup.spilled[1], lookup.asked[SPILLED_NAMES]
        found = _spilled_terms(terms, first, end, lookup.terms[1], spilled, count, hits, found)
    product = our_names = their_names = np.uint64(0)
    for k in range(found):
        place, ours = np.uint64(hits[k]) & np.uint64(0xFF), np.uint64(hits[k]) >> np.uint64(8)
        weight = np.uint64(terms[first + place]) & np.uint64(LARGEST_BESIDE)
        for at in range(end, parts.end):
            entry = np.uint64(terms[at])
            if entry >> np.uint64(PLACE_BITS) == place:
                weight = entry & HALF
        product += np.uint64(weights[OF_NAMES, ours]) * weight
        our_names |= np.uint64(1) << ours
        their_names |= np.uint64(1) << place
    lookup.shared[OURS], lookup.shared[THEIRS] = np.int64(our_names), np.int64(their_names)
    return product


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
