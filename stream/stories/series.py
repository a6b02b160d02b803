"""Series: what heads many different headlines ("The Latest: ...") says nothing of any event.

Nor does a headline that an outlet puts over one text after the other ("Recipe of the day").

Document frequencies do not show it: of one story only some articles count in them, so the words that head a series
stay rare, and chain its parts to one story. So the heads of headlines are counted by themselves, and one that stood
before several headlines is no evidence from then on.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple, Self, TypeVar

import numpy as np
import xxhash
from msgspec.structs import replace

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
COMPARED_WORDS = 4  # of what follows a head: the outlet's name at its end makes no other headline of it
# Heads remembered, those seen last: some weeks of a busy stream; and headlines of outlets, some days. 0.8 MB in a
# checkpoint.
HEADS = 1 << 14
MAX_CACHED = 1 << 12  # heads whose terms are remembered

# The sign comes before what is asked of it: the search for a class of characters is fast.
_AFTER_HEAD = re.compile(r"[:：|·–—-](?:(?<=:)\s|(?<=[：|])|(?<=\s[·–—-])[·–—-]*\s)")
Arrays = dict[str, np.ndarray]
Kept = TypeVar("Kept")


class _Terms(NamedTuple):
    """How often each bucket of words, and of names and numbers, comes in a head."""

    words: Mapping[int, int]
    names: Mapping[int, int]


class Series:
    """The heads of the headlines of a stream, each with the first different headlines that it stood before."""

    def __init__(self) -> None:
        self._headlines: dict[int, tuple[int, ...]] = {}  # hashes; the head seen last at the end
        # Of each outlet's headlines, hashed, whether it stood over several reports; the one seen last at the end.
        self._is_repeated: dict[int, bool] = {}

    def count(self, title: str, outlet: str | None) -> None:
        """Count the headline of a new report of an outlet."""
        head, rest = _parts(title)
        if head:
            key, headline = _hash(words_of(head)), _hash(words_of(rest)[:COMPARED_WORDS])
            known = self._headlines.pop(key, ())
            if headline not in known and len(known) < SERIES_HEADLINES:
                known = (*known, headline)
            _keep(self._headlines, key, known)
        if outlet:
            key = _outlet_headline(title, outlet)
            _keep(self._is_repeated, key, self._is_repeated.pop(key, None) is not None)

    def without_head(
        self, evidence: Evidence, title: str, outlet: str | None, language: str | None
    ) -> Evidence:
        """The evidence of an article without what heads its headline, where that is the head of a series.

        Without all of its headline, where the outlet put the same one over another text before.
        """
        if not any(evidence.titles):  # without a headline, `title` is how the text begins
            return evidence
        if outlet and self._is_repeated.get(_outlet_headline(title, outlet)):
            return _without(evidence, _terms_of(title, language))
        head, _ = _parts(title)
        if not head or len(self._headlines.get(_hash(words_of(head)), ())) < SERIES_HEADLINES:
            return evidence
        return _without(evidence, _terms_of(head, language))

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
        series._is_repeated = dict(repeated)
        return series


@lru_cache(1)  # a headline is counted, then compared
def _parts(title: str) -> tuple[str, str]:
    """What heads a headline, and the rest of it; nothing and all of it where no sign sets a short head apart."""
    found = _AFTER_HEAD.search(title)
    if found is None:
        return "", title
    head, rest = title[: found.start()].rstrip(), title[found.end() :].lstrip()
    if not rest or not 0 < len(head.split()) <= HEAD_WORDS:
        return "", title
    return head, rest


def _keep(table: dict[int, Kept], key: int, value: Kept) -> None:
    """Add an entry as the one seen last; the one seen longest ago gives way where there are too many."""
    table[key] = value
    if len(table) > HEADS:
        del table[next(iter(table))]


def _outlet_headline(title: str, outlet: str) -> int:
    return _hash([outlet, title.casefold()])


def _hash(words: list[str]) -> int:
    return xxhash.xxh3_64_intdigest(" ".join(words).encode("utf-8", "surrogatepass")) or 1


@lru_cache(MAX_CACHED)
def _terms_of(head: str, language: str | None) -> _Terms:
    """What a head adds to the evidence: names as in a headline in capitals, where it stands in one, and in others."""
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
