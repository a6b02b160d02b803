"""Topics are created once, in the shape the settings say, and a worker refuses any other shape."""

import asyncio

import pytest
from click.testing import CliRunner

from deploy.kafka.broker import Broker
from stream.commands.topics import command
from stream.errors import BrokerUnavailableError, TopicsMismatchError
from stream.kafka.clients import connected_admin
from stream.kafka.settings import KafkaSettings
from stream.kafka.topics import check_topics, create_topics, topic_shapes
from tests.support.newsroom import Newsroom


async def test_creating_topics_again_changes_nothing(newsroom: Newsroom):
    async with connected_admin(newsroom.settings.kafka) as admin:
        assert await create_topics(admin, newsroom.settings) == []
        await check_topics(admin, newsroom.settings)


async def test_another_number_of_shards_is_refused_with_the_way_to_mend_it(newsroom: Newsroom):
    topics = newsroom.settings.topics.model_copy(update={"shards": 3})
    changed = newsroom.settings.model_copy(update={"topics": topics})
    async with connected_admin(newsroom.settings.kafka) as admin:
        with pytest.raises(TopicsMismatchError, match=r"has 1 partitions, the settings say 3: set"):
            await check_topics(admin, changed)


async def test_missing_topics_are_named(broker, topic_prefix, tmp_path):
    newsroom = Newsroom(broker.bootstrap, topic_prefix, tmp_path)
    async with connected_admin(newsroom.settings.kafka) as admin:
        with pytest.raises(TopicsMismatchError) as caught:
            await check_topics(admin, newsroom.settings)
    for shape in topic_shapes(newsroom.settings):
        assert f"topic {shape.name!r} does not exist: run `newsfold topics`" in str(caught.value)


async def test_a_worker_refuses_to_start_without_its_topics(broker, topic_prefix, tmp_path):
    newsroom = Newsroom(broker.bootstrap, topic_prefix, tmp_path)
    with newsroom.worker() as worker:
        while worker.exit_code is None:
            pass
        assert worker.exit_code == 2
    assert "run `newsfold topics`" in worker.log_file.read_text()


async def test_a_broker_that_is_not_there_is_named():
    with pytest.raises(BrokerUnavailableError, match=r"127\.0\.0\.1:1"):
        async with connected_admin(KafkaSettings(bootstrap_servers="127.0.0.1:1")):
            pass


async def test_more_replicas_than_brokers_are_refused_with_the_way_to_mend_it(broker, topic_prefix, tmp_path):
    newsroom = Newsroom(broker.bootstrap, topic_prefix, tmp_path, NEWSFOLD_TOPICS__REPLICATION_FACTOR="3")
    with pytest.raises(TopicsMismatchError, match="lower NEWSFOLD_TOPICS__REPLICATION_FACTOR"):
        await newsroom.open()


async def test_the_command_shows_what_the_broker_has_and_each_difference_with_its_mend(newsroom: Newsroom):
    changed = {
        "NEWSFOLD_TOPICS__SHARDS": "3",
        "NEWSFOLD_TOPICS__REPLICATION_FACTOR": "2",
        "NEWSFOLD_TOPICS__EMBEDDED_RETENTION_HOURS": "10000",
    }
    environment = newsroom.environment | changed
    run = await asyncio.to_thread(CliRunner().invoke, command, ["--check"], env=environment)
    assert isinstance(run.exception, TopicsMismatchError)
    embedded = newsroom.settings.topics.embedded
    row = next(line.split() for line in run.output.splitlines() if line.startswith(embedded))
    assert row[1:4] == ["1", "1", "delete"], "what the broker has, not what the settings say"
    said = " ".join(run.output.split())
    assert f"{embedded} has 1 partitions, the settings say 3 set the partition count" in said
    assert f"{embedded} should have 2 replicas, but there are 1 brokers set NEWSFOLD_TOPICS__REPLIC" in said
    assert f"{embedded} has retention.ms=1900800000, Newsfold needs at least 36000000000 kafka-conf" in said
    assert "The cluster has 1 broker." in said
    assert all(len(line) <= 80 for line in run.output.splitlines() if embedded not in line)


async def test_a_broker_that_goes_away_between_two_questions_is_named(own_broker: Broker):
    async def ask_twice() -> None:
        kafka = KafkaSettings(bootstrap_servers=own_broker.bootstrap, request_timeout_ms=2_000)
        async with connected_admin(kafka) as admin:
            await asyncio.to_thread(own_broker.kill)
            await admin.list_topics()

    with pytest.raises(BrokerUnavailableError, match=f"a broker of {own_broker.bootstrap} went away"):
        await ask_twice()
