"""A newsroom for one test: topics of its own on the shared broker, workers, and readers of what comes out."""

import asyncio
import json
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from time import monotonic
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from deploy.worker_process import WorkerProcess
from stream.articles.jsonl import key_of, read_lines
from stream.corpus import FOLDER as CORPUS
from stream.kafka.clients import connected_admin, connection
from stream.kafka.topics import create_topics
from stream.settings import Settings

PATIENCE = 180.0  # seconds for articles to come out; a busy CI machine takes 30


def corpus_lines() -> list[bytes]:
    """The articles of the sample corpus, in arrival order."""
    return list(read_lines(CORPUS / "articles.jsonl"))


def corpus_labels() -> list[dict[str, Any]]:
    """What each article of the corpus is known to be."""
    return [json.loads(line) for line in read_lines(CORPUS / "labels.jsonl")]


def article(name: str, title: str, text: str = "", **more: Any) -> bytes:
    """One article as its producer would send it."""
    return json.dumps({"id": name, "title": title, "text": text, **more}).encode()


class Newsroom:
    """Settings, topics and workers that no other test shares."""

    def __init__(self, bootstrap: str, prefix: str, folder: Path, **changes: str) -> None:
        self.folder = folder
        names = ("articles", "embedded", "stories", "storylines", "assignments", "dead_letters")
        self.environment = {
            "NEWSFOLD_KAFKA__BOOTSTRAP_SERVERS": bootstrap,
            "NEWSFOLD_KAFKA__SESSION_TIMEOUT_MS": "6000",
            "NEWSFOLD_SHARD__TRANSACTION_TIMEOUT_MS": "10000",
            "NEWSFOLD_CHECKPOINTS__URL": str(folder / "checkpoints"),
            "NEWSFOLD_INTAKE__GROUP": f"{prefix}embed",
            "NEWSFOLD_SHARD__GROUP": f"{prefix}fold",
            "NEWSFOLD_SHARD__TRANSACTIONAL_ID_PREFIX": f"{prefix}shard",
            **{f"NEWSFOLD_TOPICS__{name.upper()}": f"{prefix}{name.replace('_', '-')}" for name in names},
            **changes,
        }
        self.settings = _settings(self.environment)
        self._workers = 0

    async def open(self) -> None:
        """Create the topics."""
        async with connected_admin(self.settings.kafka) as admin:
            await create_topics(admin, self.settings)

    def worker(
        self,
        stage: str | None = None,
        checkout: Path | None = None,
        processes: int | None = None,
        **changes: str,
    ) -> WorkerProcess:
        """A worker with these settings, not yet started."""
        self._workers += 1
        log_file = self.folder / f"worker-{self._workers}.log"
        return WorkerProcess(self.environment | changes, log_file, stage, checkout, processes)

    async def produce(self, lines: Iterable[bytes], partition: int | None = None) -> None:
        """Send articles, keyed by id, and wait for the acknowledgements."""
        await self.send([(key_of(line), line) for line in lines], partition)

    async def send(
        self, messages: Iterable[tuple[bytes | None, bytes | None]], partition: int | None = None
    ) -> None:
        """Send keys and values as they are."""
        producer = AIOKafkaProducer(**connection(self.settings.kafka), max_request_size=20_000_000)
        await producer.start()
        try:
            topic = self.settings.topics.articles
            sent = [
                await producer.send(topic, value, key=key, partition=partition) for key, value in messages
            ]
            await asyncio.gather(*sent)
        finally:
            await producer.stop()

    async def read(self, topic: str) -> list[ConsumerRecord]:
        """Everything a read_committed reader sees on the topic up to its end."""
        consumer = AIOKafkaConsumer(
            **connection(self.settings.kafka), isolation_level="read_committed", auto_offset_reset="earliest"
        )
        await consumer.start()
        records: list[ConsumerRecord] = []
        try:
            async with connected_admin(self.settings.kafka) as admin:
                (described,) = await admin.describe_topics([topic])
            sources = [TopicPartition(topic, one["partition"]) for one in described["partitions"]]
            consumer.assign(sources)
            await consumer.seek_to_beginning(*sources)
            ends = await consumer.end_offsets(sources)
            while any([await consumer.position(source) < end for source, end in ends.items()]):
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    records += batch
        finally:
            await consumer.stop()
        return records

    async def assignments(self) -> list[dict[str, Any]]:
        """Every assignment a reader sees."""
        return [json.loads(record.value) for record in await self.read(self.settings.topics.assignments)]

    async def stories(self) -> list[dict[str, Any]]:
        """Every snapshot a reader sees, tombstones left out."""
        records = await self.read(self.settings.topics.stories)
        return [json.loads(record.value) for record in records if record.value is not None]

    async def storylines(self) -> list[dict[str, Any]]:
        """The same of storylines."""
        records = await self.read(self.settings.topics.storylines)
        return [json.loads(record.value) for record in records if record.value is not None]

    async def dead_letters(self) -> list[ConsumerRecord]:
        """Every dead letter."""
        return await self.read(self.settings.topics.dead_letters)

    async def wait_for(self, articles: int, letters: int = 0) -> list[dict[str, Any]]:
        """The assignments, once so many articles are assigned and so many letters are dead."""
        deadline = monotonic() + PATIENCE
        while True:
            assignments = await self.assignments()
            assigned = len({one["article_id"] for one in assignments})
            dead = len(await self.dead_letters()) if letters else 0
            if assigned >= articles and dead >= letters:
                return assignments
            if monotonic() > deadline:
                raise TimeoutError(f"{assigned} of {articles} articles, {dead} of {letters} letters")
            await asyncio.sleep(0.5)

    async def wait_for_methods(self, wanted: dict[str, int]) -> None:
        """Wait until so many assignments of each method are there."""
        deadline = monotonic() + PATIENCE
        while True:
            methods = Counter(one["method"] for one in await self.assignments())
            if all(methods[method] >= number for method, number in wanted.items()):
                return
            if monotonic() > deadline:
                raise TimeoutError(f"{methods} instead of {wanted}")
            await asyncio.sleep(0.5)


def _settings(environment: dict[str, str]) -> Settings:
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        return Settings()
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)
