"""One article spread out, so that others are compared with it fast."""

from typing import NamedTuple

import numpy as np

from embeddings.jit import part
from stream.stories.index.exemplar_rows import (
    HALF,
    LARGEST_BESIDE,
    MAX_NAMES,
    MAX_TERMS,
    PLACE_BITS,
    parts_of,
    row_of,
    serial_of,
    term_at,
)
from stream.stories.index.state import MEASURES, RECENT

# Slots of the small tables that find a word among the article's, a name among its names; and the bits of a place.
WORD_BITS, NAME_BITS = 12, 11
WORD_PLACE_BITS, NAME_PLACE_BITS = 7, 6
ENTRY_BITS = 16
SAMPLED_STORIES = (
    32  # open stories one exemplar of which an article is compared with, for what is unrelated to it
)
# What is known of the article, in `asked`
ASKED = 5
SERIAL_NUMBER, WORD_COUNT, NAME_COUNT, SPILLED_WORDS, SPILLED_NAMES = range(ASKED)
NOTHING = -1  # the serial number where no article was entered
WORDS, NAMES = range(2)  # rows of `terms` and `spilled`
IN_TEXT, IN_LEAD, IN_TITLE, OF_NAMES = range(4)  # rows of `weights`
OURS, THEIRS = range(2)  # of `shared`


class Lookup(NamedTuple):
    """One article as `enter` spreads it out, so that others are compared with it fast; and scratch.

    The tables find a term among the article's: a slot holds two entries, each 0 or the place of a term and, as a tag,
    those bits of the term that the slot does not say. A third term of a slot is spilled: compared one by one.
    """

    asked: np.ndarray  # int64 [ASKED]: serial number of the article, its counts, and what else is asked of it
    held: np.ndarray  # uint8 [2, 2^WORD_BITS]: 1 where a slot of the words' table, or of the names', is taken
    words: np.ndarray  # uint32 [2^WORD_BITS]
    names: np.ndarray  # uint32 [2^NAME_BITS]
    spilled: np.ndarray  # int64 [2, MAX_TERMS]: places of words and of names that found no entry
    terms: np.ndarray  # uint32 [2, MAX_TERMS]: its words and its names
    weights: (
        np.ndarray
    )  # uint32 [4, MAX_TERMS + 1]: of words in text, lead and title, and of names; 0 at the end
    partners: (
        np.ndarray
    )  # uint8 [MAX_TERMS]: scratch: the place of the other's word among ours, MAX_TERMS for none
    hits: np.ndarray  # uint32 [MAX_TERMS]: scratch: places of the terms in common, theirs and ours
    similarity: np.ndarray  # float64 [MEASURES]: scratch of those who compare, as is the rest
    shared: np.ndarray  # int64 [2]: names in common, bit by bit, by their places in the one and in the other
    rarities: np.ndarray  # float64 [MAX_NAMES]
    alike: np.ndarray  # int32 [RECENT]: stories whose language the article could be of
    sampled: np.ndarray  # int32 [SAMPLED_STORIES]: exemplars of unrelated stories
    sample: np.ndarray  # float64 [SAMPLED_STORIES, MEASURES]


def new_lookup() -> Lookup:
    """A lookup that holds nothing."""
    asked = np.zeros(ASKED, np.int64)
    asked[SERIAL_NUMBER] = NOTHING
    return Lookup(
        asked=asked,
        held=np.zeros((2, 1 << WORD_BITS), np.uint8),
        words=np.zeros(1 << WORD_BITS, np.uint32),
        names=np.zeros(1 << NAME_BITS, np.uint32),
        spilled=np.zeros((2, MAX_TERMS), np.int64),
        terms=np.zeros((2, MAX_TERMS), np.uint32),
        weights=np.zeros((4, MAX_TERMS + 1), np.uint32),
        partners=np.full(MAX_TERMS, MAX_TERMS, np.uint8),
        hits=np.zeros(MAX_TERMS, np.uint32),
        similarity=np.zeros(MEASURES),
        shared=np.zeros(2, np.int64),
        rarities=np.zeros(MAX_NAMES),
        alike=np.zeros(RECENT, np.int32),
        sampled=np.zeros(SAMPLED_STORIES, np.int32),
        sample=np.zeros((SAMPLED_STORIES, MEASURES)),
    )


@part
def enter(exemplars, slot, lookup):  # type: ignore[no-untyped-def]
    """Spread an exemplar out in the lookup."""
    asked = lookup.asked
    _clear(lookup)
    asked[SERIAL_NUMBER] = serial_of(exemplars, slot)
    terms = exemplars.terms
    parts = parts_of(terms, row_of(exemplars, slot))
    asked[WORD_COUNT] = np.int64(parts.leads - parts.words)
    asked[NAME_COUNT] = np.int64(parts.heavy_names - parts.names)
    weights = lookup.weights
    for i in range(asked[WORD_COUNT]):
        word = term_at(terms, parts.words, i)
        lookup.terms[WORDS, i] = word
        weights[IN_TEXT, i] = terms[parts.words + np.uint64(i)] & np.uint32(LARGEST_BESIDE)
        weights[IN_LEAD, i] = 0
        weights[IN_TITLE, i] = 0
        if not _put(lookup.held[WORDS], lookup.words, word, WORD_BITS, WORD_PLACE_BITS, i):
            lookup.spilled[WORDS, asked[SPILLED_WORDS]] = i
            asked[SPILLED_WORDS] += 1
    _set_weights(terms, parts.heavy_words, parts.names, weights[IN_TEXT])
    _set_weights(terms, parts.leads, parts.titles, weights[IN_LEAD])
    _set_weights(terms, parts.titles, parts.heavy_words, weights[IN_TITLE])
    for i in range(asked[NAME_COUNT]):
        name = term_at(terms, parts.names, i)
        lookup.terms[NAMES, i] = name
        weights[OF_NAMES, i] = terms[parts.names + np.uint64(i)] & np.uint32(LARGEST_BESIDE)
        if not _put(lookup.held[NAMES], lookup.names, name, NAME_BITS, NAME_PLACE_BITS, i):
            lookup.spilled[NAMES, asked[SPILLED_NAMES]] = i
            asked[SPILLED_NAMES] += 1
    _set_weights(terms, parts.heavy_names, parts.end, weights[OF_NAMES])


@part
def _clear(lookup):  # type: ignore[no-untyped-def]
    """Take out what was entered."""
    for i in range(lookup.asked[WORD_COUNT]):
        at = lookup.terms[WORDS, i] & ((1 << WORD_BITS) - 1)
        lookup.held[WORDS, at] = lookup.words[at] = 0
    for i in range(lookup.asked[NAME_COUNT]):
        at = lookup.terms[NAMES, i] & ((1 << NAME_BITS) - 1)
        lookup.held[NAMES, at] = lookup.names[at] = 0
    lookup.asked[SPILLED_WORDS] = lookup.asked[SPILLED_NAMES] = 0


@part
def _put(held, table, term, bits, place_bits, place):  # type: ignore[no-untyped-def]
    """Put the place of a term into its slot; return whether there was room."""
    at = term & ((1 << bits) - 1)
    entries = np.int64(table[at])
    entry = ((term >> bits) + 1) << place_bits | place
    held[at] = 1
    if entries == 0:
        table[at] = entry
    elif entries >> ENTRY_BITS == 0:
        table[at] = entries | entry << ENTRY_BITS
    else:
        return False
    return True


@part
def _set_weights(terms, first, end, weights):  # type: ignore[no-untyped-def]
    """Set the weights of the places that a part of a row lists."""
    for at in range(first, end):
        entry = np.uint64(terms[at])
        weights[entry >> np.uint64(PLACE_BITS)] = entry & HALF
