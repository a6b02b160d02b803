"""How far the worker is behind: the age of the oldest article that it has not folded."""

import asyncio
from time import time

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from stream.board.freshness import Changes, Freshness
from stream.kafka.clients import connected, connected_admin, connection
from stream.settings import Settings

log = structlog.get_logger(__name__)

CHECK_SECONDS = 15.0
RECORD_MS = 5_000  # to wait for the record whose age is looked at


async def watch_worker(settings: Settings, freshness: Freshness, changes: Changes) -> None:
    """Look again and again, until cancelled. Where the broker does not allow it, nothing is known of it."""
    while True:
        try:
            await _look(settings, freshness)
        except Exception as error:  # noqa: BLE001 - a courtesy to the reader: the board goes on without it
            freshness.worker_behind_seconds = freshness.worker_behind_articles = None
            log.debug("worker_lag_unknown", error=str(error))
        changes.notify()
        await asyncio.sleep(CHECK_SECONDS)


async def _look(settings: Settings, freshness: Freshness) -> None:
    stages = {settings.intake.group: settings.topics.articles, settings.shard.group: settings.topics.embedded}
    articles, oldest = 0, None
    consumer = AIOKafkaConsumer(**connection(settings.kafka), enable_auto_commit=False)
    async with connected_admin(settings.kafka) as admin, connected(consumer, settings.kafka):
        for group, topic in stages.items():
            committed = await admin.list_consumer_group_offsets(group)
            places = {source: at.offset for source, at in committed.items() if source.topic == topic}
            if not places:
                continue
            ends = await consumer.end_offsets(list(places))
            for source, place in places.items():
                if ends[source] > place:
                    articles += ends[source] - place
                    written = await _written_at(consumer, source, place)
                    oldest = min(filter(None, (oldest, written)), default=None)
    freshness.worker_behind_articles = articles
    freshness.worker_behind_seconds = 0.0 if oldest is None else max(0.0, time() - oldest / 1000)


async def _written_at(consumer: AIOKafkaConsumer, source: TopicPartition, place: int) -> int | None:
    """The timestamp of the first record from an offset on; None where only transaction markers follow."""
    consumer.assign([source])
    consumer.seek(source, place)
    records = (await consumer.getmany(timeout_ms=RECORD_MS, max_records=1)).get(source)
    return records[0].timestamp if records else None
