"""Synthetic articles with the shape of news: a Zipf vocabulary, page boilerplate, and the words of an event."""

from collections.abc import Iterator

import msgspec
import numpy as np

from stream.stories.text.evidence import Evidence
from stream.stories.text.tokenizer import TERM_BUCKETS

VOCABULARY = 60_000  # words in use, drawn by Zipf's law
WORDS = 160  # distinct words of an article, about
BOILERPLATE = 25  # words that every page carries
EVENT_WORDS = 30  # words an event brings up, half of which an article of it holds
EVENT_NAMES = 12
DIMENSIONS = 256
MINUTE = 60_000


class SyntheticArticle(msgspec.Struct, frozen=True):
    """What the story index is given."""

    evidence: Evidence
    vector: np.ndarray
    time: int
    event: int


def synthetic_articles(events: Iterator[int], seed: int, every: int = MINUTE) -> Iterator[SyntheticArticle]:
    """One article of each event in turn, `every` milliseconds apart; the number of an event fixes its words."""
    rng = np.random.default_rng(seed)
    buckets = np.random.default_rng(99).permutation(TERM_BUCKETS)[: VOCABULARY + BOILERPLATE]
    boilerplate = buckets[VOCABULARY:]
    ranks = np.arange(1, VOCABULARY + 1)
    cumulative = np.cumsum(1.0 / ranks)
    cumulative /= cumulative[-1]
    for number, event in enumerate(events):
        own = np.random.default_rng([7, event])
        event_words = buckets[np.searchsorted(cumulative, own.random(EVENT_WORDS) ** 0.3)]
        event_names = own.integers(0, TERM_BUCKETS, EVENT_NAMES)
        direction = own.normal(size=DIMENSIONS)
        common = buckets[np.searchsorted(cumulative, rng.random(WORDS))]
        chosen = event_words[rng.random(EVENT_WORDS) < 0.5]
        words = np.unique(np.concatenate([common, chosen, boilerplate]))[:256]
        in_lead = np.isin(words, chosen) | (rng.random(len(words)) < 0.1)
        counts = np.where(np.isin(words, chosen), 3, 1) + (rng.random(len(words)) < 0.2)
        names = np.unique(
            np.concatenate([event_names[rng.random(EVENT_NAMES) < 0.6], rng.zipf(1.3, 12) % 5_000])
        )
        vector = direction + 0.7 * rng.normal(size=DIMENSIONS)
        vector = np.rint(vector / np.linalg.norm(vector) * 254).clip(-127, 127).astype(np.int8)
        evidence = Evidence(
            terms=words.astype("<u4").tobytes(),
            counts=counts.astype(np.uint8).tobytes(),
            leads=in_lead.astype(np.uint8).tobytes(),
            names=names.astype("<u4").tobytes(),
            name_counts=np.ones(len(names), np.uint8).tobytes(),
        )
        yield SyntheticArticle(evidence, vector, 1_700_000_000_000 + number * every, event)
