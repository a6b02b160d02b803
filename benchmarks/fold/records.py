"""Records of articles.embedded to fold: from invented news, or from any JSON Lines of articles."""

import random
from collections.abc import Iterator
from pathlib import Path

import msgspec
from rich.progress import track

from benchmarks.stories.unrelated_news import SyntheticNews
from embeddings.encoder import load_encoder
from stream.articles.jsonl import key_of, read_lines
from stream.embed.record import EmbeddedArticle, Origin, encode_record
from stream.embed.stage import Embedder, Incoming
from stream.observability.metrics import Metrics
from stream.settings import Settings

START = 1_700_000_000_000
EVERY = 9_000  # milliseconds between invented articles
BATCH = 256
REPORTS = 8.0  # of an event, on average: some have one, some a hundred
COPIES = 0.25  # of the articles carry the text of an earlier one, as wire texts do
COPY_WITHIN = 2_000  # articles before it


def invented(count: int, seed: int) -> Iterator[bytes]:
    """Articles on events of every size, a quarter of them copies of one of the last two thousand texts."""
    rng = random.Random(seed)
    events: list[int] = []
    for number in range(count):
        started = int(number / REPORTS)
        events.append(
            started if rng.random() < 1 / REPORTS else max(0, started - int(rng.expovariate(1 / 40)))
        )
    values: list[bytes] = []
    for number, article in enumerate(SyntheticNews(seed).articles(iter(events), START, EVERY)):
        value = article.value
        if values and rng.random() < COPIES:
            copied = msgspec.json.decode(values[rng.randrange(max(0, number - COPY_WITHIN), number)])
            value = msgspec.json.encode(copied | {"id": f"copy-{number}", "source": f"Outlet {number % 50}"})
        values.append(value)
        yield value


def embedded(values: Iterator[bytes], count: int) -> list[bytes]:
    """The records of articles, as they stand in the log."""
    settings = Settings()
    embedder = Embedder(load_encoder(settings.encoder), settings.intake.max_article_bytes, Metrics())
    records: list[bytes] = []
    batch: list[Incoming] = []
    for number, value in enumerate(track(values, total=count, description="Embedding")):
        batch.append(Incoming(key_of(value), value, Origin(0, number), START + number * EVERY))
        if len(batch) == BATCH:
            records += _encoded(embedder, batch)
            batch = []
    return records + _encoded(embedder, batch)


def _encoded(embedder: Embedder, batch: list[Incoming]) -> list[bytes]:
    made = embedder.embed(batch) if batch else []
    return [encode_record(record) for record in made if isinstance(record, EmbeddedArticle)]


def of_files(files: list[Path]) -> list[bytes]:
    """The lines of files of articles."""
    return [line for file in files for line in read_lines(file)]
