"""Which articles the shipped model was trained on: it may not be judged on them beside models that were not.

Only 8-byte digests of their hashed words are kept; no text can be read from them.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
import xxhash

from stream.stories.text.evidence import Evidence

TABLE = Path(__file__).parents[1] / "stories" / "data" / "provenance.npy"


def seen_share(articles: Iterable[Evidence]) -> float:
    """The share of these articles (their full evidence) that the shipped model was trained on."""
    digests = digests_of(articles)
    return float(np.isin(digests, _table()).mean()) if len(digests) else 0.0


def digests_of(articles: Iterable[Evidence]) -> np.ndarray:
    """One digest an article: uint64 [n]."""
    return np.array([xxhash.xxh3_64_intdigest(one.terms + one.names) for one in articles], np.uint64)


@cache
def _table() -> np.ndarray:
    table: np.ndarray = np.load(TABLE, allow_pickle=False)
    return table
