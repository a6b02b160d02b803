"""The broker goes away under load and comes back: the same worker goes on, nothing is lost, the log stays short.

NEWSFOLD_TEST_OUTAGE_SECONDS=60 gives the long form.
"""

import asyncio
import os
from pathlib import Path
from time import monotonic, time

from aiokafka import AIOKafkaProducer

from deploy.kafka.broker import Broker
from stream.kafka.clients import connection
from tests.integration.undisturbed import compare
from tests.support.newsroom import Newsroom
from tests.torture.desk import SHAPE, Desk
from tests.torture.feed import Feed

OUTAGE_SECONDS = float(os.environ.get("NEWSFOLD_TEST_OUTAGE_SECONDS", "15"))
LINES_A_SECOND = 3.0  # of the worker's log while the broker is away; unheld it would be more than 75
STOP_SECONDS = 10.0


async def test_a_worker_outlives_its_broker(own_broker: Broker, topic_prefix: str, tmp_path: Path):
    newsroom = Newsroom(own_broker.bootstrap, topic_prefix, tmp_path, **SHAPE)
    await newsroom.open()
    feed = Feed(seed=5, clock=round(time() * 1000) - 86_400_000, step=1_000)
    desk = Desk(own_broker, newsroom)
    producer = AIOKafkaProducer(**connection(newsroom.settings.kafka), enable_idempotence=True)
    await producer.start()
    with newsroom.worker() as worker:
        await asyncio.to_thread(worker.wait_ready, 240)
        sending = asyncio.create_task(desk.send(producer, feed.take(3_000)))
        await newsroom.wait_for(100)
        before = len(worker.log_file.read_text().splitlines())
        await desk.restart_broker(killed=True, seconds=OUTAGE_SECONDS)
        lines = worker.log_file.read_text().splitlines()[before:]
        await sending
        await producer.stop()
        await desk.wait_until_done(untended=worker)
        assert worker.exit_code is None, "the worker must go on by itself"
        begin = monotonic()
        assert await asyncio.to_thread(worker.stop) == 0
        stopped_in = monotonic() - begin
    comparison = await compare(newsroom, feed.expected())
    print(f"\n{len(lines)} lines in {OUTAGE_SECONDS:.0f} s; {comparison}; stopped in {stopped_in:.1f} s")
    assert comparison.is_clean
    assert len(lines) <= LINES_A_SECOND * OUTAGE_SECONDS + 20
    assert stopped_in < STOP_SECONDS


async def test_a_worker_stops_in_time_while_its_broker_is_away(
    own_broker: Broker, topic_prefix: str, tmp_path: Path
):
    newsroom = Newsroom(own_broker.bootstrap, topic_prefix, tmp_path, **SHAPE)
    await newsroom.open()
    feed = Feed(seed=6, clock=round(time() * 1000) - 86_400_000, step=1_000)
    await newsroom.send(feed.take(2_000))
    with newsroom.worker() as worker:
        await asyncio.to_thread(worker.wait_ready, 240)
        await newsroom.wait_for(50)
        await asyncio.to_thread(own_broker.kill)
        begin = monotonic()
        code = await asyncio.to_thread(worker.stop)
        assert monotonic() - begin < STOP_SECONDS
        assert code in {0, 75}
        await asyncio.to_thread(own_broker.start)
    with newsroom.worker() as successor:
        await asyncio.to_thread(successor.wait_ready, 240)
        await Desk(own_broker, newsroom).wait_until_done(untended=successor)
    assert (await compare(newsroom, feed.expected())).is_clean
