"""The embed stage's edge: batches of raw messages in, records and dead letters out, all acknowledged.

At-least-once by the rules of docs/decisions/0001-kafka-rules.md: raw bytes, one batch at a time, the body
never raises (what is unexpected ends the process before anything is committed), every send awaited.
"""

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import time

import msgspec
import structlog
import xxhash
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import RecordMetadata
from faust import EventT
from faust.types.transports import ConsumerT
from mode import Service

from embeddings.encoder import load_encoder
from embeddings.errors import ModelError
from stream.embed.record import EmbeddedArticle, Origin, encode_record
from stream.embed.stage import Embedder, Incoming, Refused
from stream.errors import NewsfoldError
from stream.extras import missing_extra
from stream.kafka.clients import COMPRESSION, MAX_BATCH_BYTES, connection, start
from stream.kafka.dead_letters import Headers, dead_letter
from stream.kafka.failure import end_process, is_passing, refuse_to_start
from stream.kafka.history import check_log
from stream.kafka.settings import RouteBy
from stream.observability.metrics import Metrics
from stream.observability.tracing import OFF, BatchTrace, Tracing
from stream.observability.tracing import Headers as TraceHeaders
from stream.settings import Settings

log = structlog.get_logger(__name__)

LOG_APPEND_TIME = 1  # Kafka's timestamp type of a time that the broker set
MILLISECOND = 0.001  # the broker's timestamps are cut to it
RETRY_SECONDS = 1.0  # between attempts while the broker is away
PARTS = 4  # of a full batch: while one is appended, the next is embedded


class _Outgoing(msgspec.Struct, frozen=True):
    topic: str
    key: bytes | None
    value: bytes | None
    partition: int | None
    headers: Headers


class EmbedService(Service):
    """Takes batches of the articles topic to articles.embedded and the dead-letter topic."""

    def __init__(self, settings: Settings, metrics: Metrics, tracing: Tracing = OFF) -> None:
        super().__init__()
        self._settings = settings
        self._tracing = tracing
        self._metrics = metrics
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="embed")
        self._embedder: Embedder | None = None
        self._producer: AIOKafkaProducer | None = None
        self._done: dict[int, int] = {}
        metrics.consumed.labels("embed", settings.topics.articles)

    @property
    def ready(self) -> bool:
        """Whether the model is loaded and the producer connected."""
        return self._embedder is not None and self._producer is not None

    async def on_start(self) -> None:
        """Load the encoder and compile what the first article needs, connect the producer."""
        loop = asyncio.get_running_loop()
        try:
            self._embedder = await loop.run_in_executor(self._thread, self._load)
            await check_log(self._settings, self._embedder.model)
            self._producer = await self._connected()
        except (NewsfoldError, ModelError) as error:
            refuse_to_start(error)
        except ModuleNotFoundError as error:
            refuse_to_start(missing_extra(error) or error)
        log.info("encoder_loaded", model=self._embedder.model)

    async def _connected(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            **connection(self._settings.kafka),
            enable_idempotence=True,
            acks="all",
            compression_type=COMPRESSION,
            linger_ms=5,
            max_batch_size=min(MAX_BATCH_BYTES, self._settings.intake.max_message_bytes),
            max_request_size=self._settings.intake.max_message_bytes,
        )
        await start(producer, self._settings.kafka)
        return producer

    def _load(self) -> Embedder:
        intake = self._settings.intake
        encoder = load_encoder(self._settings.encoder)
        embedder = Embedder(encoder, intake.max_article_bytes, self._metrics, intake.format)
        embedder.warm_up()
        return embedder

    async def on_stop(self) -> None:
        """Flush and disconnect."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()
        self._thread.shutdown(wait=False)

    async def take(self, events: Sequence[EventT]) -> None:
        """Take one batch to its end. Never raises: what is unexpected ends the process, uncommitted.

        Being cancelled is unexpected too: Faust waits for the batch at a stop and at a rebalance, and would commit
        a batch that was cut short.
        """
        first = events[0].message
        try:
            await self._take(events)
        except BaseException as error:  # noqa: BLE001 - rule 3: commit nothing that was not done
            end_process(
                "batch_failed",
                error,
                topic=first.topic,
                partition=first.partition,
                offset=first.offset,
                articles=len(events),
                action="nothing was committed: the batch is read again when the worker is restarted",
            )

    async def _take(self, events: Sequence[EventT]) -> None:
        self._metrics.consumed.labels("embed", self._settings.topics.articles).inc(len(events))
        messages = [_incoming(event) for event in events]
        for message in messages:
            self._done.setdefault(message.origin.partition, message.origin.offset)
        topic = self._settings.topics.articles
        trace = self._tracing.begin(
            "embed", topic, [event.message.headers and _headers(event) for event in events]
        )
        appended: asyncio.Future[None] | None = None
        size = max(1, self._settings.intake.batch_size // PARTS)
        for begin in range(0, len(messages), size):
            with trace.step("encode"):
                results = await self._embedded(messages[begin : begin + size])
            outgoing = [
                out
                for position, result in enumerate(results, begin)
                for out in self._outgoing(result, events[position], trace.headers(position))
            ]
            if appended is not None:
                await appended
            appended = asyncio.ensure_future(self._append(outgoing, messages[begin].origin, trace))
            for result in results:
                if isinstance(result, Refused):
                    self._log_refusal(result)
        if appended is not None:
            await appended
        trace.end()
        self._done |= {message.origin.partition: message.origin.offset + 1 for message in messages}

    async def _embedded(self, messages: list[Incoming]) -> list[EmbeddedArticle | Refused]:
        assert self._embedder is not None  # noqa: S101 - on_start() came first
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._settings.intake.batch_timeout_seconds):
            return await loop.run_in_executor(self._thread, self._embedder.embed, messages)

    async def _append(self, outgoing: list[_Outgoing], first: Origin, trace: BatchTrace) -> None:
        with self._metrics.timed("append"), trace.step("append"):
            await self._send_all(outgoing, first)

    async def _send_all(self, waiting: list[_Outgoing], first: Origin) -> None:
        """Return once every message is acknowledged, however long the broker is away. `first` is the batch's origin.

        What failed is sent again, in order. The fold recognises by its origin a record that so comes to lie behind a
        later one of the same id, and drops it.
        """
        while waiting:
            sent_at = time()
            sent = [await self._send(message) for message in waiting]
            outcomes = await asyncio.gather(*sent, return_exceptions=True)
            self._observe_clocks(sent_at, outcomes)
            failed = [error for error in outcomes if isinstance(error, BaseException)]
            for error in failed:
                if not is_passing(error):
                    raise error
            waiting = [
                m for m, outcome in zip(waiting, outcomes, strict=True) if isinstance(outcome, Exception)
            ]
            if waiting:
                log.warning(
                    "append_failed",
                    topic=self._settings.topics.articles,
                    partition=first.partition,
                    offset=first.offset,
                    error=repr(failed[0]),
                    messages=len(waiting),
                    action="none: sent again until the broker takes them",
                )
                await asyncio.sleep(RETRY_SECONDS)

    async def _send(self, message: _Outgoing) -> asyncio.Future[object]:
        assert self._producer is not None  # noqa: S101 - on_start() came first
        try:
            future: asyncio.Future[object] = await self._producer.send(
                message.topic,
                message.value,
                key=message.key,
                partition=message.partition,
                headers=message.headers,
            )
        except KafkaError as error:  # its buffer is full, as the broker is away
            future = asyncio.get_running_loop().create_future()
            future.set_exception(error)
        return future

    def _observe_clocks(self, sent_at: float, outcomes: Sequence[object]) -> None:
        """Compare the broker's timestamps with the time between sending and acknowledgement."""
        answered_at = time()
        stamps = [
            outcome.timestamp / 1000
            for outcome in outcomes
            if isinstance(outcome, RecordMetadata) and outcome.timestamp_type == LOG_APPEND_TIME
        ]
        if stamps:
            ahead, behind = max(stamps) - answered_at, min(stamps) - sent_at + MILLISECOND
            self._metrics.clock_skew.set(max(0.0, ahead) + min(0.0, behind))

    def assigned(self, sources: Iterable[TopicPartition]) -> None:
        """Count a rebalance, and forget how far the partitions were that have gone to another worker."""
        self._metrics.rebalances.labels("embed").inc()
        owned = {source.partition for source in sources}
        self._done = {partition: offset for partition, offset in self._done.items() if partition in owned}

    def observe_lag(self, consumer: ConsumerT) -> None:
        """Set the lag of every assigned partition: what lies between the last article done and the end."""
        for source in consumer.assignment():
            end = consumer.highwater(source)
            done = self._done.get(source.partition, end)  # before the first batch: nothing was there to take
            if end is not None and done is not None:
                self._metrics.lag.labels("embed", source.topic, str(source.partition)).set(max(0, end - done))

    def _outgoing(
        self, result: EmbeddedArticle | Refused, event: EventT, context: TraceHeaders
    ) -> list[_Outgoing]:
        topics = self._settings.topics
        if isinstance(result, Refused):
            limit = self._settings.intake.max_article_bytes
            letter = dead_letter(result, topics.articles, _headers(event), limit)
            return [_Outgoing(topics.dead_letters, letter.key, letter.value, None, letter.headers)]
        key, value = result.id.encode(), encode_record(result)
        shards = shards_of(result, topics.shards, topics.route_by)
        return [_Outgoing(topics.embedded, key, value, shard, [*context]) for shard in shards]

    def _log_refusal(self, refused: Refused) -> None:
        self._metrics.dead_letters.labels(refused.reason).inc()
        log.warning(
            "article_refused",
            reason=refused.reason,
            error=str(refused.error)[:200],
            topic=self._settings.topics.articles,
            partition=refused.incoming.origin.partition,
            offset=refused.incoming.origin.offset,
            action=f"see the letter on {self._settings.topics.dead_letters}",
        )


def shards_of(record: EmbeddedArticle, shards: int, route_by: RouteBy) -> Sequence[int]:
    """The shard of an article, always the same for the same language, or source.

    A retraction has neither: it goes to every shard, and those that do not know the article pass over it.
    """
    if record.retracted or shards == 1:
        return range(shards)
    route = record.language if route_by is RouteBy.LANGUAGE else record.source
    return [xxhash.xxh3_64_intdigest((route or "").encode()) % shards]


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
