"""Compiled title case: a name in capitals as others are written, by the rules of str.title."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from embeddings.jit import allocating_part
from stream.stories.text.compiled.char_properties import CASED, LOWERED_BELOW, PROPERTIES, SIGMA, UPPER
from stream.stories.text.compiled.words import classify, lower_sigma

DOTTED_I, SMALL_I, DOT_ABOVE = 0x130, 0x69, 0x307  # the one capital whose lower case is two characters


class Spelling(NamedTuple):
    """Where names are spelt out."""

    points: np.ndarray  # uint32: all names of an article
    words: np.ndarray  # int64 [MAX_SPAN_WORDS, 2]: start and end of the words of the span at hand
    one: np.ndarray  # uint32: a word, or a name, on its way
    kinds: np.ndarray  # uint16: the properties of that


def _titled() -> npt.NDArray[np.uint32]:
    """The capitals that begin a word in another form: signs of two letters, of which the second is small then."""
    capitals = [code for code in range(len(PROPERTIES)) if PROPERTIES[code] & UPPER]
    pairs = [(code, ord(chr(code).title())) for code in capitals if chr(code).title() != chr(code)]
    return np.array(pairs, np.uint32).reshape(-1, 2)


TITLED = _titled()


@allocating_part
def in_small_letters(spelling: Any, start: Any, end: Any, tables: Any, titled: Any) -> Any:
    """Write a name that is all in capitals as others are, as str.title does; return where it ends."""
    length = end - start
    name, kinds = spelling.one[:length], spelling.kinds[:length]
    name[:] = spelling.points[start:end]
    classify(name, tables.properties, kinds)
    has_capital = False
    for kind in kinds:
        if kind & CASED and kind & UPPER == 0:
            return end
        has_capital = has_capital or kind & UPPER != 0
    if not has_capital:
        return end
    stop = start
    is_inside = False
    for i in range(length):
        code = name[i]
        if not is_inside:
            for j in range(len(titled)):
                if titled[j, 0] == code:
                    code = titled[j, 1]
        elif code == DOTTED_I:
            spelling.points[stop] = SMALL_I
            stop += 1
            code = np.uint32(DOT_ABOVE)
        elif code == SIGMA:
            code = np.uint32(lower_sigma(kinds, i, 0, length))
        elif code < LOWERED_BELOW:
            code = tables.lower[code]
        spelling.points[stop] = code
        stop += 1
        is_inside = kinds[i] & CASED != 0
    return stop
