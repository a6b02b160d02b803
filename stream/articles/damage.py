"""What in a text the clean-up has to see to, found in one compiled pass; most texts of news need nothing.

Each step of the clean-up (cleaning.py) reads the whole text, and changes nothing where a text holds none of what it
is for. The pass says which steps those are.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from embeddings.jit import kernel, part
from stream.articles.unicode_version import ADDED_AFTER_14

# What a text may hold; the bits of what damage_in() returns.
SURROGATE = 1
MARKUP = 2  # `<`, `&` or the end of a CDATA section
MOJIBAKE = 4  # of the few signs, or two neighbours, that text in the wrong encoding has
COMPOSABLE = 8  # a character that NFC may change, or join with its neighbour
UNTIDY = 16  # an invisible character, or white space that is not one space or a paragraph's end
NONE = 0

# Bits of the table that say something only beside a neighbour.
_FOREIGN = 32  # mojibake next to another character that is not ASCII
_WIDE = 64  # not ASCII
_ANY = SURROGATE | MARKUP | MOJIBAKE | COMPOSABLE | UNTIDY

SPACE, LINE_FEED, BRACKET, GREATER = 0x20, 0x0A, 0x5D, 0x3E
MOST_LINE_FEEDS = 2

# ftfy knows mojibake by two foreign characters side by side, or by one of a few signs alone (tested against ftfy).
# Most lines of news hold neither and skip its slow search. The scripts of Asia and the Near East, and typographic
# quotes and dashes, only count beside a character that is none of these.
HARMLESS = r"\x00-\x7f\u00a0‘’“”–—…\u0590-\u07ff\u0900-\u0e7f\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3"
MOJIBAKE_ALONE = r"\x80-\x9fÂÃŒœĲĳŉǱ-ǳǄ-ǌﬀ-ﬆ"

# Control and formatting characters that no reader sees. The joiners U+200C and U+200D stay: Persian, Indic
# scripts and emoji are written with them.
UNSEEN = (
    r"\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\u206a-\u206f"
    r"\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)

# Characters that stand in NFC as they are, whatever stands beside them: Latin, Cyrillic, Hebrew and Arabic letters,
# punctuation, signs of currencies, and the letters of Chinese, Japanese and Korean. A test holds them to unicodedata.
_COMPOSED = (
    r"\u0000-\u02ff\u0400-\u0482\u048a-\u052f\u05d0-\u05ea\u0621-\u064a\u2002-\u2027\u2030-\u205e\u20a0-\u20c0"
    r"\u3001-\u3029\u3041-\u3096\u30a1-\u30fa\u30fc-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uffef"
)


def damage_in(text: str) -> int:
    """Return what the text holds, as bits: SURROGATE, MARKUP, MOJIBAKE, COMPOSABLE, UNTIDY."""
    return damage_in_each([text])[0]


def damage_in_each(texts: Sequence[str]) -> list[int]:
    """Return what each text holds, as bits."""
    points = np.frombuffer(bytearray("".join(texts), "utf-32-le", "surrogatepass"), np.uint32)
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    found: list[int] = (_damage_in(points, ends, _TABLE) & _ANY).tolist()
    return found


@part
def _damage_in_one(points: Any, table: Any) -> Any:
    found = 0
    before = 0  # what the character before is
    blank = True  # before it, as before the text, a space is one too many
    line_feeds = MOST_LINE_FEEDS
    for i in range(len(points)):
        code = points[i]
        kind = table[code]
        found |= kind
        if kind & before & _WIDE and (kind | before) & _FOREIGN:
            found |= MOJIBAKE
        before = kind
        if code == SPACE:
            if blank:
                found |= UNTIDY
            blank = True
        elif code == LINE_FEED:
            if line_feeds >= MOST_LINE_FEEDS or (blank and line_feeds == 0):
                found |= UNTIDY
            line_feeds += 1
            blank = True
        else:
            blank = False
            line_feeds = 0
            if code == GREATER and i > 1 and points[i - 1] == BRACKET and points[i - 2] == BRACKET:
                found |= MARKUP
    if blank and len(points):
        found |= UNTIDY
    return found


@kernel
def _damage_in(points: Any, ends: Any, table: Any) -> Any:
    all_found = np.zeros(len(ends), np.int64)
    start = 0
    for n in range(len(ends)):
        all_found[n] = _damage_in_one(points[start : ends[n]], table)
        start = ends[n]
    return all_found


def _table() -> npt.NDArray[np.uint8]:
    everything = np.arange(0x110000, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
    table = np.zeros(len(everything), np.uint8)
    for characters, bit in (
        (r"\ud800-\udfff", SURROGATE),
        ("<&", MARKUP),
        (MOJIBAKE_ALONE, MOJIBAKE),
        (f"^{_COMPOSED}", COMPOSABLE),
        (UNSEEN, UNTIDY),
        (f"^{HARMLESS}", _FOREIGN),
        (r"^\x00-\x7f", _WIDE),
    ):
        for run in re.finditer(f"[{characters}]+", everything):
            table[run.start() : run.end()] |= bit
    for space in re.finditer(r"[^\S \n]", everything):
        table[space.start()] |= UNTIDY
    table[LINE_FEED] = NONE
    for first, last in ADDED_AFTER_14:
        table[first : last + 1] |= COMPOSABLE
    return table


_TABLE = _table()
