"""Compiled choice of keyterms: the few words and names that a story's keywords are drawn from."""

from typing import Any

import numpy as np

from embeddings.jit import allocating_part, inlined, part
from stream.stories.text.compiled.char_properties import CODE_POINTS, DIGIT
from stream.stories.text.compiled.counting import is_listed

MAX_KEYTERMS = 12
CONSIDERED = 3 * MAX_KEYTERMS  # heaviest words, some of which are numbers or too short
KEYTERM_COUNT = 8  # more than so many do not make a keyterm heavier
SPAN_WEIGHT = 8.0  # rarity that a name of several words counts for
LEAST_KEYTERM = 3  # characters
SPACE_CODE = 32
# Indices into the sizes of what was written of all articles so far
WRITTEN = 3
TERMS, NAMES, KEYTERMS = range(WRITTEN)
# What a keyterm is: a word of the text, or a name of several words; and the columns of its row
OF_WORD, OF_NAME = range(2)
KIND, START, END = range(3)


@allocating_part
def write_keyterms(
    words: Any,
    buckets: Any,
    rarity: Any,
    low: Any,
    names: Any,
    named: Any,
    scratch: Any,
    tables: Any,
    written: Any,
    sizes: Any,
    article: Any,
) -> None:
    """Write the heaviest words, and the names of several words that come more than once, heaviest first."""
    heaviest, considered = _heaviest_words(words, buckets, rarity)
    weights = np.empty(MAX_KEYTERMS + 1)
    terms = np.empty((MAX_KEYTERMS + 1, 3), np.int64)
    size = 0
    for i in heaviest[:considered]:
        start, end = words.starts[i], words.starts[i] + words.lengths[i]
        if end - start >= LEAST_KEYTERM and not _is_figure(low, start, end, tables):
            size = _insert(weights, terms, size, _weight(words, rarity, i), OF_WORD, start, end, low, scratch)
    for i in range(named):
        count = names.counts[i] + names.leads[i]
        start, end = names.starts[i], names.starts[i] + names.lengths[i]
        if (
            count > 1
            and _has_space(scratch, start, end)
            and not is_listed(tables.function_words, names.hashes[i])
        ):
            weight = (2.0 + min(count, KEYTERM_COUNT)) * SPAN_WEIGHT
            size = _insert(weights, terms, size, weight, OF_NAME, start, end, low, scratch)
    at = sizes[KEYTERMS]
    for i in range(size):
        for j in range(terms[i, START], terms[i, END]):
            written.keyterms[at] = low[j] if terms[i, KIND] == OF_WORD else scratch.points[j]
            at += 1
        written.keyterm_ends[article, i] = at
    sizes[KEYTERMS] = at


@inlined
def _weight(words: Any, rarity: Any, i: Any) -> Any:
    in_lead = 2 if words.leads[i] > 0 else 0
    return (1 + min(words.counts[i], KEYTERM_COUNT) + in_lead) * rarity[i]


@allocating_part
def _heaviest_words(words: Any, buckets: Any, rarity: Any) -> Any:
    """The numbers of the heaviest words, those that came first before others of their weight; and how many."""
    weights = np.empty(CONSIDERED + 1)
    order = np.empty(CONSIDERED + 1, np.int64)
    size = 0
    for i in range(len(buckets)):
        if buckets[i] < 0:
            continue
        weight = _weight(words, rarity, i)
        if size == CONSIDERED and weight <= weights[size - 1]:
            continue
        place = size
        while place > 0 and weights[place - 1] < weight:
            weights[place] = weights[place - 1]
            order[place] = order[place - 1]
            place -= 1
        weights[place] = weight
        order[place] = i
        size = min(size + 1, CONSIDERED)
    return order, size


@part
def _is_figure(low: Any, start: Any, end: Any, tables: Any) -> Any:
    for i in range(start, end):
        if low[i] >= CODE_POINTS or tables.properties[low[i]] & DIGIT == 0:
            return False
    return True


@part
def _has_space(scratch: Any, start: Any, end: Any) -> Any:
    for i in range(start, end):
        if scratch.points[i] == SPACE_CODE:
            return True
    return False


@allocating_part
def _insert(
    weights: Any, terms: Any, size: Any, weight: Any, kind: Any, start: Any, end: Any, low: Any, scratch: Any
) -> Any:
    """Put a term in its place by falling weight, then in alphabetical order; return how many there are."""
    place = size
    while place > 0 and (
        weights[place - 1] < weight
        or (weights[place - 1] == weight and _comes_before(kind, start, end, terms[place - 1], low, scratch))
    ):
        place -= 1
    if place >= MAX_KEYTERMS:
        return size
    for i in range(min(size, MAX_KEYTERMS - 1), place, -1):
        weights[i] = weights[i - 1]
        terms[i, :] = terms[i - 1, :]
    weights[place] = weight
    terms[place, KIND], terms[place, START], terms[place, END] = kind, start, end
    return min(size + 1, MAX_KEYTERMS)


@part
def _comes_before(kind: Any, start: Any, end: Any, other: Any, low: Any, scratch: Any) -> Any:
    """Whether a term comes before another in the order of code points."""
    i, j = start, other[START]
    while i < end and j < other[END]:
        one = low[i] if kind == OF_WORD else scratch.points[i]
        two = low[j] if other[KIND] == OF_WORD else scratch.points[j]
        if one != two:
            return one < two
        i += 1
        j += 1
    return end - start < other[END] - other[START]
