"""Records of articles.embedded with the shape of news, by the million, from a seed: what a shard's log holds.

Three in ten are copies, whole or cut, of a recent text. Most events have one report, some a few. Words, names
and vectors come from benchmarks/stories/synthetic.py; fingerprints are as long as those of real texts.
"""

from collections import deque
from collections.abc import Iterator
from random import Random

import msgspec
import numpy as np
import xxhash

from benchmarks.stories.synthetic import SyntheticArticle, synthetic_articles
from stream.copies.fingerprint import Fingerprint
from stream.embed.record import EmbeddedArticle, Origin

COPIES = 0.3  # of all articles; in the labelled sets of docs/decisions/0003-copies.md it is 0.2 to 0.5
CUT_COPIES = 0.3  # of the copies
RECENT_TEXTS = 20_000  # that may still be copied
NEW_EVENTS = 0.55  # of the reports
RECENT_EVENTS = 1_000  # that may still be reported on
SOURCES = 2_000
LEAD, BODY, REST = 23, 40, 20  # triples in the sample of a text of 360 words, on average
LEAD_TOKENS = 48
WORDS = 360
KEYTERMS = 10
START = 1_770_000_000_000
SPAN = 70 * 3_600_000  # milliseconds over which all of them arrive: within every window, that of copies too
MODEL = "synthetic@1"


def records(number: int, seed: int) -> Iterator[tuple[EmbeddedArticle, int]]:
    """Endless records and the times they were logged at, `number` of them within SPAN."""
    random, rng = Random(seed), np.random.default_rng(seed)
    step = max(1, SPAN // number)
    reports = synthetic_articles(_events(random), seed)
    recent: deque[EmbeddedArticle] = deque(maxlen=RECENT_TEXTS)
    offset = 0
    while True:
        logged = START + offset * step
        if recent and random.random() < COPIES:
            text = _copied(recent[random.randrange(len(recent))], random)
        else:
            text = _report(next(reports), random, rng)
            recent.append(text)
        name = f"https://www.outlet{random.randrange(SOURCES)}.example/2026/02/article-{offset}"
        yield (
            msgspec.structs.replace(
                text,
                id=name,
                url=name,
                origin=Origin(0, offset),
                ingested=logged,
                source=name.split("/")[2],
                published=logged - random.randrange(600_000),
                content=xxhash.xxh3_128_digest(name.encode()),
            ),
            logged,
        )
        offset += 1


def _events(random: Random) -> Iterator[int]:
    newest = 0
    while True:
        if random.random() < NEW_EVENTS:
            newest += 1
            yield newest
        else:
            yield max(1, newest - random.randrange(RECENT_EVENTS))


def _report(source: SyntheticArticle, random: Random, rng: np.random.Generator) -> EmbeddedArticle:
    keyterms = tuple(f"word {bucket}" for bucket in random.sample(range(60_000), KEYTERMS))
    return EmbeddedArticle(
        id="",
        origin=Origin(0, 0),
        ingested=0,
        title=f"Event {source.event}: what is known after number {random.randrange(10**9)} and before the next",
        language="en",
        model=MODEL,
        vector=source.vector.tobytes(),
        fingerprint=_fingerprint(rng),
        evidence=msgspec.structs.replace(source.evidence, keyterms=keyterms),
    )


def _fingerprint(rng: np.random.Generator) -> Fingerprint:
    sample = rng.integers(0, 1 << 63, LEAD + BODY + REST, np.uint64)
    sample[LEAD:] >>= np.uint64(1)
    sample[LEAD + BODY :] >>= np.uint64(1)
    lead = rng.integers(0, 1 << 13, LEAD_TOKENS).astype(np.uint16)
    return Fingerprint(rng.bytes(16), WORDS, sample.tobytes(), lead.tobytes(), 0, LEAD)


def _copied(article: EmbeddedArticle, random: Random) -> EmbeddedArticle:
    whole = article.fingerprint
    if whole is None or random.random() >= CUT_COPIES:
        return article
    kept = random.randrange(LEAD + BODY // 2, LEAD + BODY)
    cut = msgspec.structs.replace(
        whole, digest=random.randbytes(16), words=WORDS * 6 // 10, sample=whole.sample[: 8 * kept]
    )
    return msgspec.structs.replace(article, fingerprint=cut)
