"""Fold the records of a file and print what it took; run by speed.py, for this checkout and for another one.

usage: python measure.py RECORDS.msgpack WARM

Seconds are processor time of one core, after the first WARM records (kernels compiled, stories open): of the fold
alone, and of encoding what goes out, in batches of 64 of which only the last version of a story is encoded, as in the
service. `bytes` is a digest of everything that went out.
"""

import json
import sys
from pathlib import Path
from time import process_time

import msgspec
import xxhash

from stream.contract.events import encode_event
from stream.embed.record import decode_record
from stream.fold.fold import Fold
from stream.settings import Settings

try:
    from stream.kafka.publishing import current_events
except ImportError:  # a checkout of before 2026-11-27
    from stream.kafka.shard import current_events

BATCH = 64


def main() -> None:
    """Read, fold, print."""
    records = msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=list[bytes])
    warm = int(sys.argv[2])
    fold = Fold.empty(Settings())
    digest = xxhash.xxh3_64()
    folding = encoding = 0.0
    for begin in range(0, len(records), BATCH):
        articles = [decode_record(record) for record in records[begin : begin + BATCH]]
        started = process_time()
        folded = [fold.fold(article, article.ingested) for article in articles]
        middle = process_time()
        events = current_events(folded)
        messages = [encode_event(event.snapshot) for event in events if event.snapshot]
        messages += [encode_event(one) for result in folded for one in result.assignments]
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
