"""Compiled evidence: the code points of titles and texts in, hashed terms with counts and keyterms out."""

from typing import Any, NamedTuple

import numpy as np

from embeddings.jit import allocating_part, inlined, kernel, part
from stream.stories.text.compiled.counting import forget_forms, form_number, is_listed, new_forms
from stream.stories.text.compiled.hashing import murmur3, utf8_length
from stream.stories.text.compiled.keyterms import MAX_KEYTERMS, NAMES, WRITTEN, write_keyterms
from stream.stories.text.compiled.names import SMALL_S, Text, new_scratch, read_spans, read_title
from stream.stories.text.compiled.sorting import BUCKET_BITS, by_bucket
from stream.stories.text.compiled.spelling import spell
from stream.stories.text.compiled.terms import MAX_COUNT, MAX_TERMS, write_terms
from stream.stories.text.compiled.words import (
    APOSTROPHE,
    COMMA,
    CURLED,
    classify,
    lowered,
    next_number,
    next_word,
)

MAX_NAMES = 96  # distinct names and numbers kept: the most frequent
LEAD_WORDS = 50  # of the text, after the title: the first two sentences or so
TERM_SEED, NAME_SEED = 0, 1
SMALL_U, SMALL_I = 0x75, 0x69  # a plural does not end in us or is
BUCKET_MASK = np.uint32((1 << BUCKET_BITS) - 1)


class Tables(NamedTuple):
    """What words are compared with. Sets of words are open tables of their hashes."""

    properties: np.ndarray  # uint16 [code points]
    lower: np.ndarray  # uint32 [code points]
    spelling: np.ndarray  # uint32 [code points]: as words are compared
    links: np.ndarray  # uint32 [words, characters]: words that link the parts of a name, zeros at the end
    sentence_ends: np.ndarray  # uint32
    stripped: np.ndarray  # uint32: signs cut off both ends of a name
    stop_words: np.ndarray  # uint64: no name begins with them
    frequencies: np.ndarray  # uint16 [buckets]: articles of the background that hold a word
    rarity: np.ndarray  # float64 [articles]: what a word weighs, by its frequency; 0 where it is too common
    logarithms: np.ndarray  # float64: log2 by count
    function_words: np.ndarray  # uint64: of the article's language


class Written(NamedTuple):
    """What was found, article by article, one after the other."""

    terms: np.ndarray  # uint32
    counts: np.ndarray  # uint8
    leads: np.ndarray  # uint8
    titles: np.ndarray  # uint8: 1 where the term is in the title
    names: np.ndarray  # uint32
    name_counts: np.ndarray  # uint8
    keyterms: np.ndarray  # uint32: code points
    ends: np.ndarray  # int64 [articles, 3]: of terms, names and keyterms
    keyterm_ends: np.ndarray  # int64 [articles, MAX_KEYTERMS]: in keyterms, -1 where there are fewer


@kernel
def read_evidence(points: Any, ends: Any, tables: Any) -> Any:
    """Read articles that stand one after the other in `points`: a title up to ends[n, 0], a text up to ends[n, 1].

    A line feed stands between title and text.
    """
    articles = len(ends)
    longest = 0
    start = 0
    for n in range(articles):
        longest = max(longest, ends[n, 1] - start)
        start = ends[n, 1]
    written = Written(
        np.empty(articles * MAX_TERMS, np.uint32),
        np.empty(articles * MAX_TERMS, np.uint8),
        np.empty(articles * MAX_TERMS, np.uint8),
        np.empty(articles * MAX_TERMS, np.uint8),
        np.empty(articles * MAX_NAMES, np.uint32),
        np.empty(articles * MAX_NAMES, np.uint8),
        np.empty(4 * len(points) + articles, np.uint32),
        np.zeros((articles, WRITTEN), np.int64),
        np.full((articles, MAX_KEYTERMS), -1, np.int64),
    )
    words = new_forms(longest + 1)
    names = new_forms(longest + 1)
    scratch = new_scratch(longest)
    kinds = np.empty(longest, np.uint16)
    low = np.empty(longest, np.uint32)
    utf8 = np.empty(16 * longest + 16, np.uint8)
    sizes = np.zeros(WRITTEN, np.int64)
    start = 0
    for n in range(articles):
        text = Text(points[start : ends[n, 1]], kinds[: ends[n, 1] - start])
        classify(text.points, tables.properties, text.kinds)
        title, length = ends[n, 0] - start, ends[n, 1] - start
        found, titled = _read_words(text, title, low, words, tables)
        buckets, rarity = _term_buckets(words, found, low, tables, utf8)
        write_terms(buckets, rarity, words, found, titled, tables, written, sizes)
        scratch.size[0] = 0
        named = read_title(names, 0, text, title, tables, scratch)
        named = read_spans(names, named, text, title + 1, length, tables, scratch, True)
        write_keyterms(words, buckets, rarity, low, names, named, scratch, tables, written, sizes, n)
        numbered = _read_numbers(names, named, text, scratch)
        _write_names(names, named, numbered, tables, scratch, utf8, written, sizes)
        forget_forms(words, found)
        forget_forms(names, numbered)
        for i in range(WRITTEN):
            written.ends[n, i] = sizes[i]
        start = ends[n, 1]
    return written


@part
def _read_words(text: Any, title: Any, low: Any, words: Any, tables: Any) -> Any:
    """Count the distinct words of title and text, and those of title and lead; return how many, and in the title."""
    found = titled = 0
    points, kinds, counts, leads = text.points, text.kinds, words.counts, words.leads
    for section in range(2):
        begin = 0 if section == 0 else title + 1
        end = title if section == 0 else len(points)
        lowered(points, kinds, begin, end, tables.lower, low, 0)
        at = begin
        read = 0
        while True:
            start, stop, at = next_word(kinds, at, begin, end)
            if start < 0:
                break
            form = form_number(words, found, low, start, stop)
            found = max(found, form + 1)
            counts[form] += 1
            if section == 0 or read < LEAD_WORDS:
                leads[form] += 1
            read += 1
        if section == 0:
            titled = found
    return found, titled


@allocating_part
def _term_buckets(words: Any, found: Any, low: Any, tables: Any, utf8: Any) -> Any:
    """The bucket and rarity of each word; bucket -1 for a single letter, a function word, or a common word."""
    buckets = np.empty(found, np.int64)
    starts, lengths, function_words = words.starts, words.lengths, tables.function_words
    longest = 1
    for i in range(found):
        longest = max(longest, lengths[i])
    stem = np.empty(2 * longest, np.uint32)
    for i in range(found):
        start, length = starts[i], lengths[i]
        size = _ascii_length(low, start, length, utf8)
        buckets[i] = -1
        if size == 1 or (len(function_words) > 0 and is_listed(function_words, words.hashes[i])):
            continue
        if size > 0:  # as most words: they are spelt as they are
            size = _stem(utf8, size)
        else:
            size = utf8_length(stem, 0, _stem(stem, spell(low, start, start + length, tables, stem)), utf8)
        buckets[i] = murmur3(utf8, size, TERM_SEED) & BUCKET_MASK
    # In a loop of its own: the table is large, and many of its entries are fetched at once.
    rarity = np.zeros(found)
    frequencies, rarities = tables.frequencies, tables.rarity
    for i in range(found):
        if buckets[i] >= 0:
            rarity[i] = rarities[frequencies[buckets[i]]]
    for i in range(found):
        if rarity[i] == 0.0:
            buckets[i] = -1
    return buckets, rarity


@inlined
def _ascii_length(low: Any, start: Any, length: Any, utf8: Any) -> Any:
    """Write a word or a name of ASCII characters as bytes; return its length, 0 where it may be spelt otherwise."""
    for i in range(length):
        code = low[start + i]
        if code >= 0x80 or code == COMMA:
            return 0
        utf8[i] = code
    return length


@inlined
def _stem(stem: Any, length: Any) -> Any:
    """The length of a word without the English possessive and the plural s; a curled apostrophe is made straight."""
    ascii_only = True
    for i in range(length):
        if stem[i] == CURLED:
            stem[i] = APOSTROPHE
        ascii_only = ascii_only and stem[i] < 0x80
    if length >= 2 and stem[length - 1] == SMALL_S and stem[length - 2] == APOSTROPHE:
        length -= 2
        ascii_only = True
        for i in range(length):
            ascii_only = ascii_only and stem[i] < 0x80
    if length > 4 and ascii_only and stem[length - 1] == SMALL_S:
        before = stem[length - 2]
        if before not in (SMALL_S, SMALL_U, SMALL_I):
            return length - 1
    return length


@part
def _read_numbers(names: Any, named: Any, text: Any, scratch: Any) -> Any:
    """Count the numbers of title and text beside the names, without their thousands separators."""
    at = 0
    while True:
        start, end = next_number(text.points, text.kinds, at, len(text.points))
        if start < 0:
            return named
        at = end
        begin = scratch.size[0]
        size = begin
        for i in range(start, end):
            if text.points[i] != COMMA:
                scratch.points[size] = text.points[i]
                size += 1
        scratch.size[0] = size
        form = form_number(names, named, scratch.points, begin, size)
        named = max(named, form + 1)
        names.counts[form] += 1


@part
def _name_count(names: Any, i: Any, tables: Any) -> Any:
    """How often a name comes; 0 where only sentences open with it, or it is a function word."""
    if names.counts[i] == 0 or is_listed(tables.function_words, names.hashes[i]):
        return 0
    return names.counts[i] + names.leads[i]


@allocating_part
def _write_names(
    names: Any, named: Any, numbered: Any, tables: Any, scratch: Any, utf8: Any, written: Any, sizes: Any
) -> None:
    """Write the buckets of the most frequent names and numbers, ascending."""
    buckets = np.empty(numbered, np.int64)
    points = scratch.points
    longest = 1
    for i in range(numbered):
        longest = max(longest, names.lengths[i])
    spelt = np.empty(2 * longest, np.uint32)
    for i in range(numbered):
        start, length = names.starts[i], names.lengths[i]
        size = _ascii_length(points, start, length, utf8)
        if size == 0:
            size = utf8_length(spelt, 0, spell(points, start, start + length, tables, spelt), utf8)
        buckets[i] = murmur3(utf8, size, NAME_SEED) & BUCKET_MASK
    distinct = np.empty(numbered, np.int64)
    counts = np.empty(numbered, np.int64)
    size = 0
    for i in by_bucket(buckets):
        occurrences = names.counts[i] if i >= named else _name_count(names, i, tables)
        if occurrences == 0:
            continue
        if size == 0 or distinct[size - 1] != buckets[i]:
            distinct[size] = buckets[i]
            counts[size] = 0
            size += 1
        counts[size - 1] += occurrences
    kept = np.arange(size)
    if size > MAX_NAMES:
        kept = np.sort(np.argsort(-counts[:size], kind="mergesort")[:MAX_NAMES])
    at = sizes[NAMES]
    for place in kept:
        written.names[at] = distinct[place]
        written.name_counts[at] = min(counts[place], MAX_COUNT)
        at += 1
    sizes[NAMES] = at
