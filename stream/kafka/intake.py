"""The embed stage's edge: batches of raw messages in, records and dead letters out, all acknowledged.

At-least-once by the rules of docs/decisions/0001-kafka-rules.md: raw bytes, one batch at a time, the body
never raises (what is unexpected ends the process before anything is committed), every send awaited.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog
import xxhash
from aiokafka import AIOKafkaProducer
from faust import EventT
from faust.types.transports import ConsumerT
from mode import Service

from embeddings.encoder import load_encoder
from stream.embed import Embedder, Incoming, Refused
from stream.embedded import EmbeddedArticle, Origin, encode_record
from stream.kafka.clients import connection
from stream.kafka.dead_letters import Headers, dead_letter
from stream.kafka.failure import end_process
from stream.metrics import Metrics
from stream.settings import RouteBy, Settings

log = structlog.get_logger(__name__)

EXIT_INTAKE_FAILED = 70  # EX_SOFTWARE: the batch stays uncommitted and is read again after the restart


class Intake(Service):
    """Takes batches of the articles topic to articles.embedded and the dead-letter topic."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        super().__init__()
        self._settings = settings
        self._metrics = metrics
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="embed")
        self._embedder: Embedder | None = None
        self._producer: AIOKafkaProducer | None = None
        self._done: dict[int, int] = {}

    @property
    def ready(self) -> bool:
        """Whether the model is loaded and the producer connected."""
        return self._embedder is not None and self._producer is not None

    async def on_start(self) -> None:
        """Load the encoder, connect the producer."""
        loop = asyncio.get_running_loop()
        encoder = await loop.run_in_executor(self._thread, load_encoder, self._settings.encoder)
        self._embedder = Embedder(encoder, self._settings.intake.max_article_bytes, self._metrics)
        producer = AIOKafkaProducer(
            **connection(self._settings.kafka),
            enable_idempotence=True,
            acks="all",
            compression_type="lz4",
            linger_ms=5,
            max_request_size=self._settings.intake.max_article_bytes + 65_536,
        )
        await producer.start()
        self._producer = producer
        log.info("encoder_loaded", model=self._embedder.model)

    async def on_stop(self) -> None:
        """Flush and disconnect."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()
        self._thread.shutdown(wait=False)

    async def take(self, events: Sequence[EventT]) -> None:
        """Take one batch to its end. Never raises: what is unexpected ends the process, uncommitted."""
        first = events[0].message
        try:
            async with asyncio.timeout(self._settings.intake.batch_timeout_seconds):
                await self._take(events)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - rule 3: commit nothing that was not done
            end_process(
                EXIT_INTAKE_FAILED,
                "batch_failed",
                error,
                topic=first.topic,
                partition=first.partition,
                offset=first.offset,
                articles=len(events),
                action="nothing was committed: the batch is read again when the worker is restarted",
            )

    async def _take(self, events: Sequence[EventT]) -> None:
        assert self._embedder is not None  # noqa: S101 - on_start() came first
        self._metrics.consumed.labels(self._settings.topics.articles).inc(len(events))
        messages = [_incoming(event) for event in events]
        loop = asyncio.get_running_loop()
        results = await loop.run_in_executor(self._thread, self._embedder.embed, messages)
        with self._metrics.timed("append"):
            sent = [
                await self._refuse(result, _headers(event))
                if isinstance(result, Refused)
                else await self._append(result)
                for result, event in zip(results, events, strict=True)
            ]
            await asyncio.gather(*sent)
        self._done |= {message.origin.partition: message.origin.offset + 1 for message in messages}

    def observe_lag(self, consumer: ConsumerT) -> None:
        """Set the lag of every assigned partition: what lies between the last article done and the end."""
        for source in consumer.assignment():
            end = consumer.highwater(source)
            done = self._done.get(source.partition)
            if end is not None and done is not None:
                self._metrics.lag.labels(source.topic, str(source.partition)).set(max(0, end - done))

    async def _append(self, record: EmbeddedArticle) -> asyncio.Future[object]:
        assert self._producer is not None  # noqa: S101 - on_start() came first
        topics = self._settings.topics
        shard = shard_of(record, topics.shards, topics.route_by)
        future: asyncio.Future[object] = await self._producer.send(
            topics.embedded, encode_record(record), key=record.id.encode(), partition=shard
        )
        return future

    async def _refuse(self, refused: Refused, headers: Headers) -> asyncio.Future[object]:
        assert self._producer is not None  # noqa: S101 - on_start() came first
        topics = self._settings.topics
        letter = dead_letter(refused, topics.articles, headers, self._settings.intake.max_article_bytes)
        future: asyncio.Future[object] = await self._producer.send(
            topics.dead_letters, letter.value, key=letter.key, headers=letter.headers
        )
        self._metrics.dead_letters.labels(refused.reason).inc()
        log.warning(
            "article_refused",
            reason=refused.reason,
            error=str(refused.error)[:200],
            topic=topics.articles,
            partition=refused.incoming.origin.partition,
            offset=refused.incoming.origin.offset,
            action=f"see the letter on {topics.dead_letters}",
        )
        return future


def shard_of(record: EmbeddedArticle, shards: int, route_by: RouteBy) -> int:
    """The shard of an article: always the same for the same language, or source."""
    if shards == 1:
        return 0
    route = record.language if route_by is RouteBy.LANGUAGE else record.source
    return xxhash.xxh3_64_intdigest((route or "").encode()) % shards


def _incoming(event: EventT) -> Incoming:
    message = event.message
    return Incoming(
        key=message.key,
        value=message.value,
        origin=Origin(message.partition, message.offset),
        ingested=round(message.timestamp * 1000) if message.timestamp else 0,
    )


def _headers(event: EventT) -> Headers:
    headers = event.message.headers or []
    pairs = headers.items() if isinstance(headers, dict) else headers
    return [(name, value) for name, value in pairs]
