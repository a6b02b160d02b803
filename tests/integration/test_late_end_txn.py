"""An EndTxn that arrives late must not end the transaction that follows (docs/decisions/0001, "The late EndTxn").

NEWSFOLD_TEST_LATE_TRIES=100 gives the long form, which counts.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from deploy.kafka.broker import Broker
from deploy.kafka.ports import free_port
from stream.kafka.fold_service import FoldService
from tests.integration.test_exactly_once import PATIENCE, fold_stage, log, source_of
from tests.integration.undisturbed import Comparison, compare
from tests.support.late_request import LateEndTxn
from tests.support.newsroom import Newsroom

TRIES = int(os.environ.get("NEWSFOLD_TEST_LATE_TRIES", "2"))
REQUEST_TIMEOUT_MS = "2000"
INVALID_PRODUCER_EPOCH = 47
ARTICLES = 8


@pytest.fixture(scope="module")
def proxied_broker(tmp_path_factory: pytest.TempPathFactory):
    with Broker(tmp_path_factory.mktemp("proxied-broker"), proxy_port=free_port()) as started:
        yield started


@asynccontextmanager
async def late_request(broker: Broker) -> AsyncIterator[LateEndTxn]:
    assert broker.proxy_port is not None
    async with LateEndTxn(broker.proxy_port, broker.proxied_port) as proxy:
        yield proxy


async def outcome(broker: Broker, folder: Path) -> tuple[Comparison, int | None]:
    """Fold articles behind a proxy that makes an EndTxn late, then without it; what readers saw, and its answer."""
    prefix = f"late-{uuid4().hex[:8]}."
    newsroom = Newsroom(broker.bootstrap, prefix, folder)
    behind = Newsroom(
        f"127.0.0.1:{broker.proxy_port}",
        prefix,
        folder,
        NEWSFOLD_KAFKA__REQUEST_TIMEOUT_MS=REQUEST_TIMEOUT_MS,
    )
    await newsroom.open()
    await log(newsroom, range(ARTICLES))
    async with late_request(broker) as proxy, fold_stage(behind) as cut_off:
        working = asyncio.create_task(_work(cut_off, behind, until=proxy.is_cut.is_set, first=proxy.arm))
        async with asyncio.timeout(PATIENCE):
            await proxy.is_cut.wait()
        async with asyncio.timeout(PATIENCE), fold_stage(newsroom) as successor:
            await _work(successor, newsroom, until=lambda: _has_folded(successor))
        comparison = await compare(newsroom, Counter(f"n{n}" for n in range(ARTICLES)))
        proxy.mend()
        async with asyncio.timeout(PATIENCE):
            await working
    return comparison, proxy.late_answer


def _has_folded(stage: FoldService) -> bool:
    shard = stage.shards.get(0)
    return shard is not None and shard.articles == ARTICLES


async def _work(
    stage: FoldService, newsroom: Newsroom, until: Callable[[], bool], first: Callable[[], None] | None = None
) -> None:
    """The loop of the fold stage, two records a transaction."""
    while not until():
        await stage.open_wanted()
        if first is not None and stage.shards:
            first, armed = None, first
            armed()
        batches = await stage.consumer.getmany(timeout_ms=200, max_records=2)
        await stage.take(source_of(newsroom), batches.get(source_of(newsroom), []))
        if not batches:
            await stage.settle({0})


async def test_a_late_end_of_a_transaction_is_fenced(proxied_broker: Broker, tmp_path: Path):
    for _ in range(TRIES):
        comparison, answer = await outcome(proxied_broker, tmp_path)
        assert comparison.is_clean, comparison
        assert answer == INVALID_PRODUCER_EPOCH


async def test_without_a_new_epoch_it_ends_the_transaction_that_follows(
    proxied_broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The fault itself, with aiokafka's own producer: it must be seen here for the test above to mean anything."""
    monkeypatch.setattr("stream.kafka.shard.TransactionalProducer", AIOKafkaProducer)
    seen = 0
    for _ in range(TRIES):
        comparison, answer = await outcome(proxied_broker, tmp_path)
        seen += answer == 0 and not comparison.is_clean
    print(f"\nthe fault was seen in {seen} of {TRIES} tries")
    assert seen == TRIES
