"""One shard: the fold of one partition of articles.embedded, and the transaction that publishes it.

Outputs and consumed offsets go out in one Kafka transaction, so readers with read_committed see each record's
outcome exactly once. The order on opening (producer, committed offset, state, seek) and everything else here
follows docs/decisions/0001-kafka-rules.md, "Exactly once".
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from time import time

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalOperation, KafkaError

from stream.checkpoints import Arrays, Checkpoints
from stream.contract.events import Folded, StoryEventType
from stream.embed.record import EmbeddedArticle
from stream.errors import StateLostError
from stream.fold.fold import Fold
from stream.fold.state import FoldState
from stream.kafka.clients import COMPRESSION, MAX_BATCH_BYTES, connection
from stream.kafka.folding import fold_records
from stream.kafka.history import lost_history
from stream.kafka.outputs import Outgoing, outputs_of
from stream.kafka.shard_snapshot import Save, Saved, copy, hold
from stream.kafka.transactional_producer import TransactionalProducer
from stream.observability.metrics import Metrics
from stream.observability.tracing import OFF, UNTRACED, BatchTrace, Tracing
from stream.settings import Settings

log = structlog.get_logger(__name__)

DISCONNECT_SECONDS = 5.0  # a producer flushes in milliseconds, or its broker is away
REPLAY_BATCH = (
    2_000  # records a poll while the state is rebuilt; nothing is emitted, so only memory bounds it
)


class Shard:
    """State and transactional producer of one partition. Open it, give it records in log order, close it."""

    def __init__(
        self,
        partition: int,
        settings: Settings,
        metrics: Metrics,
        checkpoints: Checkpoints,
        thread: Executor,
        tracing: Tracing = OFF,
    ) -> None:
        self.partition = partition
        self.next_offset = 0  # of the first record that is not committed
        self._folded_to = 0  # one transaction ahead of it at most
        self._committing: asyncio.Task[None] | None = None
        self.saved = Saved(0, time())
        self.rebuild_remaining = 0
        self._given_up = (0, 0)  # by the copy index, as far as it is counted
        self.fold = Fold.empty(settings)
        self._settings = settings
        self._metrics = metrics
        self._tracing = tracing
        self._checkpoints = checkpoints
        self._thread = thread
        self._source = TopicPartition(settings.topics.embedded, partition)
        self.producer = TransactionalProducer(
            **connection(settings.kafka),
            transactional_id=f"{settings.shard.transactional_id_prefix}-{settings.topics.embedded}-{partition}",
            transaction_timeout_ms=settings.shard.transaction_timeout_ms,
            compression_type=COMPRESSION,
            max_batch_size=min(MAX_BATCH_BYTES, settings.intake.max_message_bytes),
            acks="all",
        )

    @property
    def articles(self) -> int:
        """How many articles the shard holds."""
        return len(self.fold.state.registry)

    async def open(self, consumer: AIOKafkaConsumer) -> None:
        """Fence the partition's former owner, bring the state up to the committed offset, and seek to it."""
        async with asyncio.timeout(self._settings.kafka.request_timeout_ms / 1000):
            await self.producer.start()
            committed = await consumer.committed(self._source)
            beginning = (await consumer.beginning_offsets([self._source]))[self._source]
        self.next_offset = self._folded_to = max(committed or 0, beginning)
        restored = await self._restore()
        await self._check_history(committed, beginning, restored)
        replay_from = max(restored or 0, beginning)
        self.saved = Saved(replay_from, time())
        replayed = await self.replay(replay_from)
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

    async def _restore(self) -> int | None:
        """Load the newest good checkpoint not past the committed offset; return its offset."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._thread, self._checkpoints.newest, self.partition, self.next_offset, self._fold_of
        )
        if found is None:
            return None
        offset, self.fold = found
        return offset

    async def _check_history(self, committed: int | None, beginning: int, restored: int | None) -> None:
        """Refuse to go on without part of the shard's past, unless that was allowed.

        Raises:
            StateLostError: says what is gone.
        """
        loop = asyncio.get_running_loop()
        newest = await loop.run_in_executor(self._thread, self._checkpoints.newest_offset, self.partition)
        lost = lost_history(committed, beginning, restored, newest)
        if lost is None:
            return
        error = StateLostError(f"{self._source.topic}-{self.partition}: {lost}")
        if not self._settings.shard.allow_state_loss:
            raise error
        self._metrics.state_lost.inc()
        action = "none: NEWSFOLD_SHARD__ALLOW_STATE_LOSS allows it; unset it for the next start"
        log.error("state_lost", topic=self._source.topic, partition=self.partition, error=lost, action=action)
        await loop.run_in_executor(
            self._thread, self._checkpoints.discard_past, self.partition, committed or 0
        )

    def _log_gap(self, expected: int, found: int) -> None:
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

    async def replay(self, start: int) -> int:
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
        """Fold the records, and begin to commit what follows from them with their offsets, in one transaction.

        Folding goes on while the transaction before it is committed; the next one begins when that has succeeded.

        Raises:
            KafkaError: the transaction before failed; the state is ahead of the log's commit and must be dropped.
            NewsfoldError: a record cannot be folded; the process must end.
        """
        fresh = [record for record in records if record.offset >= self._folded_to]
        if not fresh:
            return
        if fresh[0].offset > self._folded_to:
            self._log_gap(self._folded_to, fresh[0].offset)
        trace = self._tracing.begin("fold", self._source.topic, [record.headers for record in fresh])
        with self._metrics.timed("fold"), trace.step("fold"):
            articles, folded = await self._folded(fresh)
        self._folded_to = fresh[-1].offset + 1
        aligned = trace if len(folded) == len(fresh) else UNTRACED  # records were skipped
        messages = outputs_of(folded, self._settings.topics, aligned)
        await self.settle()
        self._committing = asyncio.create_task(
            self._publish(messages, self._folded_to, trace, articles, folded)
        )

    async def settle(self) -> None:
        """Wait until what was folded is committed.

        Raises:
            KafkaError: the transaction failed; the state is ahead of the log's commit and must be dropped.
        """
        if self._committing is not None:
            await asyncio.wait([self._committing])  # it goes on where this is cancelled
            self._committing.result()
            self._committing = None

    async def _publish(
        self,
        messages: list[Outgoing],
        following: int,
        trace: BatchTrace,
        articles: list[EmbeddedArticle],
        folded: list[Folded],
    ) -> None:
        with self._metrics.timed("commit"), trace.step("transaction"):
            await self._commit(messages, following)
        trace.end()
        self.next_offset = following
        self._observe(articles, folded)

    async def _folded(self, records: Sequence[ConsumerRecord]) -> tuple[list[EmbeddedArticle], list[Folded]]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, fold_records, self.fold, records, self._is_skipped)

    def _is_skipped(self, article: EmbeddedArticle) -> bool:
        """Whether the settings ask to read past it, because another encoder made it."""
        own = self.fold.state.model
        if not self._settings.shard.skip_other_models or own is None or article.model in {"", own}:
            return False
        self._metrics.other_model.inc()
        return True

    async def _commit(self, messages: list[Outgoing], following: int) -> None:
        async with self.producer.transaction():
            sent: list[asyncio.Future[object]] = []
            refused: IllegalOperation | None = None
            try:
                for message, headers in messages:
                    sent.append(await self.producer.send(*message, headers=headers))
            except IllegalOperation as error:  # an earlier one failed meanwhile, and with it the transaction
                refused = error
            finally:  # each one's own error is taken note of, also where a later send failed
                outcomes = await asyncio.gather(*sent, return_exceptions=True)
            for outcome in (*outcomes, refused):
                if isinstance(outcome, BaseException):
                    raise outcome
            await self.producer.send_offsets_to_transaction(
                {self._source: following}, self._settings.shard.group
            )

    def _observe(self, articles: list[EmbeddedArticle], folded: list[Folded]) -> None:
        metrics = self._metrics
        metrics.consumed.labels("fold", self._source.topic).inc(len(articles))
        for article, one in zip(articles, folded, strict=True):
            metrics.processed.labels(one.outcome.value).inc()
            if one.assignments:
                metrics.committed(article.ingested, article.published)
            for line in one.storylines:
                metrics.storyline_events.labels(line.type.value).inc()
            for event in one.stories:
                metrics.story_events.labels(event.type.value).inc()
                if event.type is StoryEventType.CREATED and event.snapshot and event.snapshot.split_from:
                    metrics.story_splits.inc()
        copies = self.fold.state.copies
        forced, overflows = self._given_up
        metrics.forced_evictions.inc(copies.forced_evictions - forced)
        metrics.overflows.inc(copies.overflows - overflows)
        self._given_up = copies.forced_evictions, copies.overflows
        metrics.last_processed.set_to_current_time()

    async def snapshot(self) -> Save:
        """Hold the state before `next_offset`, when that is settled; call what is returned to save it."""
        return await self._held(hold)

    async def save(self) -> bool:
        """Save the state, which is settled; the shard takes nothing meanwhile."""
        save = await self._held(copy)
        return await asyncio.get_running_loop().run_in_executor(self._thread, save)

    async def _held(self, by: Callable[[Checkpoints, int, int, FoldState], Save]) -> Save:
        offset, loop = self.next_offset, asyncio.get_running_loop()
        save = await loop.run_in_executor(
            self._thread, by, self._checkpoints, self.partition, offset, self.fold.state
        )

        def save_and_note() -> bool:
            if written := save():
                self.saved = Saved(offset, time())
            return written

        return save_and_note

    async def close(self) -> None:
        """Disconnect, aborting an open transaction; settle() first, if what was folded shall be committed.

        A producer that cannot reach its broker is left behind: it can commit nothing more.
        """
        if self._committing is not None:
            await asyncio.wait([self._committing])
            self._committing.exception()  # taken note of: whoever needs to know has settled
        try:
            async with asyncio.timeout(DISCONNECT_SECONDS):
                await self.producer.stop()
        except (KafkaError, TimeoutError) as error:
            facts = {"partition": self.partition, "error": repr(error)}
            log.warning("producer_not_closed", **facts, action="none: it can commit nothing more")
