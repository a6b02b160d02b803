"""What compiled readers compare the words of articles with, and articles as they take them."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from stream.stories.text.compiled.char_properties import LOWER, PROPERTIES
from stream.stories.text.compiled.counting import listed
from stream.stories.text.compiled.evidence import Tables
from stream.stories.text.compiled.spelling import SPELLING
from stream.stories.text.document_frequencies import COMMON_SHARE, background
from stream.stories.text.entities import LINKING_WORDS, SENTENCE_ENDS, STRIPPED_SIGNS
from stream.stories.text.stop_words import ENGLISH_STOP_WORDS
from stream.stories.text.tokenizer import function_words

Made = TypeVar("Made")
MOST_COUNTED = 1 << 18  # of one word in one article: beyond what the clean-up lets through


def joined(articles: Iterable[tuple[str, str]]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """The code points of (title, text) pairs one after the other, a line feed within each; and the ends of both."""
    parts: list[str] = []
    ends: list[tuple[int, int]] = []
    length = 0
    for title, text in articles:
        parts += (title, "\n", text)
        ends.append((length + len(title), length + len(title) + 1 + len(text)))
        length = ends[-1][1]
    points = np.frombuffer("".join(parts).encode("utf-32-le", "surrogatepass"), np.uint32)
    return points, np.array(ends, np.int64).reshape(-1, 2)


def by_language(
    articles: Sequence[tuple[str, str, str | None]],
    make: Callable[[Sequence[tuple[str, str]], str | None], Iterable[Made]],
) -> list[Made]:
    """What `make` makes of the (title, text) pairs of each language, in the order of the articles."""
    places: dict[str | None, list[int]] = {}
    for n, (_, _, language) in enumerate(articles):
        places.setdefault(language, []).append(n)
    made: dict[int, Made] = {}
    for language, its in places.items():
        made |= zip(its, make([articles[n][:2] for n in its], language), strict=True)
    return [made[n] for n in range(len(articles))]


@cache
def tables_of(language: str | None) -> Tables:
    """What the words of articles in a language are compared with."""
    return _tables()._replace(function_words=listed(function_words(language)))


@cache
def tables_of_names(language: str | None) -> Tables:
    """The same for names as they are written: no name begins or ends with a function word, of English neither."""
    return _tables()._replace(function_words=listed(function_words(language) | ENGLISH_STOP_WORDS))


@cache
def _tables() -> Tables:
    table = background()
    frequencies = np.arange(table.articles + 1)
    rarity = np.log((table.articles + 1) / (frequencies + 1.0)) + 1.0
    rarity[frequencies > COMMON_SHARE * table.articles] = 0.0
    return Tables(
        properties=PROPERTIES,
        lower=LOWER,
        spelling=SPELLING,
        links=_rows(LINKING_WORDS),
        sentence_ends=_points(SENTENCE_ENDS),
        stripped=_points(STRIPPED_SIGNS),
        stop_words=listed(ENGLISH_STOP_WORDS),
        frequencies=table.terms.astype(np.uint16),
        rarity=rarity,
        logarithms=np.log2(np.maximum(np.arange(MOST_COUNTED), 1.0)),
        function_words=listed(()),
    )


def _points(signs: str) -> np.ndarray:
    return np.array([*map(ord, signs)], np.uint32)


def _rows(words: Sequence[str]) -> np.ndarray:
    rows = np.zeros((len(words), max(map(len, words))), np.uint32)
    for row, word in zip(rows, words, strict=True):
        row[: len(word)] = _points(word)
    return rows
