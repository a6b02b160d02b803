"""The evidence of an article for its story, computed once where it is read, and carried in the log.

Three channels: the words of the whole text, the words of title and lead, and names and numbers. What each is
worth is decided later, by document frequencies that run with the stream. The rules are those of tokenizer.py and
entities.py, in compiled code.
"""

from collections.abc import Iterator, Sequence
from functools import cache

import msgspec
import numpy as np

from stream.articles.boilerplate import without_boilerplate
from stream.stories.text.compiled.char_properties import LOWER, PROPERTIES
from stream.stories.text.compiled.counting import listed
from stream.stories.text.compiled.evidence import MAX_NAMES, MAX_TERMS, Tables, Written, read_evidence
from stream.stories.text.compiled.keyterms import MAX_KEYTERMS
from stream.stories.text.compiled.spelling import SPELLING
from stream.stories.text.document_frequencies import COMMON_SHARE, background
from stream.stories.text.entities import LINKING_WORDS, SENTENCE_ENDS, STRIPPED_SIGNS
from stream.stories.text.stop_words import ENGLISH_STOP_WORDS
from stream.stories.text.tokenizer import MAX_CHARACTERS, function_words, plain_text

__all__ = ["MAX_KEYTERMS", "MAX_NAMES", "MAX_TERMS", "Evidence", "evidence_of", "evidence_of_each"]

EVIDENCE_VERSION = 2  # raise it with every change that gives an article other evidence: records carry it
MOST_COUNTED = 1 << 18  # of one word in one article: beyond what the clean-up lets through


class Evidence(msgspec.Struct, frozen=True, array_like=True):
    """Hashed terms with counts: at most some 2.5 kB.

    `terms`, `names`: uint32 buckets, little-endian, ascending, as bytes. `counts` (whole text), `leads` (title
    and lead) and `name_counts`: one byte a bucket. `keyterms`: surface forms for the story's keywords.
    """

    terms: bytes
    counts: bytes
    leads: bytes
    names: bytes
    name_counts: bytes
    keyterms: tuple[str, ...] = ()


def evidence_of(title: str, text: str, language: str | None) -> Evidence:
    """Return the evidence of a cleaned title and text (each may be empty); of at most 24,000 characters.

    `language` is its code, or None: function words of other languages than English are dropped, and what is tied to
    a word is cut off, only where it is known.
    """
    return evidence_of_each([(title, text, language)])[0]


def evidence_of_each(articles: Sequence[tuple[str, str, str | None]]) -> list[Evidence]:
    """Return the evidence of (title, text, language) triples: that of evidence_of, with less work for each."""
    by_language: dict[str | None, list[int]] = {}
    for n, (_, _, language) in enumerate(articles):
        by_language.setdefault(language, []).append(n)
    found: dict[int, Evidence] = {}
    for language, places in by_language.items():
        texts = [articles[n][:2] for n in places]
        found |= zip(places, _evidence_of_one_language(texts, language), strict=True)
    return [found[n] for n in range(len(articles))]


def _evidence_of_one_language(
    articles: Sequence[tuple[str, str]], language: str | None
) -> Iterator[Evidence]:
    parts: list[str] = []
    ends = np.zeros((len(articles), 2), np.int64)
    length = 0
    for n, (title, text) in enumerate(articles):
        title = plain_text(title, language)
        text = plain_text(without_boilerplate(text[:MAX_CHARACTERS]), language)
        parts += (title, "\n", text)
        ends[n] = length + len(title), length + len(title) + 1 + len(text)
        length = int(ends[n, 1])
    points = np.frombuffer("".join(parts).encode("utf-32-le", "surrogatepass"), np.uint32)
    return _evidence_in(read_evidence(points, ends, _tables(language)))


def _evidence_in(written: Written) -> Iterator[Evidence]:
    """Cut what was written for a batch into the evidence of each article."""
    terms, counts, leads = written.terms.tobytes(), written.counts.tobytes(), written.leads.tobytes()
    names, name_counts = written.names.tobytes(), written.name_counts.tobytes()
    keyterms = written.keyterms[: written.ends[-1, 2]].tobytes().decode("utf-32-le")
    term = name = keyterm = 0
    for (term_end, name_end, keyterm_end), places in zip(
        written.ends.tolist(), written.keyterm_ends.tolist(), strict=True
    ):
        starts = [keyterm, *places]
        yield Evidence(
            terms=terms[4 * term : 4 * term_end],
            counts=counts[term:term_end],
            leads=leads[term:term_end],
            names=names[4 * name : 4 * name_end],
            name_counts=name_counts[name:name_end],
            keyterms=tuple([keyterms[s:e] for s, e in zip(starts, places, strict=False) if e >= 0]),
        )
        term, name, keyterm = term_end, name_end, keyterm_end


@cache
def _tables(language: str | None) -> Tables:
    """What the kernel compares words with, for articles of a language."""
    return _tables_without_function_words()._replace(function_words=listed(function_words(language)))


@cache
def _tables_without_function_words() -> Tables:
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
