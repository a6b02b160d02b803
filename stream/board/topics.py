"""Reading the public topics into the store, for as long as the board runs."""

import asyncio
from collections.abc import Mapping, Sequence
from time import time

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from stream.board.freshness import Changes, Freshness
from stream.board.metrics import BoardMetrics
from stream.board.projection import Kind, Message, apply, sweep
from stream.board.store import Store
from stream.errors import BrokerUnavailableError
from stream.kafka.clients import connected, connection
from stream.kafka.failure import is_passing
from stream.settings import Settings

log = structlog.get_logger(__name__)

POLL_MS = 500
MAX_RECORDS = 2_000  # written in one transaction; some 50 ms
PAUSE_SECONDS = 0.1  # between batches once the end is reached: fifty updates a second are ten batches
SWEEP_SECONDS = 60.0  # between two deletions of what is too old
RETRY_SECONDS = 3.0  # between two tries to reach a broker


class TopicReader:
    """Follows the topics from the offsets that the store holds."""

    def __init__(
        self, settings: Settings, store: Store, freshness: Freshness, changes: Changes, metrics: BoardMetrics
    ) -> None:
        topics = settings.topics
        self._settings, self._store = settings, store
        self._freshness, self._changes, self._metrics = freshness, changes, metrics
        self._kinds = {topics.stories: Kind.STORY, topics.assignments: Kind.ASSIGNMENT}
        storylines = getattr(topics, "storylines", None)
        if storylines:
            self._kinds[storylines] = Kind.STORYLINE
        self._swept = 0.0

    async def run(self) -> None:
        """Read until cancelled; while no broker answers, say so and try again."""
        while True:
            try:
                await self._follow()
            except Exception as error:
                if not (isinstance(error, BrokerUnavailableError) or is_passing(error)):
                    raise
                if self._freshness.broker_away_since is None:
                    self._freshness.broker_away_since = time()
                log.warning("board_waits_for_broker", error=str(error))
                self._changes.notify()
                await asyncio.sleep(RETRY_SECONDS)

    async def _follow(self) -> None:
        kafka = self._settings.kafka
        consumer = AIOKafkaConsumer(
            *self._kinds,
            **connection(kafka),
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        async with connected(consumer, kafka):
            await self._seek(consumer)
            self._freshness.broker_away_since = None
            self._changes.notify()
            while True:
                batches = await consumer.getmany(timeout_ms=POLL_MS, max_records=MAX_RECORDS)
                if batches:
                    await self._take(batches)
                await self._note_lag(consumer)
                if time() - self._swept > SWEEP_SECONDS and self._freshness.loaded:
                    await self._sweep()
                if self._freshness.loaded:
                    await asyncio.sleep(PAUSE_SECONDS)

    async def _seek(self, consumer: AIOKafkaConsumer) -> None:
        """Go to where the store is. A topic that ends before that was made anew: the store is of another one."""
        known, sources = self._store.offsets(), sorted(consumer.assignment())
        ends, begins = await consumer.end_offsets(sources), await consumer.beginning_offsets(sources)
        if any(ends[source] < known.get((source.topic, source.partition), 0) for source in sources):
            log.warning(
                "board_store_renewed", reason="the topics end before what was read: they were made anew"
            )
            self._store.clear()
            known = {}
        self._freshness.to_read = self._freshness.read = 0
        for source in sources:
            begin = max(begins[source], known.get((source.topic, source.partition), 0))
            consumer.seek(source, begin)
            self._freshness.to_read += ends[source] - begin

    async def _take(self, batches: Mapping[TopicPartition, Sequence[ConsumerRecord]]) -> None:
        messages = [
            Message(self._kinds[source.topic], (record.key or b"").decode(errors="replace"), record.value)
            for source, records in batches.items()
            for record in records
        ]
        offsets = {
            (source.topic, source.partition): records[-1].offset + 1 for source, records in batches.items()
        }
        with self._metrics.batch_seconds.time():
            applied = await asyncio.to_thread(apply, self._store, messages, offsets)
        for message in messages:
            self._metrics.messages.labels(message.kind.value).inc()
        self._metrics.refused.inc(applied.refused)
        self._freshness.read += len(messages)
        self._changes.notify()

    async def _note_lag(self, consumer: AIOKafkaConsumer) -> None:
        for source in consumer.assignment():
            end, position = consumer.last_stable_offset(source), await consumer.position(source)
            if end is not None:
                self._freshness.lag[source.topic, source.partition] = max(0, end - position)
        known = len(self._freshness.lag) == len(consumer.assignment())
        if known and not self._freshness.loaded and not any(self._freshness.lag.values()):
            self._freshness.loaded = True
            self._changes.notify()

    async def _sweep(self) -> None:
        board = self._settings.board
        self._swept = time()
        gone = await asyncio.to_thread(sweep, self._store, board.retention_days, board.max_stories)
        if gone:
            log.info("board_stories_removed", stories=gone)
            self._changes.notify()
