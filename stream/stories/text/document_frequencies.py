"""How common each term is in news at large: the warm start of the running document frequencies.

The table is counts of hashed words and names, made by benchmarks/stories/background.py; no text is in it.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from stream.stories.text.tokenizer import TERM_BUCKETS

TABLE = Path(__file__).parents[1] / "data" / "document_frequencies.npz"
COMMON_SHARE = 0.15  # a word in more than this share of all articles says nothing about events


class Background(NamedTuple):
    """Articles of the background that hold each bucket: int32 [TERM_BUCKETS] each, of `articles` in all."""

    articles: int
    terms: np.ndarray
    names: np.ndarray


@cache
def background() -> Background:
    """The shipped table."""
    with np.load(TABLE, allow_pickle=False) as table:
        terms = np.zeros(TERM_BUCKETS, np.int32)
        names = np.zeros(TERM_BUCKETS, np.int32)
        terms[table["term_buckets"]] = table["term_counts"]
        names[table["name_buckets"]] = table["name_counts"]
        return Background(int(table["articles"]), terms, names)


@cache
def is_common() -> np.ndarray:
    """Which buckets hold words too common to be evidence: bool [TERM_BUCKETS]."""
    table = background()
    common: np.ndarray = table.terms > COMMON_SHARE * table.articles
    return common


@cache
def rarity() -> np.ndarray:
    """Inverse document frequency of each bucket of words in the background: float64 [TERM_BUCKETS]."""
    table = background()
    return np.log((table.articles + 1) / (table.terms + 1.0)) + 1.0
