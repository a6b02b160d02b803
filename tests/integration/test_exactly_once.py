"""The rules of docs/decisions/0001-kafka-rules.md, "Exactly once", one by one: each test fails without its rule.

The fold stage runs in this process against the real broker, so that a test can act at the very moment a rule is for.
Rule 5, fencing, needs processes that are paused: tests/integration/test_fencing.py.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaTimeoutError, ProducerFenced

from stream.copies.fingerprint import fingerprint_of
from stream.embed.record import EmbeddedArticle, Origin, encode_record
from stream.kafka.clients import connection
from stream.kafka.fold_service import FoldService
from stream.kafka.saving_plan import REST_OF_STOP_SECONDS
from stream.observability.metrics import Metrics
from stream.stories.text.evidence import evidence_of
from tests.integration.undisturbed import compare
from tests.support.metrics import value_of
from tests.support.newsroom import Newsroom

TOPICS = ("harbour", "glacier", "parliament", "orchestra")
PATIENCE = 40.0  # seconds; the broker looks for transactions that timed out every 10


def embedded(number: int) -> tuple[bytes, bytes]:
    """Key and value of article `number` as the embed stage logs it."""
    topic = TOPICS[number % len(TOPICS)]
    title, text = (
        f"The {topic}, part {number}",
        " ".join(f"{topic}{(number * 31 + k * k) % 97}" for k in range(30)),
    )
    article = EmbeddedArticle(
        id=f"n{number}",
        origin=Origin(0, number),
        ingested=0,
        title=title,
        content=f"{number:016d}".encode(),
        model="made-up@1",
        vector=bytes([1 + 30 * (number % len(TOPICS))]) * 16,
        fingerprint=fingerprint_of(title, text),
        evidence=evidence_of(title, text, "en"),
    )
    return article.id.encode(), encode_record(article)


async def log(newsroom: Newsroom, numbers: Iterable[int], producer: AIOKafkaProducer | None = None) -> None:
    """Append these articles to articles.embedded."""
    async with AsyncExitStack() as stack:
        producer = producer or await stack.enter_async_context(running(newsroom))
        for key, value in map(embedded, numbers):
            await producer.send_and_wait(newsroom.settings.topics.embedded, value, key=key, partition=0)


@asynccontextmanager
async def running(newsroom: Newsroom, **changes: Any) -> AsyncIterator[AIOKafkaProducer]:
    """A producer, stopped at the end."""
    producer = AIOKafkaProducer(**connection(newsroom.settings.kafka), **changes)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


@asynccontextmanager
async def fold_stage(newsroom: Newsroom) -> AsyncIterator[FoldService]:
    """A fold stage that owns the one shard and does only what the test asks of it."""
    settings = newsroom.settings
    stage = FoldService(settings, Metrics())
    stage.consumer = consumer = AIOKafkaConsumer(
        **connection(settings.kafka),
        group_id=settings.shard.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    await consumer.start()
    consumer.assign([source_of(newsroom)])
    await stage.assigned({0})
    try:
        yield stage
    finally:
        await stage.on_stop()


def source_of(newsroom: Newsroom) -> TopicPartition:
    return TopicPartition(newsroom.settings.topics.embedded, 0)


async def next_records(stage: FoldService, newsroom: Newsroom, number: int) -> list[ConsumerRecord]:
    """The next records of the log, exactly so many."""
    records: list[ConsumerRecord] = []
    async with asyncio.timeout(PATIENCE):
        while len(records) < number:
            batches = await stage.consumer.getmany(timeout_ms=200, max_records=number - len(records))
            records += batches.get(source_of(newsroom), [])
    return records


async def assert_as_undisturbed(newsroom: Newsroom, articles: int) -> None:
    comparison = await compare(newsroom, Counter(f"n{n}" for n in range(articles)))
    assert comparison.is_clean, comparison


async def test_rule_1_the_committed_offset_is_read_after_the_former_owner_is_fenced(newsroom: Newsroom):
    await log(newsroom, range(6))
    async with fold_stage(newsroom) as stage:
        await stage.open_wanted()
        records = await next_records(stage, newsroom, 6)
        former = stage.shards[0]
        committed = stage.consumer.committed

        async def committed_and_then_the_former_owner_commits(source: TopicPartition) -> int | None:
            offset: int | None = await committed(source)
            with suppress(ProducerFenced):
                await former.take(records)
                await former.settle()
            return offset

        stage.consumer.committed = committed_and_then_the_former_owner_commits
        successor = stage.new_shard(0)
        await successor.open(stage.consumer)
        await successor.take(await next_records(stage, newsroom, 6))
        await successor.close()
    await assert_as_undisturbed(newsroom, 6)


async def test_rule_2_records_that_arrive_before_their_shard_is_open_are_left_to_the_seek(newsroom: Newsroom):
    await log(newsroom, range(10))
    source = source_of(newsroom)
    async with fold_stage(newsroom) as stage:
        await next_records(stage, newsroom, 5)
        early = await next_records(stage, newsroom, 5)
        await stage.take(source, early)
        await stage.open_wanted()
        await stage.take(source, early)
        await stage.take(source, await next_records(stage, newsroom, 10))
    await assert_as_undisturbed(newsroom, 10)


async def test_rule_3_a_shard_is_taken_away_between_transactions_only(newsroom: Newsroom):
    await log(newsroom, range(10))
    async with fold_stage(newsroom) as stage:
        await stage.open_wanted()
        records = await next_records(stage, newsroom, 10)
        taking = asyncio.create_task(stage.take(source_of(newsroom), records))
        await asyncio.sleep(0)  # it has begun
        async with asyncio.timeout(PATIENCE):
            await stage.revoked({0})
            await taking
        assert value_of(stage.metrics.transactions_failed) == 0
    await assert_as_undisturbed(newsroom, 10)


async def test_rule_4_after_a_failed_transaction_the_state_is_that_of_the_last_commit(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
):
    await log(newsroom, range(10))
    source = source_of(newsroom)
    async with fold_stage(newsroom) as stage:
        await stage.open_wanted()
        await stage.take(source, await next_records(stage, newsroom, 5))
        await stage.settle({0})

        async def no_answer(*_: object) -> None:
            raise KafkaTimeoutError

        with monkeypatch.context() as broken:
            broken.setattr(stage.shards[0].producer, "send_offsets_to_transaction", no_answer)
            await stage.take(source, await next_records(stage, newsroom, 5))
            await stage.settle({0})
        await stage.open_wanted()
        await stage.take(source, await next_records(stage, newsroom, 5))
    await assert_as_undisturbed(newsroom, 10)


async def test_rule_4_holds_for_what_was_folded_while_the_failed_transaction_was_under_way(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
):
    await log(newsroom, range(10))
    source = source_of(newsroom)
    async with fold_stage(newsroom) as stage:
        await stage.open_wanted()
        is_folded = asyncio.Event()

        async def no_answer_until_more_is_folded(*_: object) -> None:
            await is_folded.wait()
            raise KafkaTimeoutError

        with monkeypatch.context() as broken:
            shard = stage.shards[0]
            broken.setattr(shard.producer, "send_offsets_to_transaction", no_answer_until_more_is_folded)
            await stage.take(source, await next_records(stage, newsroom, 4))
            taking = asyncio.create_task(stage.take(source, await next_records(stage, newsroom, 3)))
            async with asyncio.timeout(PATIENCE):
                while shard.articles < 7:  # noqa: ASYNC110 - the fold has no event to wait for
                    await asyncio.sleep(0.01)
                assert shard.next_offset == 0
                is_folded.set()
                await taking
        assert not stage.shards
        assert value_of(stage.metrics.transactions_failed) == 1
        await stage.open_wanted()
        assert stage.shards[0].articles == 0
        await stage.take(source, await next_records(stage, newsroom, 10))
    await assert_as_undisturbed(newsroom, 10)


async def test_a_shard_too_large_to_save_at_a_stop_goes_on_from_its_last_checkpoint(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
):
    await log(newsroom, range(10))
    source = source_of(newsroom)
    seconds = newsroom.settings.checkpoints.stop_seconds - REST_OF_STOP_SECONDS
    for room in (5, 4):
        monkeypatch.setattr("stream.kafka.saving_plan.SAVED_A_SECOND", room / seconds)
        async with fold_stage(newsroom) as stage:
            await stage.open_wanted()
            await stage.take(source, await next_records(stage, newsroom, 5))
        saved = [file.name for file in (newsroom.folder / "checkpoints").rglob("*.checkpoint")]
        assert saved == [f"{5:020d}.checkpoint"]
    async with fold_stage(newsroom) as stage:
        await stage.open_wanted()
        assert stage.shards[0].articles == 10
    await assert_as_undisturbed(newsroom, 10)


async def test_rule_6_a_killed_workers_open_transaction_hides_what_follows_no_longer_than_its_timeout(
    broker, topic_prefix, tmp_path
):
    newsroom = Newsroom(
        broker.bootstrap, topic_prefix, tmp_path, NEWSFOLD_SHARD__TRANSACTION_TIMEOUT_MS="1000"
    )
    await newsroom.open()
    stories = newsroom.settings.topics.stories
    async with fold_stage(newsroom) as stage:
        await stage.open_wanted()
        killed = stage.shards[0].producer
        await killed.begin_transaction()
        await killed.send_and_wait(stories, b"never committed", key=b"one", partition=0)
        async with running(newsroom) as other:
            await other.send_and_wait(stories, b"behind it", key=b"two", partition=0)
        seen: list[ConsumerRecord] = []
        async with asyncio.timeout(PATIENCE):
            while not seen:
                await asyncio.sleep(0.5)
                seen = await newsroom.read(stories)
        assert [record.value for record in seen] == [b"behind it"]


async def test_rule_7_records_are_counted_and_not_offsets(newsroom: Newsroom):
    async with running(newsroom, transactional_id=f"{newsroom.settings.topics.embedded}-writer") as writer:
        for numbers in (range(5), range(5, 10)):
            async with writer.transaction():
                await log(newsroom, numbers, writer)
            await writer.begin_transaction()
            await log(newsroom, range(90, 93), writer)
            await writer.abort_transaction()
    async with fold_stage(newsroom) as stage:
        await stage.open_wanted()
        await stage.take(source_of(newsroom), await next_records(stage, newsroom, 10))
        await stage.settle({0})
        assert value_of(stage.metrics.consumed.labels("fold", newsroom.settings.topics.embedded)) == 10
        shard = stage.shards[0]
        following = shard.next_offset
        assert following > 10, "the markers have offsets of their own"
        shard.fold = type(shard.fold).empty(newsroom.settings)
        assert await shard.replay(0) == 10
    await assert_as_undisturbed(newsroom, 10)
