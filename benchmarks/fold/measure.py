"""Embed and fold the articles of a file and print what the fold took; run by speed.py, for this and another checkout.

usage: python measure.py ARTICLES.msgpack WARM

Seconds are processor time of one core, after the first WARM articles (kernels compiled, stories open): of the fold
alone, and of encoding what goes out, in batches of 64 of which only the last version of a story is encoded, as in the
service. `bytes` is a digest of everything that went out. Each checkout folds the records of its own embed stage.
"""

import json
import sys
from importlib import import_module
from pathlib import Path
from time import process_time
from typing import Any

import msgspec
import xxhash

from embeddings.encoder import load_encoder
from stream.settings import Settings

BATCH = 64
START = 1_700_000_000_000
EVERY = 9_000  # milliseconds between articles


def _named(name: str, *modules: str) -> Any:
    """A name of the first of these modules that this checkout has."""
    for module in modules:
        try:
            return getattr(import_module(module), name)
        except (ImportError, AttributeError):
            continue
    return None


Embedder = _named("Embedder", "stream.embed.stage", "stream.embed")
Incoming = _named("Incoming", "stream.embed.stage", "stream.embed")
Origin = _named("Origin", "stream.embed.record", "stream.embedded")
encode_record = _named("encode_record", "stream.embed.record", "stream.embedded")
decode_record = _named("decode_record", "stream.embed.record", "stream.embedded")
Metrics = _named("Metrics", "stream.observability.metrics", "stream.metrics")
Fold = _named("Fold", "stream.fold.fold", "stream.fold")
encode_event = _named("encode_event", "stream.contract.events", "stream.events")
current_events = _named("current_events", "stream.kafka.publishing", "stream.kafka.shard")
described = _named("described", "stream.fold.changes")


def embedded(articles: list[tuple[bytes, bytes]]) -> list[bytes]:
    """The records of articles, as they stand in the log."""
    settings = Settings()
    embedder = Embedder(load_encoder(settings.encoder), settings.intake.max_article_bytes, Metrics())
    records = []
    for begin in range(0, len(articles), BATCH):
        batch = [
            Incoming(key, value, Origin(0, offset), START + offset * EVERY)
            for offset, (key, value) in enumerate(articles[begin : begin + BATCH], begin)
        ]
        records += [encode_record(one) for one in embedder.embed(batch) if hasattr(one, "origin")]
    return records


def folded_of(fold: Any, articles: list[Any]) -> list[Any]:
    """What follows from each article of a batch; of the updates of a story in it the last, where the checkout can."""
    if described is None:
        return [fold.fold(article, article.ingested) for article in articles]
    result: list[Any] = described([fold.take_in(article, article.ingested) for article in articles])
    return result


def messages_of(folded: list[Any]) -> list[bytes]:
    """What goes out, encoded."""
    stories = current_events(folded) if current_events else [event for one in folded for event in one.stories]
    messages = [encode_event(event.snapshot) for event in stories if event.snapshot]
    return messages + [encode_event(one) for result in folded for one in result.assignments]


def main() -> None:
    """Read, embed, fold, print."""
    records = embedded(msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=list[tuple[bytes, bytes]]))
    warm = int(sys.argv[2])
    fold = Fold.empty(Settings())
    digest = xxhash.xxh3_64()
    folding = encoding = 0.0
    for begin in range(0, len(records), BATCH):
        articles = [decode_record(record) for record in records[begin : begin + BATCH]]
        started = process_time()
        folded = folded_of(fold, articles)
        middle = process_time()
        messages = messages_of(folded)
        ended = process_time()
        for message in messages:
            digest.update(message)
        if begin >= warm:
            folding += middle - started
            encoding += ended - middle
    measured = len(records) - (warm + BATCH - 1) // BATCH * BATCH
    stories = fold.state.stories
    print(
        json.dumps(
            {
                "articles": measured,
                "open_stories": stories.open_stories,
                "fold_microseconds": round(1e6 * folding / measured, 1),
                "encode_microseconds": round(1e6 * encoding / measured, 1),
                "bytes": digest.hexdigest(),
            }
        )
    )


if __name__ == "__main__":
    main()
