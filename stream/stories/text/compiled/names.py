"""Compiled reading of names: capitalised spans into their parts and the joined form, as the plain rules say."""

from typing import Any, NamedTuple

import numpy as np

from embeddings.jit import allocating_part, inlined, part
from stream.stories.text.compiled.char_properties import SPACE, UPPER, WORD
from stream.stories.text.compiled.counting import form_number, is_listed
from stream.stories.text.compiled.hashing import point_hash
from stream.stories.text.compiled.words import APOSTROPHE, CURLED, lowered, next_span

MAX_SPAN_WORDS = 5  # longer spans are headlines in capitals, not names
HEADLINE_SHARE = 0.6  # of a title's words capitalised: from here on capitals say nothing about names
LEAST_HEADLINE_WORD = 4  # characters of a capitalised word that counts in such a title
LEAST_PART = 3  # characters of a part of a name
BEFORE = 3  # characters looked at for the end of the sentence before
SPACE_CODE, SMALL_S = 0x20, 0x73


class Text(NamedTuple):
    """The code points of an article, title first, and the properties of each."""

    points: np.ndarray  # uint32
    kinds: np.ndarray  # uint16


class Scratch(NamedTuple):
    """Where names are spelt out as they are compared."""

    points: np.ndarray  # uint32
    size: np.ndarray  # int64 [1]: code points written
    ends: np.ndarray  # int64 [MAX_SPAN_WORDS]: where the parts of the span at hand end


@allocating_part
def new_scratch(longest: Any) -> Any:
    """Room for the names of a text of so many code points."""
    return Scratch(
        np.empty(4 * longest + 16, np.uint32), np.zeros(1, np.int64), np.zeros(MAX_SPAN_WORDS, np.int64)
    )


@part
def read_title(names: Any, number: Any, text: Any, high: Any, tables: Any, scratch: Any) -> Any:
    """Enter the names of the title text[:high]: of one in headline capitals the single words, else as in a text."""
    words = capitals = 0
    start, end = next_token(text.kinds, 0, high)
    while start >= 0:
        words += 1
        capitals += text.kinds[start] & UPPER != 0
        start, end = next_token(text.kinds, end, high)
    if capitals < HEADLINE_SHARE * words:
        return read_spans(names, number, text, 0, high, tables, scratch, False)
    start, end = next_token(text.kinds, 0, high)
    while start >= 0:
        if text.kinds[start] & UPPER and end - start >= LEAST_HEADLINE_WORD:
            begin = scratch.size[0]
            scratch.size[0] = _add_plain(
                text.points, text.kinds, start, end, tables.stripped, tables.lower, scratch.points, begin
            )
            number = _count(names, number, scratch, begin, scratch.size[0], True)
        start, end = next_token(text.kinds, end, high)
    return number


@part
def read_spans(
    names: Any, number: Any, text: Any, low: Any, high: Any, tables: Any, scratch: Any, openings: Any
) -> Any:
    """Enter the names of the spans of text[low:high]; where `openings`, a word that opens a sentence counts apart."""
    start, end = next_span(text.points, text.kinds, low, low, high, tables.links)
    while start >= 0:
        begin = scratch.size[0]
        parts, is_whole = _spell(text, start, end, tables, scratch)
        if parts == 1:
            is_sure = not (openings and is_whole and opens_sentence(text, start, low, tables))
            number = _count(names, number, scratch, begin, scratch.size[0], is_sure)
        elif parts > 1:
            at = begin
            for i in range(parts):
                number = _count(names, number, scratch, at, scratch.ends[i], True)
                at = scratch.ends[i] + 1
            number = _count(names, number, scratch, begin, scratch.size[0], True)
        start, end = next_span(text.points, text.kinds, end, low, high, tables.links)
    return number


@inlined
def _spell(text: Any, start: Any, end: Any, tables: Any, scratch: Any) -> Any:
    """Spell out the parts of a span, a space between two; return their number and whether it begins with the first.

    No part where there are more than MAX_SPAN_WORDS.
    """
    points, kinds, out, lower = text.points, text.kinds, scratch.points, tables.lower
    function_words, stop_words, stripped = tables.function_words, tables.stop_words, tables.stripped
    begin = size = scratch.size[0]
    parts = 0
    is_leading = is_whole = True
    word, after = next_token(kinds, start, end)
    while word >= 0:
        at = size
        size = _add_plain(points, kinds, word, after, stripped, lower, out, size)
        found = point_hash(out, at, size)
        is_function_word = is_listed(function_words, found)
        if is_leading and (is_function_word or is_listed(stop_words, found)):
            is_whole = False
            size = at
        else:
            is_leading = False
            if size - at < LEAST_PART or is_function_word:
                size = at
            else:
                scratch.ends[parts % MAX_SPAN_WORDS] = size
                out[size] = SPACE_CODE
                size += 1
                parts += 1
        word, after = next_token(kinds, after, end)
    if parts == 0 or parts > MAX_SPAN_WORDS:
        scratch.size[0] = begin
        return 0, is_whole
    scratch.size[0] = size - 1  # without the space after the last part
    return parts, is_whole


@inlined
def opens_sentence(text: Any, start: Any, low: Any, tables: Any) -> Any:
    """Whether nothing, or what ends a sentence, stands before a span, spaces aside."""
    i = start - 1
    first = max(low, start - BEFORE)
    while i >= first and text.points[i] == SPACE_CODE:
        i -= 1
    return i < first or (text.kinds[i] & WORD == 0 and _is_among(tables.sentence_ends, text.points[i]))


@inlined
def next_token(kinds: Any, at: Any, high: Any) -> Any:
    """The next run without white space: (start, end), start -1 where there is none."""
    while at < high and kinds[at] & SPACE:
        at += 1
    if at >= high:
        return -1, high
    start = at
    while at < high and kinds[at] & SPACE == 0:
        at += 1
    return start, at


@inlined
def _add_plain(
    points: Any, kinds: Any, start: Any, end: Any, stripped: Any, lower: Any, out: Any, size: Any
) -> Any:
    """Append a word to `out` as names are compared: without quotes around, lower case, no possessive; return the end.

    `size`: how much `out` holds.
    """
    start, end = plain_part(points, kinds, start, end, stripped)
    lowered(points, kinds, start, end, lower, out, size - start)
    last = size + end - start
    for i in range(size, last):
        if out[i] == CURLED:
            out[i] = APOSTROPHE
    if last - size >= 2 and out[last - 1] == SMALL_S and out[last - 2] == APOSTROPHE:
        last -= 2
    return last


@inlined
def plain_part(points: Any, kinds: Any, start: Any, end: Any, stripped: Any) -> Any:
    """Where a word begins and ends without the signs around it; no letter or digit is one."""
    while start < end and kinds[start] & WORD == 0 and _is_among(stripped, points[start]):
        start += 1
    while end > start and kinds[end - 1] & WORD == 0 and _is_among(stripped, points[end - 1]):
        end -= 1
    return start, end


@inlined
def _is_among(signs: Any, code: Any) -> Any:
    for sign in signs:
        if code == sign:
            return True
    return False


@inlined
def _count(names: Any, number: Any, scratch: Any, start: Any, end: Any, is_sure: Any) -> Any:
    """Count a name, of the sure ones or of the openings of sentences; return how many names there are now."""
    if end == start:
        return number
    form = form_number(names, number, scratch.points, start, end)
    if is_sure:
        names.counts[form] += 1
    else:
        names.leads[form] += 1
    return max(number, form + 1)
