"""A broker that runs alone is killed: what it had not committed stays unseen, whenever a transaction runs out.

docs/decisions/0007-kafka-faults.md, "A broker that runs alone". Without the controller that fences the former broker
first, some of these transactions end in the moment in which their partitions have no leader, and are read after all.
"""

import asyncio
from contextlib import suppress
from pathlib import Path
from time import monotonic

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import ProducerFenced

from deploy.kafka.broker import Broker

WRITERS = 400
PARTITIONS = 100  # as many leaders to lose: it takes the broker some time, in which transactions end
FIRST_ENDS, LAST_ENDS = 3.0, 7.0  # seconds; the restart's end lies between
AT_ONCE = 50
TOPIC = "assignments"
PATIENCE = 60.0
# The node looks for transactions that ran out all the time, and forgets its former self soon.
SETTINGS = {
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": 10,
    "broker.session.timeout.ms": 2_000,
    "broker.heartbeat.interval.ms": 500,
}


def writer(broker: Broker, number: int, seconds: float) -> AIOKafkaProducer:
    return AIOKafkaProducer(
        bootstrap_servers=broker.bootstrap,
        transactional_id=f"writer-{number}",
        transaction_timeout_ms=round(seconds * 1000),
    )


async def ready(broker: Broker, number: int) -> AIOKafkaProducer:
    """A writer whose transaction runs out at a moment of its own."""
    seconds = FIRST_ENDS + (LAST_ENDS - FIRST_ENDS) * number / WRITERS
    producer = writer(broker, number, seconds)
    await producer.start()
    return producer


async def leave_open(number: int, producer: AIOKafkaProducer) -> None:
    """Write in a transaction, and go away without ending it; on a slow machine the broker may end it before."""
    await producer.begin_transaction()
    with suppress(ProducerFenced):
        await producer.send_and_wait(TOPIC, b"never committed", partition=number % PARTITIONS)
    await producer.stop()


async def commit(broker: Broker, number: int) -> None:
    """Write in a transaction of the same id, and commit it."""
    producer = writer(broker, number, PATIENCE)
    await producer.start()
    async with producer.transaction():
        await producer.send_and_wait(TOPIC, b"committed %d" % number, partition=number % PARTITIONS)
    await producer.stop()


async def for_all(broker: Broker, task) -> list:
    outcomes = []
    for first in range(0, WRITERS, AT_ONCE):
        numbers = range(first, first + AT_ONCE)
        outcomes += await asyncio.gather(*[task(broker, number) for number in numbers])
    return outcomes


async def values(broker: Broker) -> list[bytes]:
    """What a read_committed reader sees up to the end."""
    reader = AIOKafkaConsumer(
        bootstrap_servers=broker.bootstrap, isolation_level="read_committed", auto_offset_reset="earliest"
    )
    await reader.start()
    try:
        partitions = [TopicPartition(TOPIC, number) for number in range(PARTITIONS)]
        reader.assign(partitions)
        ends = await reader.end_offsets(partitions)
        seen: list[bytes] = []
        async with asyncio.timeout(PATIENCE):
            while any([await reader.position(partition) < end for partition, end in ends.items()]):
                for batch in (await reader.getmany(timeout_ms=200)).values():
                    seen += [record.value for record in batch]
        return seen
    finally:
        await reader.stop()


async def test_what_a_kill_left_uncommitted_stays_unseen_whenever_its_time_runs_out(tmp_path: Path):
    with Broker(tmp_path, settings=SETTINGS) as broker:
        admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
        await admin.start()
        await admin.create_topics([NewTopic(TOPIC, PARTITIONS, 1)])
        await admin.close()
        producers = await for_all(broker, ready)
        await asyncio.gather(*[leave_open(number, producer) for number, producer in enumerate(producers)])
        last_ends = monotonic() + LAST_ENDS
        await asyncio.to_thread(broker.kill)
        await asyncio.to_thread(broker.start)
        await asyncio.sleep(last_ends + 1.0 - monotonic())
        await for_all(broker, commit)
        seen = await values(broker)
    assert seen.count(b"never committed") == 0
    assert sorted(seen) == sorted(b"committed %d" % number for number in range(WRITERS))


async def test_a_pause_does_not_make_the_broker_end_transactions_without_its_partitions(own_broker: Broker):
    own_broker.pause()
    await asyncio.sleep(4.0)
    own_broker.resume()
    await asyncio.sleep(1.0)
    assert "Fencing broker" not in own_broker.log_file.read_text()
