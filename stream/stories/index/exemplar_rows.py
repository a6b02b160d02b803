"""Where the words and names of exemplars lie: one row of numbers each, as long as it must be, in one array.

What a comparison asks of an exemplar lies side by side: that takes a third of the memory of tables as wide as the
longest text, and a third of the time, most of which is waiting for memory. A row is, in numbers of 32 bits:

    serial number | counts | more counts | language | squared length of the vector
    words, by falling weight: 20 bits of the word and 12 of its weight in the whole text
    words of title and lead: 16 bits of their place among the words and 16 of their weight there
    words of the title: the same
    words too heavy for 12 bits: the same
    names, by falling weight: 20 bits of the name and 12 of its weight
    names too heavy for 12 bits: 16 bits of their place among the names and 16 of their weight

Weights are multiples of 1 / UNIT, of unit length together, so at most sixteen of a kind are too heavy.
"""

from typing import NamedTuple

import numpy as np

from embeddings.jit import merged, part

MAX_TERMS = 128  # words kept of an exemplar: the heaviest by running rarity
MAX_NAMES = 48  # names and numbers kept of an exemplar
UNIT = 16_384  # weights are multiples of 1 / UNIT
WEIGHT_BITS = 12
LARGEST_BESIDE = 4095  # weight that stands beside its word
MOST_HEAVY = 16  # weights above LARGEST_BESIDE / UNIT in a vector of unit length
# The numbers at the head of a row
SERIAL, COUNTS, MORE_COUNTS, LANGUAGE, SQUARES = range(5)
HEAD = 5
BYTE = np.uint64(0xFF)
PLACE_BITS, HALF = 16, np.uint64(0xFFFF)
LONGEST_ROW = HEAD + 3 * MAX_TERMS + MAX_NAMES + 2 * MOST_HEAVY
# Rows are as long as a multiple of so many numbers; those given back wait in a list for each length.
ROW_STEP = 16
LENGTHS = LONGEST_ROW // ROW_STEP + 2
USED = 0  # of `rows`: where the numbers never used begin; after it for each length the first free row, 0 for none


class Parts(NamedTuple):
    """Where the parts of a row begin, and where they end: `names` begin where `heavy_words` end, and so on."""

    words: int
    leads: int
    titles: int
    heavy_words: int
    names: int
    heavy_names: int
    end: int


@merged
def row_of(exemplars, slot):  # type: ignore[no-untyped-def]
    """Where the row of an exemplar begins."""
    return np.uint64(exemplars.row[slot])


@merged
def parts_of(terms, row):  # type: ignore[no-untyped-def]
    """The places of a row's parts."""
    counts, more = np.uint64(terms[row + np.uint64(COUNTS)]), np.uint64(terms[row + np.uint64(MORE_COUNTS)])
    words = row + np.uint64(HEAD)
    leads = words + (counts & BYTE)
    titles = leads + ((counts >> np.uint64(8)) & BYTE)
    heavy_words = titles + ((counts >> np.uint64(16)) & BYTE)
    names = heavy_words + (more & BYTE)
    heavy_names = names + (counts >> np.uint64(24))
    return Parts(
        words, leads, titles, heavy_words, names, heavy_names, heavy_names + ((more >> np.uint64(8)) & BYTE)
    )


@merged
def serial_of(exemplars, slot):  # type: ignore[no-untyped-def]
    """The serial number of the article in an exemplar slot; no two have the same."""
    return np.int64(exemplars.terms[row_of(exemplars, slot) + np.uint64(SERIAL)])


@merged
def language_of(exemplars, slot):  # type: ignore[no-untyped-def]
    """The code of an exemplar's language."""
    return np.int32(exemplars.terms[row_of(exemplars, slot) + np.uint64(LANGUAGE)])


@merged
def squares_of(exemplars, slot):  # type: ignore[no-untyped-def]
    """The squared length of an exemplar's vector."""
    return np.int64(exemplars.terms[row_of(exemplars, slot) + np.uint64(SQUARES)])


@merged
def word_count(exemplars, slot):  # type: ignore[no-untyped-def]
    """How many words are kept of an exemplar."""
    return np.int64(np.uint64(exemplars.terms[row_of(exemplars, slot) + np.uint64(COUNTS)]) & BYTE)


@merged
def name_count(exemplars, slot):  # type: ignore[no-untyped-def]
    """How many names are kept of an exemplar."""
    return np.int64(np.uint64(exemplars.terms[row_of(exemplars, slot) + np.uint64(COUNTS)]) >> np.uint64(24))


@merged
def has_headline(terms, row):  # type: ignore[no-untyped-def]
    """1 where a title says what a text is about."""
    return np.uint64(terms[row + np.uint64(MORE_COUNTS)]) >> np.uint64(16)


@merged
def term_at(terms, first, i):  # type: ignore[no-untyped-def]
    """The i-th word or name, of those that begin at `first`."""
    return np.int64(np.uint64(terms[first + np.uint64(i)]) >> np.uint64(WEIGHT_BITS))


@part
def weight_at(terms, first, i, heavy, end):  # type: ignore[no-untyped-def]
    """Its weight; `heavy` to `end`: the heavy ones of its kind."""
    weight = np.uint64(terms[first + np.uint64(i)]) & np.uint64(LARGEST_BESIDE)
    for place in range(heavy, end):
        entry = np.uint64(terms[np.uint64(place)])
        if entry >> np.uint64(PLACE_BITS) == np.uint64(i):
            weight = entry & HALF
    return np.int64(weight)


@part
def take_row(exemplars, length):  # type: ignore[no-untyped-def]
    """Where a row of so many numbers can be written."""
    rows = exemplars.free_rows
    kind = 1 + (length - 1) // ROW_STEP
    row = rows[kind]
    if row > 0:
        rows[kind] = exemplars.terms[row]
        return row
    row = rows[USED]
    rows[USED] += kind * ROW_STEP
    return row


@part
def give_row_back(exemplars, slot):  # type: ignore[no-untyped-def]
    """Let another row be written where that of an exemplar lies."""
    rows = exemplars.free_rows
    row = row_of(exemplars, slot)
    kind = 1 + np.int64(parts_of(exemplars.terms, row).end - row - np.uint64(1)) // ROW_STEP
    exemplars.terms[row] = rows[kind]
    rows[kind] = np.int64(row)
