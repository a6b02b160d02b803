"""Series: what heads or ends many headlines ("The Latest: ...", "... | The Post") says nothing of any event.

Nor does a headline that an outlet puts over one text after the other ("Recipe of the day").

Document frequencies do not show it: of one story only some articles count in them, so the words that head a series
stay rare, and chain its parts to one story; the name of an outlet with few articles is rare too. So the heads and
tails of headlines are counted by themselves, and one that stood at several headlines is no evidence from then on.
"""

import re
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple, Self

import numpy as np
import xxhash
from msgspec.structs import replace

from stream.stories.newest import keep
from stream.stories.text.entities import names_of
from stream.stories.text.evidence import Evidence
from stream.stories.text.tokenizer import (
    function_words,
    name_bucket,
    plain_text,
    term_bucket,
    words_of,
)

# Different headlines that a head has stood before when it begins to head a series. Of the English titles of og_dev
# the fold gets .744 without series and .784 with them, for 2 to 8 about as much; uci_dev, where the reports of one
# event have such heads too, stays at .896 from 3 on.
SERIES_HEADLINES = 4
HEAD_WORDS = 6  # a longer head is a clause of its headline
COMPARED_WORDS = 4  # of the rest: the outlet's name at its end makes no other headline of it
# Heads and tails remembered, those seen last: a week of a busy stream; and headlines of outlets, some days. 0.8 MB in
# a checkpoint.
HEADS = 1 << 14
MAX_CACHED = 1 << 12  # heads and tails whose terms are remembered

# The sign comes before what is asked of it: the search for a class of characters is fast.
_AFTER_HEAD = re.compile(r"[:：|·–—-](?:(?<=:)\s|(?<=[：|])|(?<=\s[·–—-])[·–—-]*\s)")
# As much as possible before the sign: the last one of a headline.
_BEFORE_TAIL = re.compile(r"(.*\S)(?:\s+[·–—-]+\s+|\s*[|｜]\s*)(?=\S)", re.DOTALL)
_TAIL_SIGN = re.compile(r"[·–—|｜-](?:(?<=[|｜])|(?<=\s.))")  # without one there is no tail
_TAIL = "|"  # before the words of a tail, which as a head would be another thing
Arrays = dict[str, np.ndarray]


class _Terms(NamedTuple):
    """How often each bucket of words, and of names and numbers, comes in a head or tail."""

    words: Mapping[int, int]
    names: Mapping[int, int]


class _End(NamedTuple):
    """The head or the tail of a headline."""

    text: str
    key: int  # hash of it
    headline: int  # hash of how the rest begins


class Series:
    """The heads and tails of the headlines of a stream, each with the first different headlines that it stood at."""

    def __init__(self) -> None:
        # Of each head and tail, hashed, the headlines that it stood at, hashed; the one seen last at the end.
        self._headlines: OrderedDict[int, tuple[int, ...]] = OrderedDict()
        # Of each outlet's headlines, hashed, whether it stood over several reports; the one seen last at the end.
        self._is_repeated: OrderedDict[int, bool] = OrderedDict()

    def count(self, title: str, outlet: str | None) -> None:
        """Count the headline of a new report of an outlet."""
        for end in _ends(title):
            known = self._headlines.get(end.key, ())
            if end.headline not in known and len(known) < SERIES_HEADLINES:
                known = (*known, end.headline)
            keep(self._headlines, end.key, known, HEADS)
        if outlet:
            key = _outlet_headline(title, outlet)
            keep(self._is_repeated, key, key in self._is_repeated, HEADS)

    def without_ends(
        self, evidence: Evidence, title: str, outlet: str | None, language: str | None
    ) -> Evidence:
        """The evidence of an article without the head and the tail of its headline that are those of a series.

        Without all of its headline, where the outlet put the same one over another text before.
        """
        if not any(evidence.titles):  # without a headline, `title` is how the text begins
            return evidence
        if outlet and self._is_repeated.get(_outlet_headline(title, outlet)):
            return _without(evidence, _terms_of(title, language))
        for end in _ends(title):
            if len(self._headlines.get(end.key, ())) >= SERIES_HEADLINES:
                evidence = _without(evidence, _terms_of(end.text, language))
        return evidence

    def snapshot(self) -> Arrays:
        """All that was counted, as arrays."""
        headlines = np.zeros((len(self._headlines), SERIES_HEADLINES), np.uint64)
        for row, known in zip(headlines, self._headlines.values(), strict=True):
            row[: len(known)] = known
        return {
            "heads": np.fromiter(self._headlines, np.uint64),
            "headlines": headlines,
            "outlet_headlines": np.fromiter(self._is_repeated, np.uint64),
            "repeated": np.fromiter(self._is_repeated.values(), np.bool_),
        }

    @classmethod
    def restore(cls, arrays: Arrays) -> Self:
        """The series that gave this snapshot."""
        series = cls()
        for head, row in zip(arrays["heads"].tolist(), arrays["headlines"].tolist(), strict=True):
            series._headlines[head] = tuple(filter(None, row))
        repeated = zip(arrays["outlet_headlines"].tolist(), arrays["repeated"].tolist(), strict=True)
        series._is_repeated = OrderedDict(repeated)
        return series


@lru_cache(1)  # a headline is counted, then compared
def _ends(title: str) -> tuple[_End, ...]:
    """The head and the tail of a headline: a few words that a sign sets apart from the rest of it."""
    ends = []
    if found := _AFTER_HEAD.search(title):
        ends.append((title[: found.start()].rstrip(), title[found.end() :].lstrip(), ""))
    if _TAIL_SIGN.search(title) and (found := _BEFORE_TAIL.match(title)):
        ends.append((title[found.end() :].rstrip(), found[1], _TAIL))
    return tuple(
        _End(text, _hash([*mark, *words_of(text)]), _hash(words_of(rest)[:COMPARED_WORDS]))
        for text, rest, mark in ends
        if rest and 0 < len(text.split()) <= HEAD_WORDS
    )


@lru_cache(1)  # as above
def _outlet_headline(title: str, outlet: str) -> int:
    return _hash([outlet, title.casefold()])


def _hash(words: list[str]) -> int:
    return xxhash.xxh3_64_intdigest(" ".join(words).encode("utf-8", "surrogatepass")) or 1


@lru_cache(MAX_CACHED)
def _terms_of(head: str, language: str | None) -> _Terms:
    """What a head or tail adds to the evidence: its names, as in a headline in capitals and as in others."""
    plain = plain_text(head, language)
    names, numbers = names_of(plain, "", function_words(language))
    found = (names | names_of("", plain, function_words(language))[0]) + numbers
    return _Terms(
        words=Counter(map(term_bucket, words_of(plain))),
        names={name_bucket(name): count for name, count in found.items()},
    )


def _without(evidence: Evidence, terms: _Terms) -> Evidence:
    """The evidence without these terms, each as often as it is there; whole where nothing else is in it."""
    words, counts, leads = (
        np.frombuffer(evidence.terms, "<u4"),
        np.frombuffer(evidence.counts, np.uint8).copy(),
        np.frombuffer(evidence.leads, np.uint8).copy(),
    )
    titles = np.frombuffer(evidence.titles, np.uint8).copy()
    for place, count in _places(words, terms.words):
        counts[place] -= min(counts[place], count)
        leads[place] -= min(leads[place], count)
        titles[place] = titles[place] if leads[place] else 0
    names, name_counts = (
        np.frombuffer(evidence.names, "<u4"),
        np.frombuffer(evidence.name_counts, np.uint8).copy(),
    )
    for place, count in _places(names, terms.names):
        name_counts[place] -= min(name_counts[place], count)
    kept, kept_names = counts > 0, name_counts > 0
    if not kept.any():
        return evidence
    return replace(
        evidence,
        terms=words[kept].tobytes(),
        counts=counts[kept].tobytes(),
        leads=leads[kept].tobytes(),
        titles=titles[kept].tobytes(),
        names=names[kept_names].tobytes(),
        name_counts=name_counts[kept_names].tobytes(),
    )


def _places(buckets: np.ndarray, wanted: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Where each wanted bucket stands among ascending ones, and how often it is wanted."""
    for bucket, count in wanted.items():
        place = int(np.searchsorted(buckets, bucket))
        if place < len(buckets) and buckets[place] == bucket:
            yield place, count
