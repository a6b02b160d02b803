"""Compiled spelling: words and names as stream.articles.spelling writes them, before they are hashed."""

from typing import Any

import numpy as np
import numpy.typing as npt

from embeddings.jit import part
from stream.articles.spelling import SPELLINGS
from stream.stories.text.compiled.char_properties import CODE_POINTS, DECIMAL

SPELT_BELOW = 0x10000  # beyond it every code point stands for itself
LEFT_OUT = 0
DOUBLED = np.uint32(1 << 31)  # beside a code point: it is written twice, as the Swiss ss
GROUP = 3  # digits between two separators of thousands
COMMA = 0x2C


def _spellings() -> npt.NDArray[np.uint32]:
    table = np.arange(SPELT_BELOW, dtype=np.uint32)
    for code, written in SPELLINGS.items():
        table[code] = ord(written[0]) if written else LEFT_OUT
        if len(written) == 2:
            table[code] |= DOUBLED
    return table


SPELLING = _spellings()


@part
def spell(points: Any, start: Any, end: Any, tables: Any, out: Any) -> Any:
    """Write a word or a name in the one spelling; return its length, at most twice that of points[start:end]."""
    size = 0
    has_comma = False
    for i in range(start, end):
        code = points[i]
        if code < 0x80:
            out[size] = code
            size += 1
            has_comma = has_comma or code == COMMA
        elif code < SPELT_BELOW:
            written = tables.spelling[code]
            if written != LEFT_OUT:
                out[size] = written & ~DOUBLED
                size += 1
                if written & DOUBLED:
                    out[size] = out[size - 1]
                    size += 1
        else:
            out[size] = code
            size += 1
    return _without_thousands(out, size, tables.properties) if has_comma else size


@part
def _without_thousands(out: Any, size: Any, properties: Any) -> Any:
    """Take out each comma between a digit and exactly three digits."""
    kept = 0
    was_digit = False
    for i in range(size):
        is_separator = False
        if out[i] == COMMA and was_digit:
            digits = 0
            while i + 1 + digits < size and _is_digit(out[i + 1 + digits], properties):
                digits += 1
            is_separator = digits == GROUP
        was_digit = _is_digit(out[i], properties)
        if not is_separator:
            out[kept] = out[i]
            kept += 1
    return kept


@part
def _is_digit(code: Any, properties: Any) -> Any:
    return code < CODE_POINTS and properties[code] & DECIMAL != 0
