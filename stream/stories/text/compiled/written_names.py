"""Compiled reading of names as an article writes them: the rules of written_names.py on arrays of code points."""

from typing import Any, NamedTuple

import numpy as np

from embeddings.jit import allocating_part, inlined, kernel, part
from stream.stories.text.compiled.char_properties import CASED, UPPER
from stream.stories.text.compiled.counting import forget_forms, form_number, is_listed, new_forms
from stream.stories.text.compiled.hashing import point_hash
from stream.stories.text.compiled.names import (
    MAX_SPAN_WORDS,
    SMALL_S,
    SPACE_CODE,
    Text,
    next_token,
    opens_sentence,
    plain_part,
)
from stream.stories.text.compiled.title_case import Spelling, in_small_letters
from stream.stories.text.compiled.words import APOSTROPHE, CURLED, classify, lowered, next_span

MAX_WRITTEN_NAMES = 12  # of an article: a story shows 8 that most of its articles share
TITLE_WEIGHT = 2
LEAST_NAME = 3  # characters
STRIPPED_WORD = 3  # characters of a word from which on signs are cut off it
SMALL_A, SMALL_Z = 0x61, 0x7A
START, END = range(2)


class WrittenNames(NamedTuple):
    """The names of articles, one after the other."""

    points: np.ndarray  # uint32
    ends: np.ndarray  # int64 [articles, MAX_WRITTEN_NAMES]: in points, -1 where there are fewer


@kernel
def read_written_names(points: Any, ends: Any, tables: Any, dates: Any, titled: Any, single: Any) -> Any:
    """Read articles that stand one after the other in `points`: a title up to ends[n, 0], a text up to ends[n, 1].

    A line feed stands between title and text. The function words of the tables are those that no name begins or ends
    with, `dates` those that are no names. `single`: a word alone can be a name.
    """
    longest = 0
    start = 0
    for n in range(len(ends)):
        longest = max(longest, ends[n, 1] - start)
        start = ends[n, 1]
    found = WrittenNames(
        np.empty(2 * len(points) + 1, np.uint32), np.full((len(ends), MAX_WRITTEN_NAMES), -1, np.int64)
    )
    room = 2 * longest + 2
    names = new_forms(room)
    kinds = np.empty(longest, np.uint16)
    spelling = Spelling(
        np.empty(room, np.uint32),
        np.empty((MAX_SPAN_WORDS, 2), np.int64),
        np.empty(room, np.uint32),
        np.empty(room, np.uint16),
    )
    at = 0
    start = 0
    for n in range(len(ends)):
        text = Text(points[start : ends[n, 1]], kinds[: ends[n, 1] - start])
        classify(text.points, tables.properties, text.kinds)
        title, length = ends[n, 0] - start, ends[n, 1] - start
        number, size = _read_part(names, 0, text, 0, title, TITLE_WEIGHT, tables, titled, spelling, 0, single)
        number, size = _read_part(
            names, number, text, title + 1, length, 1, tables, titled, spelling, size, single
        )
        number, at = _write_names(names, number, spelling, tables, dates, found, at, n)
        forget_forms(names, number)
        start = ends[n, 1]
    return found


@part
def _read_part(
    names: Any,
    number: Any,
    text: Any,
    low: Any,
    high: Any,
    weight: Any,
    tables: Any,
    titled: Any,
    spelling: Any,
    size: Any,
    single: Any,
) -> Any:
    """Count the names of text[low:high]; return how many names there are, and how much is spelt out, by now."""
    start, end = next_span(text.points, text.kinds, low, low, high, tables.links)
    while start >= 0:
        opens = opens_sentence(text, start, low, tables)
        takes_apart = _words_in(text, start, end) > MAX_SPAN_WORDS
        at = start
        while at < end:
            until, after = _before_link(text, at, end) if takes_apart else (end, end)
            if _words_in(text, at, until) <= MAX_SPAN_WORDS:
                stop, words = _spell_name(text, at, until, tables, titled, spelling, size)
                if stop - size >= LEAST_NAME and (single or words > 1):
                    form = form_number(names, number, spelling.points, size, stop)
                    number = max(number, form + 1)
                    if opens and words == 1:
                        names.leads[form] += weight
                    else:
                        names.counts[form] += weight
                    size = stop
            opens = False
            at = after
        start, end = next_span(text.points, text.kinds, end, low, high, tables.links)
    return number, size


@inlined
def _words_in(text: Any, start: Any, end: Any) -> Any:
    words = 0
    word, after = next_token(text.kinds, start, end)
    while word >= 0:
        words += 1
        word, after = next_token(text.kinds, after, end)
    return words


@part
def _before_link(text: Any, start: Any, end: Any) -> Any:
    """Where the words before the next linking word end, and where those after it begin; both `end` without one."""
    last = start
    word, after = next_token(text.kinds, start, end)
    while word >= 0:
        if word > start and SMALL_A <= text.points[word] <= SMALL_Z:
            return last, after
        last = after
        word, after = next_token(text.kinds, after, end)
    return end, end


@inlined
def _spell_name(text: Any, start: Any, end: Any, tables: Any, titled: Any, spelling: Any, size: Any) -> Any:
    """Spell out the name in a span from `size` on: without function words around it, signs and possessive.

    Returns where it ends, and how many words it has.
    """
    points, kinds, out, places = text.points, text.kinds, spelling.points, spelling.words
    lower, function_words, one = tables.lower, tables.function_words, spelling.one
    words = 0
    word, after = next_token(kinds, start, end)
    while word >= 0:
        first, last = word, after
        if last - first >= STRIPPED_WORD:
            first, last = plain_part(points, kinds, first, last, tables.stripped)
        if words > 0 or not _is_listed_word(points, kinds, first, last, lower, one, function_words):
            places[words, START], places[words, END] = first, last
            words += 1
        word, after = next_token(kinds, after, end)
    while words > 0 and _is_listed_word(
        points, kinds, places[words - 1, START], places[words - 1, END], lower, one, function_words
    ):
        words -= 1
    stop = size
    shouts = words > 1
    for i in range(words):
        if i > 0:
            out[stop] = SPACE_CODE
            stop += 1
        for j in range(places[i, START], places[i, END]):
            out[stop] = points[j]
            shouts = shouts and (i > 0 or kinds[j] & (CASED | UPPER) != CASED)
            stop += 1
    for apostrophe in (APOSTROPHE, CURLED):
        if stop - size >= 2 and out[stop - 1] == SMALL_S and out[stop - 2] == apostrophe:
            stop -= 2
    if shouts:
        stop = in_small_letters(spelling, size, stop, tables, titled)
    return stop, words


@inlined
def _is_listed_word(points: Any, kinds: Any, start: Any, end: Any, lower: Any, one: Any, listed: Any) -> Any:
    """Whether a word, in lower case, is in a table of words; `one` is where it is spelt out."""
    lowered(points, kinds, start, end, lower, one, -start)
    return is_listed(listed, point_hash(one, 0, end - start))


@inlined
def _count(names: Any, i: Any) -> Any:
    """How much a name weighs; at the beginning of a sentence any word may stand once."""
    if names.counts[i] > 0 or names.leads[i] > TITLE_WEIGHT:
        return names.counts[i] + names.leads[i]
    return 0


@allocating_part
def _write_names(
    names: Any, number: Any, spelling: Any, tables: Any, dates: Any, found: Any, at: Any, article: Any
) -> Any:
    """Write the heaviest names that are no part of longer ones; return how many are in the table, and the end."""
    known = number
    is_part = np.zeros(len(names.starts), np.bool_)
    for i in range(known):
        if _count(names, i) > 0:
            number = _mark_words(names, number, names.starts[i], names.lengths[i], spelling.points, is_part)
    best = np.empty(MAX_WRITTEN_NAMES + 1, np.int64)
    size = 0
    for i in range(known):
        if _count(names, i) > 0 and not is_part[i] and not _is_date(names, i, spelling, tables, dates):
            place = size
            while place > 0 and _comes_before(names, i, best[place - 1], spelling.points):
                best[place] = best[place - 1]
                place -= 1
            best[place] = i
            size = min(size + 1, MAX_WRITTEN_NAMES)
    for place in range(size):
        start = names.starts[best[place]]
        for j in range(start, start + names.lengths[best[place]]):
            found.points[at] = spelling.points[j]
            at += 1
        found.ends[article, place] = at
    return number, at


@inlined
def _mark_words(names: Any, number: Any, start: Any, length: Any, points: Any, is_part: Any) -> Any:
    """Mark each word of a name of several words; return how many forms there are now."""
    begin = start
    for i in range(start, start + length + 1):
        if i == start + length or points[i] == SPACE_CODE:
            if i - begin < length:
                form = form_number(names, number, points, begin, i)
                number = max(number, form + 1)
                is_part[form] = True
            begin = i + 1
    return number


@inlined
def _is_date(names: Any, i: Any, spelling: Any, tables: Any, dates: Any) -> Any:
    length = names.lengths[i]
    name, kinds = spelling.points[names.starts[i] : names.starts[i] + length], spelling.kinds[:length]
    classify(name, tables.properties, kinds)
    return _is_listed_word(name, kinds, 0, length, tables.lower, spelling.one, dates)


@inlined
def _comes_before(names: Any, one: Any, other: Any, points: Any) -> Any:
    """Whether a name weighs more than another; of equals the first in the order of code points."""
    if _count(names, one) != _count(names, other):
        return _count(names, one) > _count(names, other)
    for i in range(min(names.lengths[one], names.lengths[other])):
        left, right = points[names.starts[one] + i], points[names.starts[other] + i]
        if left != right:
            return left < right
    return names.lengths[one] < names.lengths[other]
