"""The evidence of an article for its story, computed once where it is read, and carried in the log.

Three channels: the words of the whole text, the words of title and lead, and names and numbers. What each is
worth is decided later, by document frequencies that run with the stream.
"""

from collections import Counter
from itertools import chain

import msgspec
import numpy as np

from stream.stories.background import common_terms, rarity
from stream.stories.names import names_of
from stream.stories.words import MAX_CHARACTERS, name_bucket, term_bucket, without_boilerplate, words_of

MAX_TERMS = 256  # distinct words kept: the heaviest; covers all of four articles in five
MAX_NAMES = 96  # distinct names and numbers kept: the most frequent
MAX_KEYTERMS = 12
LEAD_WORDS = 50  # of the text, after the title: the first two sentences or so
MAX_COUNT = 255


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

    `language` is accepted for rules that need it; today's hold for every language.
    """
    del language
    text = without_boilerplate(text[:MAX_CHARACTERS])
    title_words, text_words = words_of(title), words_of(text)
    whole = Counter(chain(title_words, text_words))
    lead = Counter(chain(title_words, text_words[:LEAD_WORDS]))
    names, numbers = names_of(title, text)
    counts = _bucketed(whole)
    kept = _heaviest(counts, _bucketed(lead))
    leads = _bucketed(lead)
    name_counts: Counter[int] = Counter()
    for name, count in (names + numbers).items():
        name_counts[name_bucket(name)] += count
    kept_names = sorted(sorted(name_counts, key=lambda bucket: (-name_counts[bucket], bucket))[:MAX_NAMES])
    return Evidence(
        terms=np.array(kept, "<u4").tobytes(),
        counts=bytes(min(MAX_COUNT, counts[bucket]) for bucket in kept),
        leads=bytes(min(MAX_COUNT, leads[bucket]) for bucket in kept),
        names=np.array(kept_names, "<u4").tobytes(),
        name_counts=bytes(min(MAX_COUNT, name_counts[bucket]) for bucket in kept_names),
        keyterms=_keyterms(whole, lead, names),
    )


def _bucketed(words: Counter[str]) -> Counter[int]:
    counts: Counter[int] = Counter()
    common = common_terms()
    for word, count in words.items():
        bucket = term_bucket(word)
        if bucket >= 0 and bucket not in common:
            counts[bucket] += count
    return counts


def _heaviest(counts: Counter[int], lead: Counter[int]) -> list[int]:
    """The buckets to keep, ascending: the heaviest by count and rarity, those of the lead twice as heavy."""
    if len(counts) <= MAX_TERMS:
        return sorted(counts)
    buckets = np.array(sorted(counts))
    times = np.array([counts[bucket] * (2 if bucket in lead else 1) for bucket in buckets.tolist()])
    weights = (1 + np.log2(times)) * rarity()[buckets]
    order = np.lexsort((buckets, -weights))[:MAX_TERMS]
    return sorted(buckets[order].tolist())


def _keyterms(whole: Counter[str], lead: Counter[str], names: Counter[str]) -> tuple[str, ...]:
    """The most telling names and words, names first where they are as telling."""
    common = common_terms()
    weights: dict[str, float] = {}
    for word, count in whole.items():
        bucket = term_bucket(word)
        if len(word) > 2 and bucket >= 0 and bucket not in common and not word.isdigit():
            weights[word] = (1 + min(count, 8) + 2 * (word in lead)) * float(rarity()[bucket])
    for name, count in names.items():
        if count > 1 and " " in name:
            weights[name] = (2 + min(count, 8)) * 8.0
    best = sorted(weights, key=lambda term: (-weights[term], term))[:MAX_KEYTERMS]
    return tuple(best)
