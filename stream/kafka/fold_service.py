"""The fold stage: the shards this worker owns, their consumer, and the loop that feeds them.

A service of the Faust worker. One lock keeps the loop's transactions and the rebalance callbacks apart.
A transaction that fails for a passing reason drops the shard's state and opens it again from the log, and so does
being fenced; anything unexpected ends the process.
"""

import asyncio
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from time import monotonic
from typing import Any

import structlog
from aiokafka import ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError, ProducerFenced
from mode import Service

from stream.checkpoints import Checkpoints
from stream.errors import LogFormatError, ModelMismatchError, NewsfoldError, StateLostError
from stream.kafka.clients import fold_consumer, start
from stream.kafka.failure import end_process, is_passing, refuse_to_start
from stream.kafka.fold_gauges import set_shard_gauges, set_state_gauges
from stream.kafka.saving_plan import SavingPlan
from stream.kafka.shard import Shard
from stream.kafka.shard_snapshot import fold_digest
from stream.kafka.warm_up import warm_up
from stream.observability.metrics import Metrics
from stream.observability.tracing import OFF, Tracing
from stream.settings import Settings

log = structlog.get_logger(__name__)

MOST_FAILURES = (
    20  # failed transactions of one shard at one offset; each time its rebuild had reached the broker
)
RETRY_SECONDS = 1.0  # between attempts while the broker is away; aiokafka itself backs off in between


class FoldService(Service):
    """Owns the consumer of articles.embedded and one Shard for each partition assigned to this worker."""

    def __init__(self, settings: Settings, metrics: Metrics, tracing: Tracing = OFF) -> None:
        super().__init__()
        self._settings = settings
        self._tracing = tracing
        self.metrics = metrics
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="fold")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self._lock = asyncio.Lock()
        self._idle = asyncio.Event()
        self._idle.set()
        self.shards: dict[int, Shard] = {}
        self._wanted: set[int] | None = None
        self._opening: tuple[int, asyncio.Task[None]] | None = None
        self._rebuilding: Shard | None = None
        self._resting: dict[int, float] = {}
        self._failures: dict[int, tuple[int, int]] = {}
        self._plan = SavingPlan(settings.checkpoints)
        self._writing: asyncio.Future[bool] | None = None
        topic = settings.topics.embedded
        metrics.consumed.labels("fold", topic)
        metrics.checkpoint_interval.set(settings.checkpoints.interval_seconds)
        self._checkpoints = Checkpoints(
            settings.checkpoints, topic, version("newsfold"), fold_digest(settings), metrics
        )
        self.consumer: Any = None  # an AIOKafkaConsumer, made when the loop runs

    @property
    def ready(self) -> bool:
        """Whether the group has answered and every shard assigned here is rebuilt."""
        return self._wanted is not None and self._wanted == set(self.shards)

    @property
    def saves(self) -> bool:
        """Whether the last checkpoint could be written; true before the first."""
        return not self._checkpoints.is_failing

    async def on_start(self) -> None:
        """Try the checkpoint store, compile the kernels, join the group."""
        settings = self._settings
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._writer, self._checkpoints.try_to_write)
        except NewsfoldError as error:
            refuse_to_start(error)
        await loop.run_in_executor(self._thread, warm_up, settings)
        consumer = self.consumer = fold_consumer(settings.kafka, settings.shard.group)
        try:
            await start(consumer, settings.kafka)
        except NewsfoldError as error:
            refuse_to_start(error)
        consumer.subscribe([settings.topics.embedded], listener=_Listener(self))

    async def on_stop(self) -> None:
        """Let the loop end its transaction, save the state, leave the group, disconnect."""
        self._stop_opening(set(self._wanted or ()))
        await self._idle.wait()
        async with self._lock:
            if self._writing is not None:
                await self._writing
            await self._settle(set(self.shards))
            for shard in self._plan.at_stop(self.shards.values()):
                await shard.save()
            await self.close_shards(set(self.shards))
        if self.consumer is not None:
            await self.consumer.stop()
        self._thread.shutdown(wait=False)
        self._writer.shutdown(wait=False)

    @Service.task
    async def _run(self) -> None:
        """Feed the shards until the worker stops."""
        self._idle.clear()
        try:
            while not self.should_stop:
                await self.open_wanted()
                shard_settings = self._settings.shard
                batches = await self.consumer.getmany(
                    timeout_ms=shard_settings.poll_ms, max_records=shard_settings.batch_size
                )
                for source, records in batches.items():
                    await self.take(source, records)
                await self.settle(set(self.shards) - {source.partition for source in batches})
                await self._save_when_due()
        except asyncio.CancelledError:
            raise
        except (LogFormatError, ModelMismatchError, StateLostError) as error:
            refuse_to_start(error)
        except BaseException as error:  # noqa: BLE001 - when in doubt, stop rather than commit
            action = "nothing of the batch was committed; fix the cause the error names, then restart"
            end_process("fold_failed", error, action=action)
        finally:
            self._idle.set()

    async def take(self, source: TopicPartition, records: list[ConsumerRecord]) -> None:
        """Have the shard of these records fold them, and commit them while the loop goes on."""
        async with self._lock:
            shard = self.shards.get(source.partition)
            if shard is None or not records or await self._is_stale(source, records):
                return
            await self._attempt(shard, shard.take(records))

    async def settle(self, partitions: set[int]) -> None:
        """Wait until the shards of these partitions have committed what they folded."""
        async with self._lock:
            await self._settle(partitions)

    async def _settle(self, partitions: set[int]) -> None:
        for shard in [self.shards[partition] for partition in partitions & set(self.shards)]:
            await self._attempt(shard, shard.settle())

    async def _attempt(self, shard: Shard, step: Awaitable[None]) -> None:
        """Drop the shard's state where its transaction failed."""
        try:
            await step
        except ProducerFenced:
            await self._rest(shard.partition)
        except KafkaError as error:
            await self._drop(shard, error)

    async def _is_stale(self, source: TopicPartition, records: list[ConsumerRecord]) -> bool:
        """Whether the records were fetched before a seek backwards, which will bring them again in order."""
        try:
            return bool(await self.consumer.position(source) <= records[-1].offset)
        except IllegalStateError:  # revoked meanwhile
            return True

    async def _drop(self, shard: Shard, error: KafkaError) -> None:
        """After a failed transaction the state is ahead of what was committed: forget it, and open it anew.

        Raises:
            KafkaError: the error will not pass by itself.
        """
        self.metrics.transactions_failed.inc()
        partition, offset = shard.partition, shard.next_offset
        failed_at, times = self._failures.get(partition, (offset, 0))
        times = times + 1 if failed_at == offset else 1
        self._failures[partition] = (offset, times)
        if not is_passing(error) or times > MOST_FAILURES:
            raise error
        log.warning(
            "transaction_failed",
            topic=self._settings.topics.embedded,
            partition=partition,
            offset=offset,
            error=repr(error),
            action="none: the shard is rebuilt from its checkpoint and the log",
        )
        await self.close_shards({partition})

    async def _rest(self, partition: int) -> None:
        """Another worker has opened the shard, or the broker gave the transaction up while it was away.

        Nothing was emitted. Wait for a session's time, in which the group lets a worker that lost the partition
        know of it; a worker that still owns it then opens it again.
        """
        self.metrics.transactions_failed.inc()
        seconds = self._settings.kafka.session_timeout_ms / 1000
        log.warning(
            "shard_fenced",
            topic=self._settings.topics.embedded,
            partition=partition,
            action=f"none: opened again after {seconds:.0f} s if the group still wants it here",
        )
        self._resting[partition] = monotonic() + seconds
        await self.close_shards({partition})

    async def open_wanted(self) -> None:
        """Open what the group gave to this worker. The lock stays free, so that it can be taken away meanwhile."""
        now = monotonic()
        for partition in sorted((self._wanted or set()) - set(self.shards)):
            if self.should_stop or self._resting.get(partition, 0.0) > now:
                continue
            task = asyncio.create_task(self._open(partition))
            self._opening = (partition, task)
            await asyncio.wait([task])
            self._opening = None
            if not task.cancelled():
                task.result()

    def _stop_opening(self, partitions: set[int]) -> None:
        if self._opening is not None and self._opening[0] in partitions:
            self._opening[1].cancel()

    def new_shard(self, partition: int) -> Shard:
        """A shard that is not yet open."""
        return Shard(partition, self._settings, self.metrics, self._checkpoints, self._thread, self._tracing)

    async def _open(self, partition: int) -> None:
        shard = self.new_shard(partition)
        self._rebuilding = shard
        try:
            await shard.open(self.consumer)
        except ProducerFenced:
            await shard.close()
            await self._rest(partition)
        except (KafkaError, OSError) as error:
            if not is_passing(error):
                raise
            facts = {"topic": self._settings.topics.embedded, "partition": partition, "error": repr(error)}
            log.warning("shard_not_opened", **facts, action="none: trying again")
            await shard.close()
            await self.sleep(RETRY_SECONDS)
        except (asyncio.CancelledError, NewsfoldError):
            await shard.close()
            raise
        else:
            self.shards[partition] = shard
            self._plan.note(shard)
        finally:
            self._rebuilding = None

    async def _let_go(self, partitions: set[int]) -> None:
        try:
            await self._settle(partitions)
        finally:
            await self.close_shards(partitions)

    async def close_shards(self, partitions: set[int]) -> None:
        """Let go of the shards of these partitions that are open here."""
        for partition in partitions & set(self.shards):
            await self.shards.pop(partition).close()

    async def assigned(self, partitions: set[int]) -> None:
        """The group gave these partitions to this worker; the loop opens them."""
        async with self._lock:
            self.metrics.rebalances.labels("fold").inc()
            self._wanted = partitions
            await self._let_go(set(self.shards) - partitions)

    async def revoked(self, partitions: set[int]) -> None:
        """The group takes these partitions away: let go before another worker begins."""
        self._stop_opening(partitions)
        async with self._lock:
            if self._wanted is not None:
                self._wanted = self._wanted - partitions
            await self._let_go(partitions)

    async def _save_when_due(self) -> None:
        """Start writing the checkpoint of one shard whose time has come; at most one is written at a time."""
        if self._writing is not None and not self._writing.done():
            return
        for shard in self._plan.due(self.shards.values()):
            async with self._lock:
                await self._settle({shard.partition})
                if self.shards.get(shard.partition) is not shard:
                    return
                save = await shard.snapshot()
                self._plan.note(shard)
            self._writing = asyncio.get_running_loop().run_in_executor(self._writer, save)
            return

    def observe(self) -> None:
        """Set the gauges that say what the shards hold, how far behind and how safe they are."""
        wanted = self._wanted or set()
        fenced = {partition for partition, until in self._resting.items() if until > monotonic()} & wanted
        topic = self._settings.topics.embedded
        set_shard_gauges(self.metrics, self.consumer, topic, self.shards, self._rebuilding)
        set_state_gauges(self.metrics, self.shards.values(), wanted, fenced - set(self.shards))
        is_writing = self._writing is not None and not self._writing.done()
        self.metrics.checkpoint_queue.set(len(self._plan.due(self.shards.values())) + is_writing)


class _Listener(ConsumerRebalanceListener):
    def __init__(self, stage: FoldService) -> None:
        self._stage = stage

    async def on_partitions_revoked(self, revoked: Any) -> None:
        await self._stage.revoked({source.partition for source in revoked})

    async def on_partitions_assigned(self, assigned: Any) -> None:
        await self._stage.assigned({source.partition for source in assigned})
