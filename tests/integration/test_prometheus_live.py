"""A real Prometheus scrapes real workers: every panel shows data, and each alert fires when its fault is caused.

The rules are those of deploy/prometheus/rules/newsfold.yml with seconds in place of minutes (LIMITS); promtool tests
them with their own durations in tests/unit/deploy.
"""

import asyncio
import math
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic, time

import pytest
from aiokafka import AIOKafkaProducer

from deploy.grafana.dashboards import BOARDS
from deploy.grafana.panels import Figure
from deploy.kafka.broker import Broker
from deploy.prometheus.process import PrometheusProcess
from deploy.prometheus.rules import Limits, alerts, text
from deploy.worker_process import WorkerProcess
from stream.kafka.clients import connection
from tests.support.newsroom import Newsroom
from tests.torture.feed import Feed

LIMITS = Limits(
    window="10s", hold="2s", long_window="90s", growth_window="8s", growth_step="1s", rebuild="1s",
    lag_records=50, latency_seconds=3.0, failed_transactions=0, restarts=1, skew_seconds=5.0,
)  # fmt: skip
ALERTS = {alert.name for alert in alerts(LIMITS)}
PATIENCE = 120.0  # seconds for an alert to fire; it takes ten on an idle machine
FAKETIME = [*Path("/usr/lib").glob("*/faketime/libfaketime.so.1")]
Cause = Callable[[Newsroom, WorkerProcess], Awaitable[None]]

pytestmark = pytest.mark.skipif(
    not PrometheusProcess.is_installed(), reason="Prometheus is not installed: apt-get install prometheus"
)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusProcess]:
    with PrometheusProcess(tmp_path_factory.mktemp("prometheus"), text(LIMITS)) as started:
        yield started


@pytest.fixture
def make(broker, topic_prefix, tmp_path) -> Callable[..., Awaitable[Newsroom]]:
    async def opened(**changes: str) -> Newsroom:
        newsroom = Newsroom(broker.bootstrap, topic_prefix, tmp_path, **changes)
        await newsroom.open()
        return newsroom

    return opened


def feed() -> Feed:
    return Feed(seed=7, clock=round(time() * 1000) - 600_000, step=50)


@asynccontextmanager
async def load(newsroom: Newsroom, batch: int, pause: float, poison: int = 0) -> AsyncIterator[None]:
    """Articles, so many every so often, until the block ends; among them some that cannot be read."""
    news, over = feed(), asyncio.Event()

    async def send() -> None:
        while not over.is_set():
            await newsroom.send([*news.take(batch), *([(b"poison", b"{")] * poison)])
            await asyncio.sleep(pause)

    task = asyncio.create_task(send())
    try:
        yield
    finally:
        over.set()
        await task


async def watch(prometheus: PrometheusProcess, job: str, worker: WorkerProcess) -> None:
    """Scrape a worker; return once its counters are known, for a rate begins at their second value."""
    prometheus.scrape(job, worker.url)
    await until_given(prometheus, f'newsfold_build_info{{job="{job}"}}')


async def until_given(prometheus: PrometheusProcess, expression: str) -> None:
    deadline = monotonic() + PATIENCE
    while not await asyncio.to_thread(prometheus.query, expression):
        assert monotonic() < deadline, f"{expression} gave nothing"
        await asyncio.sleep(0.3)


async def until_fires(prometheus: PrometheusProcess, alert: str, job: str) -> None:
    deadline = monotonic() + PATIENCE
    while not await asyncio.to_thread(prometheus.firing, alert, job):
        assert monotonic() < deadline, f"{alert} did not fire"
        await asyncio.sleep(0.3)


def empty_panels(prometheus: PrometheusProcess, job: str) -> set[str]:
    """The queries of the dashboards that give no number."""
    empty = set()
    for board in BOARDS:
        for section in board.sections:
            for panel in section.panels:
                queries = [panel.expr] if isinstance(panel, Figure) else [q.expr for q in panel.queries]
                for query in queries:
                    for name, value in (("$job", job), ("$instance", ".+"), ("$__rate_interval", "20s")):
                        query = query.replace(name, value)
                    values = [float(one["value"][1]) for one in prometheus.query(query)]
                    if not values or all(map(math.isnan, values)):
                        empty.add(f"{board.title}: {panel.title}: {query}")
    return empty


async def test_every_panel_shows_data_of_a_worker_under_load(prometheus: PrometheusProcess, make):
    newsroom = await make(NEWSFOLD_CHECKPOINTS__INTERVAL_SECONDS="2")
    with newsroom.worker() as worker:
        worker.wait_ready()
        await watch(prometheus, "panels", worker)
        async with load(newsroom, 50, 0.5, poison=1):
            deadline = monotonic() + PATIENCE
            while empty := await asyncio.to_thread(empty_panels, prometheus, "panels"):
                assert monotonic() < deadline, "no data:\n" + "\n".join(sorted(empty))
                await asyncio.sleep(1)


async def test_absent_before_any_worker_is_scraped(tmp_path):
    with PrometheusProcess(tmp_path / "prometheus", text(LIMITS)) as lonely:
        await until_fires(lonely, "NewsfoldAbsent", "")


async def test_dead_letters_where_messages_cannot_be_read(prometheus: PrometheusProcess, make):
    newsroom = await make()
    with newsroom.worker("embed") as worker:
        worker.wait_ready()
        await watch(prometheus, "letters", worker)
        async with load(newsroom, 5, 0.5, poison=5):
            await until_fires(prometheus, "NewsfoldDeadLetters", "letters")


async def test_a_worker_too_slow_for_its_load(prometheus: PrometheusProcess, make):
    newsroom = await make(NEWSFOLD_INTAKE__BATCH_SIZE="1", NEWSFOLD_COPIES__CAPACITY="64")
    with newsroom.worker() as worker:
        worker.wait_ready()
        await watch(prometheus, "slow", worker)
        async with load(newsroom, 400, 0.2):
            await until_fires(prometheus, "NewsfoldLagGrowing", "slow")
            await until_fires(prometheus, "NewsfoldLatencyHigh", "slow")
            await until_fires(
                prometheus, "NewsfoldForcedEvictions", "slow"
            )  # more texts than its index holds


async def test_no_checkpoints_a_long_rebuild_and_a_restart_after_the_other(
    prometheus: PrometheusProcess, make, tmp_path
):
    store = tmp_path / "store"
    newsroom = await make(
        NEWSFOLD_CHECKPOINTS__URL=str(store),
        NEWSFOLD_CHECKPOINTS__INTERVAL_SECONDS="1",
    )
    worker = newsroom.worker()
    with worker:
        worker.wait_ready()
        await watch(prometheus, "restarts", worker)
        shutil.rmtree(store, ignore_errors=True)  # from now on nothing can be written where the store was
        store.touch()
        await newsroom.send(feed().take(8_000))
        await until_fires(prometheus, "NewsfoldCheckpointFailing", "restarts")
        await until_fires(prometheus, "NewsfoldCheckpointOld", "restarts")
        await newsroom.wait_for(7_000)
        worker.kill()
        await until_fires(prometheus, "NewsfoldWorkerDown", "restarts")
        store.unlink()
        worker.start()
        await until_fires(prometheus, "NewsfoldRebuildLong", "restarts")  # all of it: there is no checkpoint
        worker.wait_ready()
        await asyncio.sleep(2)
        worker.kill()
        worker.start()
        await until_fires(prometheus, "NewsfoldWorkerRestarting", "restarts")


async def test_transactions_that_another_fences(prometheus: PrometheusProcess, make):
    newsroom = await make()
    shard, topics = newsroom.settings.shard, newsroom.settings.topics
    with newsroom.worker() as worker:
        worker.wait_ready()
        await watch(prometheus, "fenced", worker)
        async with load(newsroom, 5, 0.2):
            await newsroom.wait_for(5)
            zombie = AIOKafkaProducer(
                **connection(newsroom.settings.kafka),
                transactional_id=f"{shard.transactional_id_prefix}-{topics.embedded}-0",
            )
            await zombie.start()
            await zombie.stop()
            await until_fires(prometheus, "NewsfoldTransactionsFailing", "fenced")


async def test_no_progress_where_the_broker_stands_still(
    prometheus: PrometheusProcess, own_broker: Broker, topic_prefix, tmp_path
):
    newsroom = Newsroom(own_broker.bootstrap, topic_prefix, tmp_path, NEWSFOLD_INTAKE__BATCH_SIZE="1")
    await newsroom.open()
    with newsroom.worker("embed") as worker:
        worker.wait_ready()
        await watch(prometheus, "stalled", worker)
        await newsroom.send(feed().take(3_000))
        await until_given(prometheus, 'newsfold_consumer_lag_records{job="stalled"} > 100')
        own_broker.pause()
        await until_fires(prometheus, "NewsfoldNoProgress", "stalled")
        own_broker.resume()


@pytest.mark.skipif(not FAKETIME, reason="libfaketime is not installed: apt-get install faketime")
async def test_clocks_that_differ(prometheus: PrometheusProcess, make):
    newsroom = await make()
    fake = {"LD_PRELOAD": str(FAKETIME[0]), "FAKETIME": "-60s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    with newsroom.worker("embed", **fake) as worker:
        worker.wait_ready()
        await watch(prometheus, "skewed", worker)
        async with load(newsroom, 5, 0.5):
            await until_fires(prometheus, "NewsfoldClockSkew", "skewed")


def test_each_alert_is_caused_above():
    source = Path(__file__).read_text()
    assert {name for name in ALERTS if f'"{name}"' in source} == ALERTS
