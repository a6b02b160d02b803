"""The local broker is an Apache Kafka: topics, transactions, crashes, and the clients' view of each."""

import asyncio
import os
import signal
import time
from contextlib import asynccontextmanager
from pathlib import Path

import confluent_kafka.admin
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.errors import BrokerStartError
from deploy.kafka.broker import Broker


@asynccontextmanager
async def running(client):
    await client.start()
    try:
        yield client
    finally:
        await (client.close() if isinstance(client, AIOKafkaAdminClient) else client.stop())


async def create_topic(bootstrap: str, topic: str) -> None:
    async with running(AIOKafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        answer = await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
        assert [code for _, code, *_ in answer.topic_errors] == [0]


async def committed_values(bootstrap: str, topic: str) -> list[bytes]:
    """Every value of the topic that a read_committed reader sees up to its end."""
    partition = TopicPartition(topic, 0)
    reader = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, isolation_level="read_committed", auto_offset_reset="earliest"
    )
    async with running(reader):
        reader.assign([partition])
        end = (await reader.end_offsets([partition]))[partition]
        values: list[bytes] = []
        async with asyncio.timeout(30):
            while await reader.position(partition) < end:
                for batch in (await reader.getmany(timeout_ms=200)).values():
                    values += [record.value for record in batch]
        return values


async def test_two_client_libraries_list_the_same_topics(broker, topic_prefix):
    await create_topic(broker.bootstrap, topic_prefix + "seen")
    async with running(AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)) as admin:
        ours = set(await admin.list_topics())
    foreign = confluent_kafka.admin.AdminClient({"bootstrap.servers": broker.bootstrap}).list_topics(
        timeout=30
    )
    assert topic_prefix + "seen" in ours
    assert ours == set(foreign.topics)


async def test_a_topic_that_nobody_created_is_not_created_by_asking(broker, topic_prefix):
    async with running(AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)) as admin:
        await admin.describe_topics([topic_prefix + "asked"])
        assert topic_prefix + "asked" not in await admin.list_topics()


async def test_readers_of_committed_records_see_whole_transactions_alone(broker, topic_prefix):
    topic = topic_prefix + "committed"
    await create_topic(broker.bootstrap, topic)
    writer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, transactional_id=topic_prefix + "writer")
    async with running(writer):
        async with writer.transaction():
            await writer.send_and_wait(topic, b"kept")
        await writer.begin_transaction()
        await writer.send_and_wait(topic, b"dropped")
        await writer.abort_transaction()
        async with writer.transaction():
            await writer.send_and_wait(topic, b"kept too")
    assert await committed_values(broker.bootstrap, topic) == [b"kept", b"kept too"]


async def test_what_was_acknowledged_survives_a_kill(own_broker):
    await create_topic(own_broker.bootstrap, "kept")
    async with running(AIOKafkaProducer(bootstrap_servers=own_broker.bootstrap)) as writer:
        await writer.send_and_wait("kept", b"before")
        first = own_broker.pid
        await asyncio.to_thread(own_broker.kill)
        await asyncio.to_thread(own_broker.start)
        assert own_broker.pid != first
        await writer.send_and_wait("kept", b"after")  # the same client finds the same port again
    assert await committed_values(own_broker.bootstrap, "kept") == [b"before", b"after"]


async def test_a_suspended_broker_answers_when_it_goes_on(own_broker):
    await create_topic(own_broker.bootstrap, "slow")
    async with running(AIOKafkaProducer(bootstrap_servers=own_broker.bootstrap)) as writer:
        await writer.send_and_wait("slow", b"before")
        own_broker.pause()
        waiting = asyncio.create_task(writer.send_and_wait("slow", b"during"))
        done, _ = await asyncio.wait([waiting], timeout=1)
        assert not done
        own_broker.resume()
        await waiting
    assert await committed_values(own_broker.bootstrap, "slow") == [b"before", b"during"]


async def test_another_broker_on_the_same_folder_goes_on_where_the_first_stopped(tmp_path: Path):
    with Broker(tmp_path) as first:
        await create_topic(first.bootstrap, "old")
        with pytest.raises(BrokerStartError, match="running already"):
            first.start()
    with Broker(tmp_path, first.port) as second:
        assert second.bootstrap == first.bootstrap
        assert await committed_values(second.bootstrap, "old") == []


def test_a_broker_that_cannot_start_names_its_log_file(tmp_path: Path):
    (tmp_path / "log").mkdir()  # a log folder that was never formatted
    with pytest.raises(BrokerStartError, match=r"ended with code 1 while starting; .*broker\.log"):
        Broker(tmp_path).start()
    assert "meta.properties" in (tmp_path / "broker.log").read_text()


def test_a_broker_that_ends_by_itself_says_how(own_broker):
    assert own_broker.exit_code is None
    os.kill(own_broker.pid, signal.SIGTERM)
    while own_broker.exit_code is None:
        time.sleep(0.05)
    assert own_broker.exit_code == 143  # Java ends so after SIGTERM: 128 + 15


def test_a_stopped_broker_has_no_process(tmp_path: Path):
    broker = Broker(tmp_path)
    broker.stop()
    broker.kill()
    with pytest.raises(BrokerStartError, match="is not running"):
        broker.pause()
