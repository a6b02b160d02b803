"""Which of an article's words are kept as its terms."""

from typing import Any

import numpy as np

from embeddings.jit import allocating_part
from stream.stories.text.compiled.keyterms import TERMS
from stream.stories.text.compiled.sorting import by_bucket

MAX_TERMS = 256  # distinct words kept: the heaviest; covers all of four articles in five
MAX_COUNT = 255  # a byte each


@allocating_part
def write_terms(
    buckets: Any,
    rarity: Any,
    words: Any,
    found: Any,
    titled: Any,
    tables: Any,
    written: Any,
    sizes: Any,
) -> None:
    """Write the buckets to keep, ascending: the heaviest by count and rarity, those of the lead doubled.

    The first `titled` words are those of the title.
    """
    distinct = np.empty(found, np.int64)
    counts = np.empty(found, np.int64)
    leads = np.empty(found, np.int64)
    titles = np.empty(found, np.uint8)
    rarities = np.empty(found)
    word_counts, word_leads = words.counts, words.leads
    size = 0
    for i in by_bucket(buckets):
        if size == 0 or distinct[size - 1] != buckets[i]:
            distinct[size] = buckets[i]
            rarities[size] = rarity[i]
            counts[size] = 0
            leads[size] = 0
            titles[size] = 0
            size += 1
        if i < titled:
            titles[size - 1] = 1
        counts[size - 1] += word_counts[i]
        leads[size - 1] += word_leads[i]
    kept = np.arange(size)
    if size > MAX_TERMS:
        weights = np.empty(size)
        for i in range(size):
            doubled = counts[i] * 2 if leads[i] > 0 else counts[i]
            weights[i] = (1.0 + tables.logarithms[doubled]) * rarities[i]
        kept = _heaviest(weights, MAX_TERMS)
    at = sizes[TERMS]
    out_terms, out_counts = written.terms, written.counts
    out_leads, out_titles = written.leads, written.titles
    for i in kept:
        out_terms[at] = distinct[i]
        out_counts[at] = min(counts[i], MAX_COUNT)
        out_leads[at] = min(leads[i], MAX_COUNT)
        out_titles[at] = titles[i]
        at += 1
    sizes[TERMS] = at


@allocating_part
def _heaviest(weights: Any, most: Any) -> Any:
    """The places of the `most` greatest weights, ascending; of equals the first."""
    least = np.partition(weights, len(weights) - most)[len(weights) - most]
    room = most
    for weight in weights:
        room -= weight > least
    kept = np.empty(most, np.int64)
    size = 0
    for i in range(len(weights)):
        if weights[i] > least or (weights[i] == least and room > 0):
            room -= weights[i] == least
            kept[size] = i
            size += 1
    return kept
