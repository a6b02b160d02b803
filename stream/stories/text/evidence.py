"""The evidence of an article for its story, computed once where it is read, and carried in the log.

Three channels: the words of the whole text, the words of title and lead, and names and numbers. What each is
worth is decided later, by document frequencies that run with the stream.
"""

from collections import Counter
from itertools import chain, compress
from typing import NamedTuple

import msgspec
import numpy as np

from stream.articles.boilerplate import without_boilerplate
from stream.stories.text.document_frequencies import is_common, rarity
from stream.stories.text.entities import names_of
from stream.stories.text.tokenizer import (
    MAX_CHARACTERS,
    function_words,
    name_bucket,
    plain_text,
    term_bucket,
    words_of,
)

EVIDENCE_VERSION = 2  # raise it with every change that gives an article other evidence: records carry it
MAX_TERMS = 256  # distinct words kept: the heaviest; covers all of four articles in five
MAX_NAMES = 96  # distinct names and numbers kept: the most frequent
MAX_KEYTERMS = 12
LEAD_WORDS = 50  # of the text, after the title: the first two sentences or so
MAX_COUNT = 255
SPAN_WEIGHT = 8.0  # rarity that a name of several words counts for among the keyterms


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
    unsaid = function_words(language)
    title = plain_text(title, language)
    text = plain_text(without_boilerplate(text[:MAX_CHARACTERS]), language)
    title_words, text_words = words_of(title), words_of(text)
    whole = Counter(chain(title_words, text_words))
    lead = Counter(chain(title_words, text_words[:LEAD_WORDS]))
    words = _telling_words(whole, lead, unsaid)
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
    )


class _Words(NamedTuple):
    """Surface forms with their buckets, and their counts in the whole text and in title and lead."""

    forms: list[str]
    buckets: np.ndarray
    counts: np.ndarray
    leads: np.ndarray


def _telling_words(whole: Counter[str], lead: Counter[str], unsaid: frozenset[str]) -> _Words:
    """The distinct words that are neither single letters, nor function words, nor common to all news."""
    for form in whole.keys() & unsaid:
        del whole[form]
    forms = list(whole)
    buckets = np.fromiter(map(term_bucket, forms), np.int64, len(forms))
    counts = np.fromiter(whole.values(), np.int64, len(forms))
    leads = np.fromiter((lead.get(form, 0) for form in forms), np.int64, len(forms))
    telling = (buckets >= 0) & ~is_common()[buckets]
    return _Words(list(compress(forms, telling.tolist())), buckets[telling], counts[telling], leads[telling])


def _heaviest(words: _Words) -> _Words:
    """The buckets to keep, ascending: the heaviest by count and rarity, those of the lead as if told twice."""
    buckets, place = np.unique(words.buckets, return_inverse=True)
    counts = np.bincount(place, words.counts, len(buckets)).astype(np.int64)
    leads = np.bincount(place, words.leads, len(buckets)).astype(np.int64)
    if len(buckets) > MAX_TERMS:
        weights = (1 + np.log2(counts * np.where(leads > 0, 2, 1))) * rarity()[buckets]
        kept = np.sort(np.lexsort((buckets, -weights))[:MAX_TERMS])
        buckets, counts, leads = buckets[kept], counts[kept], leads[kept]
    return _Words([], buckets, counts, leads)


def _keyterms(words: _Words, names: Counter[str]) -> tuple[str, ...]:
    """The most telling words, and the names of several words that come up more than once."""
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
