"""The service under torture: a broker, up to three workers under a supervisor, and a producer that never gives up."""

import asyncio
import signal
from collections import Counter
from collections.abc import Sequence
from random import Random
from time import monotonic

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from deploy.kafka.broker import Broker
from deploy.worker_process import WorkerProcess
from stream.kafka.clients import connection
from tests.support.newsroom import Newsroom
from tests.torture.feed import Message

MOST_WORKERS = 3
SESSION_SECONDS = 6.0  # as Newsroom sets it; a pause longer than this moves the worker's partitions
STOP_SECONDS = 10.0  # the promise for a graceful stop
CATCH_UP_SECONDS = 600.0
SHAPE = {
    "NEWSFOLD_TOPICS__SHARDS": "2",
    "NEWSFOLD_TOPICS__ROUTE_BY": "source",
    "NEWSFOLD_TOPICS__ARTICLE_PARTITIONS": "3",
    "NEWSFOLD_CHECKPOINTS__INTERVAL_SECONDS": "2",
    "NEWSFOLD_KAFKA__REQUEST_TIMEOUT_MS": "5000",  # less than a pause, so that requests run out too
    "NEWSFOLD_SHARD__BATCH_SIZE": "50",
    "NEWSFOLD_COPIES__CAPACITY": "5000",
    "NEWSFOLD_STORIES__WINDOW_HOURS": "6",
    "NEWSFOLD_FOLD__RETENTION_HOURS": "12",
}


class Desk:
    """Workers that a supervisor starts again, whatever ended them, until they are asked to stop."""

    def __init__(
        self,
        broker: Broker | None,
        newsroom: Newsroom,
        random: Random | None = None,
        bootstraps: Sequence[str] = (),
    ) -> None:
        self.broker = broker
        self.newsroom = newsroom
        self.workers: list[WorkerProcess] = []
        self.ended_by_themselves: Counter[int] = Counter()
        self.slowest_stop = 0.0
        self._random = random or Random(0)
        self._bootstraps = bootstraps or (newsroom.settings.kafka.bootstrap_servers,)
        self._stages: dict[WorkerProcess, str | None] = {}

    def add_worker(self, stage: str | None = None) -> WorkerProcess:
        """Start one more, which reaches the broker on a way by chance; do not wait for it."""
        way = self._random.choice(self._bootstraps)
        worker = self.newsroom.worker(stage, NEWSFOLD_KAFKA__BOOTSTRAP_SERVERS=way)
        worker.start()
        self.workers.append(worker)
        self._stages[worker] = stage
        return worker

    def tend(self) -> None:
        """Start again what ended by itself, as a supervisor does."""
        for worker in list(self.workers):
            if worker.exit_code is not None:
                self.ended_by_themselves[worker.exit_code] += 1
                self.workers.remove(worker)
                worker.stop()  # it has ended; this lets go of the guard beside it
                self.add_worker(self._stages.pop(worker))

    def any_worker(self) -> WorkerProcess:
        """One of the running workers, by chance."""
        return self._random.choice(self.workers)

    def kill(self, worker: WorkerProcess) -> None:
        """SIGKILL, and another in its place."""
        self.workers.remove(worker)
        worker.kill()
        self.add_worker(self._stages.pop(worker))

    async def stop(self, worker: WorkerProcess) -> None:
        """SIGTERM; note how long it took."""
        self.workers.remove(worker)
        begin = monotonic()
        code = await asyncio.to_thread(worker.stop)
        self.slowest_stop = max(self.slowest_stop, monotonic() - begin)
        if code != 0:
            self.ended_by_themselves[code or 0] += 1

    async def pause(self, worker: WorkerProcess, seconds: float) -> None:
        """SIGSTOP, and after some time SIGCONT: a zombie, where the time was longer than its session."""
        worker.send(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        worker.send(signal.SIGCONT)

    async def restart_broker(self, killed: bool, seconds: float) -> None:
        """Take the broker away for some seconds, in order or by SIGKILL."""
        broker = self.broker
        if broker is None:
            raise ValueError("this desk has no broker of its own")
        await asyncio.to_thread(broker.kill if killed else broker.stop)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(broker.start)

    async def send(self, producer: AIOKafkaProducer, messages: list[Message]) -> None:
        """Send, in order for each key, and return once all is acknowledged."""
        while messages:
            outcomes = await asyncio.gather(
                *[asyncio.create_task(self._send_one(producer, *message)) for message in messages],
                return_exceptions=True,
            )
            messages = [
                m for m, outcome in zip(messages, outcomes, strict=True) if isinstance(outcome, KafkaError)
            ]
            if messages:
                await asyncio.sleep(1.0)

    async def _send_one(self, producer: AIOKafkaProducer, key: bytes, value: bytes | None) -> None:
        await producer.send_and_wait(self.newsroom.settings.topics.articles, value, key=key)

    async def wait_until_done(self, untended: WorkerProcess | None = None) -> None:
        """Return once every article is embedded and every record of the log folded.

        Args:
            untended: a worker that nobody starts again; once it ends there is nothing to wait for.

        Raises:
            TimeoutError: says how far each stage came.
            AssertionError: the untended worker ended.
        """
        settings = self.newsroom.settings
        stages = (
            (settings.intake.group, settings.topics.articles, settings.topics.article_partitions),
            (settings.shard.group, settings.topics.embedded, settings.topics.shards),
        )
        deadline = monotonic() + CATCH_UP_SECONDS
        for group, topic, partitions in stages:
            while behind := await self._behind(group, topic, partitions):
                if monotonic() > deadline:
                    raise TimeoutError(f"{behind} messages of {topic} were not taken in {CATCH_UP_SECONDS} s")
                assert untended is None or untended.exit_code is None, untended.log_file.read_text()[-2_000:]
                self.tend()
                await asyncio.sleep(1.0)

    async def _behind(self, group: str, topic: str, partitions: int) -> int:
        consumer = AIOKafkaConsumer(
            **connection(self.newsroom.settings.kafka), group_id=group, enable_auto_commit=False
        )
        await consumer.start()
        try:
            sources = [TopicPartition(topic, partition) for partition in range(partitions)]
            ends = await consumer.end_offsets(sources)
            done = {source: await consumer.committed(source) or 0 for source in sources}
        finally:
            await consumer.stop()
        return sum(ends[source] - done[source] for source in sources)
