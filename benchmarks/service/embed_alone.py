"""Embed the articles of a file and print what it took; run by service.py, for this checkout and for another one.

usage: python embed_alone.py ARTICLES.msgpack

Seconds are processor time of one core, of the second of two passes (kernels compiled, words known). `bytes` is a
digest of the records.
"""

import json
import sys
from pathlib import Path
from time import process_time

import msgspec
import xxhash

from embeddings.encoder import load_encoder
from stream.embed.record import Origin, encode_record
from stream.embed.stage import Embedder, Incoming
from stream.observability.metrics import Metrics
from stream.settings import Settings

BATCH = 64
MOMENT = 1_700_000_000_000


def main() -> None:
    """Read, embed, print."""
    articles = msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=list[tuple[bytes, bytes]])
    settings = Settings()
    embedder = Embedder(load_encoder(settings.encoder), settings.intake.max_article_bytes, Metrics())
    messages = [
        Incoming(key, value, Origin(0, offset), MOMENT) for offset, (key, value) in enumerate(articles)
    ]
    for _ in range(2):
        digest = xxhash.xxh3_64()
        embedding = 0.0
        for begin in range(0, len(messages), BATCH):
            started = process_time()
            records = [encode_record(record) for record in embedder.embed(messages[begin : begin + BATCH])]
            embedding += process_time() - started
            for record in records:
                digest.update(record)
    print(
        json.dumps({"microseconds": round(1e6 * embedding / len(messages), 1), "bytes": digest.hexdigest()})
    )


if __name__ == "__main__":
    main()
