"""One version of Unicode for everything computed from text, whichever Python runs it.

Python brings its own Unicode tables: 14.0 with Python 3.11, 15.0 with 3.12, 15.1 with 3.13. By Unicode's stability
policies a newer version only adds characters; what is known of those assigned before stays as it is (and a test holds
that for every code point). So texts read alike on all three once the characters added after 14.0 count as unassigned.
"""

import re
import sys
import unicodedata
from typing import Literal

import numpy as np

# What Unicode 15.0 and 15.1 added: 4,489 and 627 characters, from their DerivedAge.txt. A Python with a newer Unicode
# needs the additions of that one here too; tests/unit/articles/test_unicode_version.py fails until they are.
ADDED_AFTER_14 = (
    (0x0CF3, 0x0CF3), (0x0ECE, 0x0ECE), (0x2FFC, 0x2FFF), (0x31EF, 0x31EF), (0x10EFD, 0x10EFF), (0x1123F, 0x11241),
    (0x11B00, 0x11B09), (0x11F00, 0x11F10), (0x11F12, 0x11F3A), (0x11F3E, 0x11F59), (0x1342F, 0x1342F),
    (0x13439, 0x13455), (0x1B132, 0x1B132), (0x1B155, 0x1B155), (0x1D2C0, 0x1D2D3), (0x1DF25, 0x1DF2A),
    (0x1E030, 0x1E06D), (0x1E08F, 0x1E08F), (0x1E4D0, 0x1E4F9), (0x1F6DC, 0x1F6DC), (0x1F774, 0x1F776),
    (0x1F77B, 0x1F77F), (0x1F7D9, 0x1F7D9), (0x1FA75, 0x1FA77), (0x1FA87, 0x1FA88), (0x1FAAD, 0x1FAAF),
    (0x1FABB, 0x1FABD), (0x1FABF, 0x1FABF), (0x1FACE, 0x1FACF), (0x1FADA, 0x1FADB), (0x1FAE8, 0x1FAE8),
    (0x1FAF7, 0x1FAF8), (0x2B739, 0x2B739), (0x2EBF0, 0x2EE5D), (0x31350, 0x323AF),
)  # fmt: skip
UNASSIGNED = (
    "\N{REPLACEMENT CHARACTER}"  # stands for them: like an unassigned one it is no letter, digit or mark
)

_ADDED = re.compile("([{}])".format("".join(f"{chr(first)}-{chr(last)}" for first, last in ADDED_AFTER_14)))
_IS_ADDED = np.zeros(sys.maxunicode + 1, np.bool_)
for _first, _last in ADDED_AFTER_14:
    _IS_ADDED[_first : _last + 1] = True


def without_newer_characters(text: str) -> str:
    """The text with each character that was added after Unicode 14.0 replaced by UNASSIGNED."""
    return _ADDED.sub(UNASSIGNED, text) if _has_newer_characters(text) else text


def normalize(form: Literal["NFC", "NFKC"], text: str) -> str:
    """`unicodedata.normalize` by Unicode 14.0: a newer character stays as it is, and apart from its neighbours."""
    if not _has_newer_characters(text):
        return unicodedata.normalize(form, text)
    parts = _ADDED.split(text)  # at even places what lies between newer characters
    parts[::2] = [unicodedata.normalize(form, part) for part in parts[::2]]
    return "".join(parts)


def category(code: int) -> str:
    """The general category of a code point in Unicode 14.0; "Cn" for one that it does not assign."""
    return "Cn" if _IS_ADDED[code] else unicodedata.category(chr(code))


def combining(code: int) -> int:
    """The canonical combining class of a code point in Unicode 14.0; 0 for one that it does not assign."""
    return 0 if _IS_ADDED[code] else unicodedata.combining(chr(code))


def _has_newer_characters(text: str) -> bool:
    """Whether there is one; by a table, because a search with the expression takes as long as reading the words."""
    if text.isascii():
        return False
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return bool(_IS_ADDED.take(codes).any())
