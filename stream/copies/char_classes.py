"""What every code point is to the tokeniser: tables by its number."""

import unicodedata

import numpy as np
import numpy.typing as npt

from stream.articles.unicode_version import category, combining

# What a code point is to the tokeniser.
SEPARATOR, SMALL, CAPITAL, DIGIT, JOINER, DENSE, FLOWING = range(7)
UNSTABLE = 0x80  # beside the class: NFKC may make other letters of it, alone or with its neighbours

_DENSE = ((0x2E80, 0x30FF), (0x3130, 0x318F), (0x31A0, 0x31FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF))
_FLOWING = ((0x0E00, 0x0EFF), (0x0F00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0xAA60, 0xAA7F))
_JOINERS = "'\u2018\u2019\u02bc\u00ad\u200b\u200c\u200d"


def _classes() -> npt.NDArray[np.uint8]:
    classes = np.zeros(0x10000, np.uint8)
    for code in range(0x10000):
        kind = category(code)
        if kind in ("Lu", "Lt"):
            classes[code] = CAPITAL
        elif kind[0] in "LM":
            classes[code] = SMALL
        elif kind[0] == "N":
            classes[code] = DIGIT
    for ranges, value in ((_DENSE, DENSE), (_FLOWING, FLOWING)):
        for first, last in ranges:
            part = classes[first : last + 1]
            part[part == SMALL] = value
    for sign in _JOINERS:
        classes[ord(sign)] = JOINER
    for code in range(0x80, 0x10000):
        if category(code)[0] == "C":  # unassigned, or without a form of its own
            continue
        plain = unicodedata.normalize("NFKC", chr(code))
        letters = classes[code] != SEPARATOR or any(category(ord(sign))[0] in "LMN" for sign in plain)
        if (letters and plain != chr(code)) or combining(code) or 0x1100 <= code <= 0x11FF:
            classes[code] |= UNSTABLE
    return classes


def _ascii_words() -> npt.NDArray[np.uint8]:
    """The lower case of ASCII letters and digits, 0 for every other byte."""
    words = np.zeros(256, np.uint8)
    for code in range(0x80):
        if CLASSES[code] in (SMALL, CAPITAL, DIGIT):
            words[code] = LOWER[code]
    return words


def _lower() -> npt.NDArray[np.uint16]:
    lower = np.arange(0x10000, dtype=np.uint16)
    for code in range(0x10000):
        folded = chr(code).lower()
        if len(folded) == 1:
            lower[code] = ord(folded)
    return lower


CLASSES = _classes()
LOWER = _lower()
ASCII_WORDS = _ascii_words()
