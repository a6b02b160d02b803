"""Compiled reading of code points: lower case, words, name spans and numbers, as the patterns define them.

`tests/support/plain_evidence.py` holds the same rules as regular expressions; the tests hold the two together.
"""

from typing import Any

from embeddings.jit import inlined, part
from stream.stories.text.compiled.char_properties import (
    APOSTROPHE_SIGN,
    BINDING,
    CAPITAL,
    CASED,
    CODE_POINTS,
    DECIMAL,
    FINAL_SIGMA,
    IGNORED,
    INNER,
    LOWERED_BELOW,
    MARK,
    SIGMA,
    SMALL_SIGMA,
    SPACE,
    TAGS,
    UNSPACED,
    WORD,
)

APOSTROPHE, CURLED, UNDERSCORE = 0x27, 0x2019, 0x5F
POINT, COMMA, PERCENT = 0x2E, 0x2C, 0x25


@part
def classify(points: Any, properties: Any, kinds: Any) -> None:
    """Write the properties of each code point."""
    for i in range(len(points)):
        code = points[i]
        if code < CODE_POINTS:
            kinds[i] = properties[code]
        else:
            kinds[i] = IGNORED if TAGS[0] <= code < TAGS[1] else 0


@inlined
def lowered(points: Any, kinds: Any, low: int, high: int, lower: Any, out: Any, shift: int) -> Any:
    """Write the lower case of points[low:high], read as a text of its own, to `out`, `shift` places further on."""
    for i in range(low, high):
        code = points[i]
        if code == SIGMA:
            out[i + shift] = lower_sigma(kinds, i, low, high)
        else:
            out[i + shift] = lower[code] if code < LOWERED_BELOW else code


@part
def lower_sigma(kinds: Any, at: int, low: int, high: int) -> Any:
    """The lower case of a sigma in a text [low, high): another one at the end of a word."""
    return FINAL_SIGMA if _ends_word(kinds, at, low, high) else SMALL_SIGMA


@part
def _ends_word(kinds: Any, at: int, low: int, high: int) -> Any:
    """Whether a sigma comes after a cased letter and before none (the rule of the Unicode standard, 3.13)."""
    i = at - 1
    while i >= low and kinds[i] & (IGNORED | CASED) == IGNORED:
        i -= 1
    if i < low or kinds[i] & CASED == 0:
        return False
    i = at + 1
    while i < high and kinds[i] & (IGNORED | CASED) == IGNORED:
        i += 1
    return i >= high or kinds[i] & CASED == 0


@inlined
def next_word(kinds: Any, at: int, low: int, high: int) -> Any:
    """The first word from `at` on of a text [low, high): (start, end, where to go on); start -1 for none.

    A word is letters and digits with their marks, apostrophes inside; of a script without spaces it is what lies in a
    pair of neighbours, and going on means the next pair.
    """
    while at < high:
        kind = kinds[at]
        if kind & UNSPACED:
            # Every two neighbours of a run are a text of two characters; a single character is a text of its own.
            is_first = at == low or kinds[at - 1] & UNSPACED == 0
            is_last = at + 1 == high or kinds[at + 1] & UNSPACED == 0
            if is_first or not is_last:
                start, end = _word_in(kinds, at, at + 1 if is_last else at + 2)
                if start >= 0:
                    return start, end, at + 1
            at += 1
        elif kind & WORD:
            end = _word_end(kinds, at, high)
            return at, end, end
        else:
            at += 1
    return -1, -1, high


@inlined
def _word_in(kinds: Any, low: int, high: int) -> Any:
    """The first word of a pair, or of a single character."""
    if kinds[low] & WORD:
        return low, high if kinds[high - 1] & (WORD | MARK) else low + 1
    return (high - 1, high) if kinds[high - 1] & WORD else (-1, -1)


@inlined
def _word_end(kinds: Any, at: int, high: int) -> Any:
    """Where the word that begins at `at` ends."""
    i = at + 1
    while i < high:
        kind = kinds[i]
        if kind & UNSPACED:
            return i
        if kind & (WORD | MARK):
            i += 1
        elif kind & APOSTROPHE_SIGN and i + 1 < high and kinds[i + 1] & (WORD | UNSPACED) == WORD:
            i += 2
        else:
            return i
    return i


@inlined
def next_span(text: Any, kinds: Any, at: int, low: int, high: int, links: Any) -> Any:
    """The first capitalised span from `at` on of a text [low, high): (start, end), start -1 for none.

    A capital that begins a word, the rest of the word, and further capitalised words, each after one white space or
    after a linking word (`of`, `de`, `van`) between two.
    """
    while at < high:
        if kinds[at] & CAPITAL and (at == low or kinds[at - 1] & (WORD | BINDING) == 0):
            end = _name_end(kinds, at + 1, high)
            while end < high and kinds[end] & SPACE:
                if end + 1 < high and kinds[end + 1] & CAPITAL:
                    follows = end + 1
                else:
                    follows = _after_link(text, kinds, end + 1, high, links)
                    if follows < 0:
                        break
                end = _name_end(kinds, follows + 1, high)
            return at, end
        at += 1
    return -1, -1


@inlined
def _name_end(kinds: Any, at: int, high: int) -> Any:
    while at < high and kinds[at] & (WORD | INNER):
        at += 1
    return at


@part
def _after_link(text: Any, kinds: Any, at: int, high: int, links: Any) -> Any:
    """The place of the capital after a linking word that begins at `at` and white space; -1 where there is none."""
    length = 0
    while length <= links.shape[1] and at + length < high and kinds[at + length] & WORD:
        length += 1
    after = at + length
    if length == 0 or after + 1 >= high or kinds[after] & SPACE == 0 or kinds[after + 1] & CAPITAL == 0:
        return -1
    for link in range(len(links)):
        if length <= links.shape[1] and (length == links.shape[1] or links[link, length] == 0):
            fits = True
            for i in range(length):
                if text[at + i] != links[link, i]:
                    fits = False
                    break
            if fits:
                return after + 1
    return -1


@inlined
def next_number(text: Any, kinds: Any, at: int, high: int) -> Any:
    """The first number from `at` on of a text [0, high): (start, end), start -1 for none.

    Two digits or more with points and commas between, not part of a word; one digit only before a percent sign.
    """
    while at < high:
        if kinds[at] & DECIMAL and not _is_in_word(text, kinds, at - 1):
            end = -1
            i = at + 1
            while i < high and (kinds[i] & DECIMAL or text[i] == POINT or text[i] == COMMA):
                if kinds[i] & DECIMAL and not (i + 1 < high and _is_in_word(text, kinds, i + 1)):
                    end = i + 1
                i += 1
            if end < 0 and at + 1 < high and text[at + 1] == PERCENT:
                end = at + 1
            if end >= 0:
                return at, end
        at += 1
    return -1, -1


@inlined
def _is_in_word(text: Any, kinds: Any, at: int) -> Any:
    return at >= 0 and (kinds[at] & WORD != 0 or text[at] == UNDERSCORE)
