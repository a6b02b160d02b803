"""One shard: the fold of one partition of articles.embedded, and the transaction that publishes it.

Outputs and consumed offsets go out in one Kafka transaction, so readers with read_committed see each record's
outcome exactly once. The order on opening (producer, committed offset, state, seek) and everything else here
follows docs/decisions/0001-kafka-rules.md, "Exactly once".
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from time import time
from typing import NamedTuple

import structlog
import xxhash
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalOperation

from stream.checkpoints import Arrays, Checkpoints
from stream.contract.cloudevents import assignment_headers, story_headers
from stream.contract.events import Folded, StoryEvent, StoryEventType, encode_event
from stream.copies.fingerprint import fingerprint_of
from stream.embed.record import EmbeddedArticle, Origin, decode_record
from stream.embed.stage import PROBE
from stream.errors import FoldError, LogFormatError, ModelMismatchError
from stream.fold.fold import Fold
from stream.kafka.clients import connection
from stream.kafka.transactional_producer import TransactionalProducer
from stream.observability.metrics import Metrics
from stream.settings import Settings
from stream.stories.decision.model_file import model_digest
from stream.stories.text.evidence import evidence_of

log = structlog.get_logger(__name__)

REPLAY_BATCH = (
    2_000  # records a poll while the state is rebuilt; nothing is emitted, so only memory bounds it
)
WARM_UP_DIMENSIONS = 16  # of a made-up vector; kernels are compiled for the type, not the length


class Saved(NamedTuple):
    """The offset of the checkpoint a restart would go on from, and when (seconds) it was written or restored."""

    offset: int
    at: float


class Shard:
    """State and transactional producer of one partition. Open it, give it records in log order, close it."""

    def __init__(
        self, partition: int, settings: Settings, metrics: Metrics, checkpoints: Checkpoints, thread: Executor
    ) -> None:
        self.partition = partition
        self.next_offset = 0
        self.saved = Saved(0, time())
        self.rebuild_remaining = 0
        self._given_up = (0, 0)  # by the copy index, as far as it is counted
        self.fold = Fold.empty(settings)
        self._settings = settings
        self._metrics = metrics
        self._checkpoints = checkpoints
        self._thread = thread
        self._source = TopicPartition(settings.topics.embedded, partition)
        self._producer = TransactionalProducer(
            **connection(settings.kafka),
            transactional_id=f"{settings.shard.transactional_id_prefix}-{settings.topics.embedded}-{partition}",
            transaction_timeout_ms=settings.shard.transaction_timeout_ms,
            compression_type="lz4",
            acks="all",
        )

    @property
    def articles(self) -> int:
        """How many articles the shard holds."""
        return len(self.fold.state.registry)

    async def open(self, consumer: AIOKafkaConsumer) -> None:
        """Fence the partition's former owner, bring the state up to the committed offset, and seek to it."""
        async with asyncio.timeout(self._settings.kafka.request_timeout_ms / 1000):
            await self._producer.start()
            committed = await consumer.committed(self._source)
            beginning = (await consumer.beginning_offsets([self._source]))[self._source]
        self.next_offset = max(committed or 0, beginning)
        if committed is not None and committed < beginning:
            self._tell_gap(committed, beginning)
        replay_from = await self._restore(beginning)
        self.saved = Saved(replay_from, time())
        replayed = await self._replay(replay_from)
        copies = self.fold.state.copies
        self._given_up = copies.forced_evictions, copies.overflows
        consumer.seek(self._source, self.next_offset)
        log.info(
            "shard_open",
            partition=self.partition,
            offset=self.next_offset,
            replayed=replayed,
            from_checkpoint=replay_from > beginning,
        )

    async def _restore(self, beginning: int) -> int:
        """Load the newest good checkpoint not past the committed offset; return where to replay from."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._thread, self._checkpoints.newest, self.partition, self.next_offset, self._fold_of
        )
        if found is None:
            return beginning
        offset, self.fold = found
        if offset < beginning:
            self._tell_gap(offset, beginning)
        return max(offset, beginning)

    def _tell_gap(self, expected: int, found: int) -> None:
        log.error(
            "log_gap",
            topic=self._source.topic,
            partition=self.partition,
            expected=expected,
            found=found,
            action="records between were deleted by retention: raise NEWSFOLD_TOPICS__EMBEDDED_RETENTION_HOURS",
        )

    def _fold_of(self, arrays: Arrays) -> Fold:
        fold = Fold.empty(self._settings)
        fold.state.restore(arrays)
        return fold

    async def _replay(self, start: int) -> int:
        """Fold the log from `start` to the committed offset without emitting; return the number of records."""
        if start >= self.next_offset:
            return 0
        reader = AIOKafkaConsumer(
            **connection(self._settings.kafka),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
        )
        await reader.start()
        replayed = 0
        try:
            reader.assign([self._source])
            reader.seek(self._source, start)
            while (position := await reader.position(self._source)) < self.next_offset:
                self.rebuild_remaining = self.next_offset - position
                batches = await reader.getmany(timeout_ms=1_000, max_records=REPLAY_BATCH)
                records = [r for r in batches.get(self._source, []) if r.offset < self.next_offset]
                await self._folded(records)
                replayed += len(records)
        finally:
            await reader.stop()
        self.rebuild_remaining = 0
        return replayed

    async def take(self, records: Sequence[ConsumerRecord]) -> None:
        """Fold the records and commit what follows from them with their offsets, in one transaction.

        Raises:
            KafkaError: the transaction failed; the state is ahead of the log's commit and must be dropped.
            NewsfoldError: a record cannot be folded; the process must end.
        """
        fresh = [record for record in records if record.offset >= self.next_offset]
        if not fresh:
            return
        if fresh[0].offset > self.next_offset:
            self._tell_gap(self.next_offset, fresh[0].offset)
        with self._metrics.timed("fold"):
            articles, folded = await self._folded(fresh)
        following = fresh[-1].offset + 1
        with self._metrics.timed("commit"):
            published = current_events(folded)
            await self._commit(folded, published, following)
        self.next_offset = following
        self._observe(articles, folded, published)

    async def _folded(self, records: Sequence[ConsumerRecord]) -> tuple[list[EmbeddedArticle], list[Folded]]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._fold_all, records)

    def _fold_all(self, records: Sequence[ConsumerRecord]) -> tuple[list[EmbeddedArticle], list[Folded]]:
        articles, folded = [], []
        for record in records:
            try:
                article = decode_record(record.value or b"")
                folded.append(self.fold.fold(article, record.timestamp))
            except (LogFormatError, ModelMismatchError) as error:
                raise type(error)(f"{_place(record)}: {error}") from error
            except Exception as error:
                raise FoldError(f"{_place(record)}: {type(error).__name__}: {error}") from error
            articles.append(article)
        return articles, folded

    async def _commit(self, folded: list[Folded], published: list[StoryEvent], following: int) -> None:
        async with self._producer.transaction():
            sent: list[asyncio.Future[object]] = []
            refused: IllegalOperation | None = None
            try:
                for message, headers in self._messages(folded, published):
                    sent.append(await self._producer.send(*message, headers=headers))
            except IllegalOperation as error:  # an earlier one failed meanwhile, and with it the transaction
                refused = error
            finally:  # each one's own error is taken note of, also where a later send failed
                outcomes = await asyncio.gather(*sent, return_exceptions=True)
            for outcome in (*outcomes, refused):
                if isinstance(outcome, BaseException):
                    raise outcome
            await self._producer.send_offsets_to_transaction(
                {self._source: following}, self._settings.shard.group
            )

    def _messages(
        self, folded: list[Folded], published: list[StoryEvent]
    ) -> list[tuple[tuple[str, bytes | None, bytes], list[tuple[str, bytes]]]]:
        """(topic, value, key) and headers of every message."""
        topics = self._settings.topics
        messages: list[tuple[tuple[str, bytes | None, bytes], list[tuple[str, bytes]]]] = []
        for event in published:
            value = encode_event(event.snapshot) if event.snapshot else None
            messages.append(((topics.stories, value, event.story_id.encode()), story_headers(event)))
        for one in folded:
            for assignment in one.assignments:
                key = assignment.article_id.encode()
                headers = assignment_headers(assignment)
                messages.append(((topics.assignments, encode_event(assignment), key), headers))
        return messages

    def _observe(
        self, articles: list[EmbeddedArticle], folded: list[Folded], published: list[StoryEvent]
    ) -> None:
        metrics = self._metrics
        metrics.consumed.labels("fold", self._source.topic).inc(len(articles))
        for article, one in zip(articles, folded, strict=True):
            metrics.processed.labels(one.outcome.value).inc()
            if one.assignments:
                metrics.committed(article.ingested, article.published)
        for event in published:
            metrics.story_events.labels(event.type.value).inc()
            if event.type is StoryEventType.CREATED and event.snapshot and event.snapshot.split_from:
                metrics.story_splits.inc()
        copies = self.fold.state.copies
        forced, overflows = self._given_up
        metrics.forced_evictions.inc(copies.forced_evictions - forced)
        metrics.overflows.inc(copies.overflows - overflows)
        self._given_up = copies.forced_evictions, copies.overflows
        metrics.last_processed.set_to_current_time()

    async def snapshot(self) -> tuple[int, Arrays]:
        """The offset to go on from, and the state before it. Call it between two transactions."""
        loop = asyncio.get_running_loop()
        return self.next_offset, await loop.run_in_executor(self._thread, self.fold.state.snapshot)

    async def close(self) -> None:
        """Disconnect; an open transaction is aborted."""
        await self._producer.stop()


def _place(record: ConsumerRecord) -> str:
    return f"{record.topic}-{record.partition}@{record.offset}"


def fold_digest(settings: Settings) -> str:
    """A digest of the settings and the story model by which a shard is folded."""
    parts = [section.model_dump_json() for section in (settings.fold, settings.copies, settings.stories)]
    parts.append(model_digest(settings.stories.model))
    return xxhash.xxh3_64_hexdigest("\n".join(parts).encode())


def warm_up(settings: Settings) -> None:
    """Fold one harmless article into a fold that is thrown away: kernels are compiled before the first record."""
    fold = Fold.empty(settings)
    for offset in range(2):
        title, text = f"{PROBE.title} {offset}", PROBE.text
        article = EmbeddedArticle(
            id=f"probe-{offset}",
            origin=Origin(0, offset),
            ingested=0,
            title=title,
            content=bytes(16),
            vector=bytes([1]) * WARM_UP_DIMENSIONS,
            fingerprint=fingerprint_of(title, text),
            evidence=evidence_of(title, text, None),
        )
        fold.fold(article, 0)


def current_events(folded: list[Folded]) -> list[StoryEvent]:
    """The story events of a batch, without the updates that a later event of the same story overtook.

    Created, merged and closed events always go out; between them only the last version counts.
    """
    events = [event for one in folded for event in one.stories]
    latest = {event.story_id: position for position, event in enumerate(events)}
    return [
        event
        for position, event in enumerate(events)
        if event.type is not StoryEventType.UPDATED or latest[event.story_id] == position
    ]
