"""The lines of pages: how many words each has, and which of them are prose; in one compiled pass over a batch."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from embeddings.jit import inlined, kernel, part

PROSE_WORDS = 25  # a line with as many is prose; shorter ones are if they end as a sentence does ...
SENTENCE_WORDS = 4  # ... and have as many words; the rest are headlines, bylines, buttons
CHARACTERS_PER_WORD = 2  # in scripts without spaces
UNSPACED = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"

# Bits of the table.
_SPACE = 1
_UNSPACED = 2
_END = 4  # ends a sentence, also before what closes quotes and brackets
_CLOSING = 8
_END_ALONE = 16  # ends a sentence, as the very last sign
_SIGNS = (
    (r"\s", _SPACE),
    (UNSPACED, _UNSPACED),
    (".!?…,", _END),
    (r"\"'”’»)\]", _CLOSING),
    ("。！？।؟۔", _END_ALONE),
)
_BELOW = 0x10000  # none of these characters is beyond
LINE_FEED = 0x0A


class Line(NamedTuple):
    """One line: its text, how many words it has, and whether it is prose."""

    text: str
    words: float
    is_prose: bool

    @property
    def is_blank(self) -> bool:
        """Whether it holds nothing but white space: all else is a word."""
        return not self.words


_line_of = partial(tuple.__new__, Line)  # _make is slower, and a page has many lines


class Page(NamedTuple):
    """A text, and of each of its lines how many words it has and whether it is prose."""

    text: str
    words: list[float]
    prose: list[bool]

    @property
    def is_prose(self) -> bool:
        """Whether all lines are prose, but for blank ones."""
        return 0 < self.prose.count(True) == len(self.words) - self.words.count(0.0)

    @property
    def landmarks(self) -> tuple[Line, Line, Line]:
        """The first line of a page of prose, the next, and the last, blank ones aside; thrice the only one."""
        texts = self.text.split("\n")
        first, last = self.prose.index(True), len(texts) - 1 - self.prose[::-1].index(True)
        second = self.prose.index(True, first + 1) if first < last else last
        one = Line(texts[first], self.words[first], True)
        if first == last:
            return one, one, one
        return one, Line(texts[second], self.words[second], True), Line(texts[last], self.words[last], True)

    @property
    def lines(self) -> list[Line]:
        """Its lines, made anew each time: most pages are known without them."""
        return [*map(_line_of, zip(self.text.split("\n"), self.words, self.prose, strict=True))]


def pages_of(texts: Sequence[str]) -> list[Page]:
    """The page that each text is."""
    points = np.frombuffer(
        bytearray("".join([f"{text}\n" for text in texts]), "utf-32-le", "surrogatepass"), np.uint32
    )
    words, prose = (column.tolist() for column in _read_lines(points, _TABLE))
    found = []
    begin = 0
    for text in texts:
        end = begin + text.count("\n") + 1
        found.append(Page(text, words[begin:end], prose[begin:end]))
        begin = end
    return found


@inlined
def _kind(code: Any, table: Any) -> Any:
    return table[code] if code < _BELOW else np.uint8(0)


@part
def _ends_sentence(points: Any, begin: Any, end: Any, table: Any) -> Any:
    """Whether a line ends as a sentence does, closing quotes and brackets aside."""
    while end > begin and _kind(points[end - 1], table) & _SPACE:
        end -= 1
    if end == begin:
        return False
    if _kind(points[end - 1], table) & _END_ALONE:
        return True
    while end > begin and _kind(points[end - 1], table) & _CLOSING:
        end -= 1
    return end > begin and _kind(points[end - 1], table) & _END != 0


@kernel
def _read_lines(points: Any, table: Any) -> Any:
    """Of each line the number of words, and whether it is prose; each ends with a line feed."""
    size = 0
    for code in points:
        size += code == LINE_FEED
    all_words = np.empty(size, np.float64)
    prose = np.empty(size, np.bool_)
    line = words = unspaced = begin = 0
    inside = False
    for i in range(len(points)):
        code = points[i]
        if code == LINE_FEED:
            total = words + unspaced / CHARACTERS_PER_WORD
            all_words[line] = total
            prose[line] = total >= PROSE_WORDS or (
                total >= SENTENCE_WORDS and _ends_sentence(points, begin, i, table)
            )
            line += 1
            words = unspaced = 0
            begin = i + 1
            inside = False
            continue
        kind = _kind(code, table)
        if kind & _SPACE:
            inside = False
        else:
            words += not inside
            inside = True
            unspaced += (kind & _UNSPACED) != 0
    return all_words, prose


def _table() -> npt.NDArray[np.uint8]:
    everything = np.arange(_BELOW, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
    table = np.zeros(_BELOW, np.uint8)
    for characters, bit in _SIGNS:
        for run in re.finditer(f"[{characters}]+", everything):
            table[run.start() : run.end()] |= bit
    return table


_TABLE = _table()
