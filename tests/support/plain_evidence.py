"""Evidence in plain Python, by regular expressions: what the compiled reading is held to."""

from collections import Counter
from itertools import chain, compress
from typing import NamedTuple

import numpy as np

from stream.articles.boilerplate import without_boilerplate
from stream.stories.text.compiled.evidence import LEAD_WORDS, MAX_NAMES
from stream.stories.text.compiled.keyterms import MAX_KEYTERMS, SPAN_WEIGHT
from stream.stories.text.compiled.terms import MAX_COUNT, MAX_TERMS
from stream.stories.text.document_frequencies import is_common, rarity
from stream.stories.text.entities import names_of
from stream.stories.text.evidence import Evidence
from stream.stories.text.tokenizer import (
    MAX_CHARACTERS,
    function_words,
    name_bucket,
    plain_text,
    term_bucket,
    words_of,
)


def plain_evidence_of(title: str, text: str, language: str | None) -> Evidence:
    """Return the evidence of a cleaned title and text (each may be empty); of at most 24,000 characters.

    `language` is its code, or None: function words of other languages than English are dropped, and what is tied to
    a word is cut off, only where it is known.
    """
    unsaid = function_words(language)
    title = plain_text(title, language)
    text = plain_text(without_boilerplate(text[:MAX_CHARACTERS]), language)
    title_words, text_words = words_of(title), words_of(text)
    whole = Counter(chain(title_words, text_words))
    lead = Counter(chain(title_words, text_words[:LEAD_WORDS]))
    words = _informative_words(whole, lead, unsaid)
    kept = _heaviest(words)
    names, numbers = names_of(title, text, unsaid)
    name_counts: Counter[int] = Counter()
    for name, count in chain(names.items(), numbers.items()):
        name_counts[name_bucket(name)] += count
    kept_names = sorted(sorted(name_counts, key=lambda bucket: (-name_counts[bucket], bucket))[:MAX_NAMES])
    return Evidence(
        terms=kept.buckets.astype("<u4").tobytes(),
        counts=np.minimum(kept.counts, MAX_COUNT).astype(np.uint8).tobytes(),
        leads=np.minimum(kept.leads, MAX_COUNT).astype(np.uint8).tobytes(),
        names=np.array(kept_names, "<u4").tobytes(),
        name_counts=bytes(min(MAX_COUNT, name_counts[bucket]) for bucket in kept_names),
        keyterms=_keyterms(words, names),
        titles=np.isin(kept.buckets, [term_bucket(word) for word in title_words if word not in unsaid])
        .astype(np.uint8)
        .tobytes(),
    )


class _Words(NamedTuple):
    """Surface forms with their buckets, and their counts in the whole text and in title and lead."""

    forms: list[str]
    buckets: np.ndarray
    counts: np.ndarray
    leads: np.ndarray


def _informative_words(whole: Counter[str], lead: Counter[str], unsaid: frozenset[str]) -> _Words:
    """The distinct words that are neither single letters, nor function words, nor common to all news."""
    for form in whole.keys() & unsaid:
        del whole[form]
    forms = list(whole)
    buckets = np.fromiter(map(term_bucket, forms), np.int64, len(forms))
    counts = np.fromiter(whole.values(), np.int64, len(forms))
    leads = np.fromiter((lead.get(form, 0) for form in forms), np.int64, len(forms))
    informative = (buckets >= 0) & ~is_common()[buckets]
    return _Words(
        list(compress(forms, informative.tolist())),
        buckets[informative],
        counts[informative],
        leads[informative],
    )


def _heaviest(words: _Words) -> _Words:
    """The buckets to keep, ascending: the heaviest by count and rarity, those of the lead as if they stood twice."""
    buckets, place = np.unique(words.buckets, return_inverse=True)
    counts = np.bincount(place, words.counts, len(buckets)).astype(np.int64)
    leads = np.bincount(place, words.leads, len(buckets)).astype(np.int64)
    if len(buckets) > MAX_TERMS:
        weights = (1 + np.log2(counts * np.where(leads > 0, 2, 1))) * rarity()[buckets]
        kept = np.sort(np.lexsort((buckets, -weights))[:MAX_TERMS])
        buckets, counts, leads = buckets[kept], counts[kept], leads[kept]
    return _Words([], buckets, counts, leads)


def _keyterms(words: _Words, names: Counter[str]) -> tuple[str, ...]:
    """The most informative words, and the names of several words that come up more than once."""
    weights = (1 + np.minimum(words.counts, 8) + 2 * (words.leads > 0)) * rarity()[words.buckets]
    best = [
        (-float(weights[i]), words.forms[i])
        for i in np.argsort(-weights, kind="stable")[: 3 * MAX_KEYTERMS].tolist()
        if len(words.forms[i]) > 2 and not words.forms[i].isdigit()
    ]
    best += [
        (-(2.0 + min(count, 8)) * SPAN_WEIGHT, name)
        for name, count in names.items()
        if count > 1 and " " in name
    ]
    return tuple(term for _, term in sorted(best)[:MAX_KEYTERMS])
