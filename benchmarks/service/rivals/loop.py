"""What the rivals have in common: a consumer of articles, a producer of assignments, batches in between.

usage of each: python -m benchmarks.service.rivals.NAME BOOTSTRAP TOPIC OUT_TOPIC [THRESHOLD]
"""

import asyncio
import sys
from collections.abc import Callable, Sequence

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

BATCH = 64
Assign = Callable[[Sequence["Sent"]], Sequence[int]]


class Sent(msgspec.Struct):
    """What a rival reads of an article."""

    id: str
    title: str = ""
    text: str = ""


_read = msgspec.json.Decoder(Sent)


def assignments(batch: Sequence[bytes], assign: Assign) -> list[tuple[bytes, bytes]]:
    """Key and value of the assignment of each article."""
    articles = [_read.decode(value) for value in batch]
    stories = assign(articles)
    return [
        (one.id.encode(), msgspec.json.encode({"article_id": one.id, "story_id": str(story)}))
        for one, story in zip(articles, stories, strict=True)
    ]


def serve(assign: Assign) -> None:
    """Consume, assign, produce, commit; at least once, without transactions."""
    asyncio.run(_serve(assign, *sys.argv[1:4]))


async def _serve(assign: Assign, bootstrap: str, topic: str, out: str) -> None:
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=out,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=5, compression_type="zstd", acks="all")
    await consumer.start()
    await producer.start()
    while True:
        batches = await consumer.getmany(timeout_ms=200, max_records=BATCH)
        values = [record.value for records in batches.values() for record in records]
        if values:
            made = await asyncio.to_thread(assignments, values, assign)
            sent = [await producer.send(out, value, key=key) for key, value in made]
            await asyncio.gather(*sent)
            await consumer.commit()


def threshold(default: float) -> float:
    """The fourth argument."""
    return float(sys.argv[4]) if len(sys.argv) > 4 else default
