"""What an article costs: processor time in each stage, bytes on each topic, bytes of state.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python -m benchmarks.operate.sizing [ARTICLES]

Made-up news (tests/torture/feed.py), each text drawn out to the length of a news article. Processor time, so that
other work on the machine counts little. Renews results.md, from which the sizing in docs/operating.md is worked out.
"""

import json
import os
import sys
from pathlib import Path
from time import process_time, time

import cramjam

from embeddings.encoder import load_encoder
from stream.contract.events import encode_event
from stream.embed.record import EmbeddedArticle, Origin, encode_record
from stream.embed.stage import Embedder, Incoming
from stream.fold.changes import described
from stream.fold.fold import Fold
from stream.kafka.warm_up import warm_up
from stream.observability.metrics import Metrics
from stream.settings import Settings
from tests.torture.feed import Feed

RESULTS = Path(__file__).parent / "results.md"
DRAWN_OUT = 5  # times the feed's texts, some 600 bytes: 3 kB, 500 words
BATCH, TRANSACTION = 64, 500
HEADER_BYTES = 300  # of an assignment or a story: CloudEvents attributes, as Kafka stores them uncompressed


def messages(number: int) -> list[Incoming]:
    """Articles as they lie on the topic."""
    feed, found = Feed(seed=3, clock=round(time() * 1000) - 80_000_000, step=40), []
    for offset, (key, value) in enumerate(feed.take(number)):
        if value is not None and (article := json.loads(value)).get("text"):
            article["text"] = " ".join([article["text"]] * DRAWN_OUT)
            value = json.dumps(article).encode()
        found.append(Incoming(key, value, Origin(0, offset), 0))
    return found


def compressed(values: list[bytes]) -> int:
    """Bytes of the values as a batch of the producer stores them (zstd)."""
    return len(bytes(cramjam.zstd.compress(b"".join(values))))


def main(number: int) -> None:
    """Measure, print, and write the results."""
    settings, metrics = Settings(_env_file=None), Metrics()
    embedder = Embedder(load_encoder(settings.encoder), settings.intake.max_article_bytes, metrics)
    embedder.warm_up()
    warm_up(settings)
    incoming = messages(number)
    embedder.embed(incoming[:BATCH])

    begin, records = process_time(), []
    for start in range(0, number, BATCH):
        records += embedder.embed(incoming[start : start + BATCH])
    embed_seconds = process_time() - begin
    articles = [record for record in records if isinstance(record, EmbeddedArticle)]

    fold, embedded, stories, assignments = Fold.empty(settings), 0, [0, 0], [0, 0]
    fold_seconds, now = 0.0, round(time() * 1000)
    for start in range(0, len(articles), TRANSACTION):
        batch = articles[start : start + TRANSACTION]
        begin = process_time()
        folded = described([fold.take_in(article, now) for article in batch])
        values = [encode_event(event.snapshot) for one in folded for event in one.stories if event.snapshot]
        assigned = [encode_event(one) for each in folded for one in each.assignments]
        fold_seconds += process_time() - begin
        embedded += compressed([encode_record(article) for article in batch])
        stories = [stories[0] + compressed(values), stories[1] + len(values)]
        assignments = [assignments[0] + compressed(assigned), assignments[1] + len(assigned)]
    state = fold.state
    text = sum(len(one.value or b"") for one in incoming)
    rows = {
        "articles, mean bytes": f"{number}, {text / number:.0f}",
        "embed stage (clean, fingerprint, evidence, encode)": f"{number / embed_seconds:.0f} articles/s of one core",
        "fold stage (decisions, snapshots; Kafka apart)": f"{number / fold_seconds:.0f} articles/s of one core",
        "articles.embedded, zstd": f"{embedded / number:.0f} bytes an article",
        "stories, zstd": f"{stories[0] / number:.0f} bytes an article, {stories[1] / number:.2f} snapshots",
        "assignments, zstd": f"{assignments[0] / number:.0f} bytes an article, {assignments[1] / number:.2f} records",
        "registry": f"{state.registry.bytes / number:.0f} bytes an article",
        "copy index (fixed by its capacity)": f"{state.copies.bytes / 1e6:.0f} MB",
        "story index (grows in steps)": f"{state.story_bytes / 1e6:.0f} MB for {len(state.story_store)} open stories",
    }
    lines = "".join(f"| {name} | {found} |\n" for name, found in rows.items())
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    RESULTS.write_text(
        "# What an article costs\n\n`OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python -m benchmarks.operate.sizing "
        f"{number}`, processor time, {load}.\nTransactions of {TRANSACTION}, batches of {BATCH}; headers of some "
        f"{HEADER_BYTES} bytes a record come on top, before compression.\n\n| What | Found |\n|---|---|\n{lines}",
        encoding="utf8",
    )
    print(RESULTS.read_text(encoding="utf8"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
