"""`newsfold doctor` names what is wrong: a set-up that works, and twelve that were broken on purpose."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiokafka.admin import RecordsToDelete
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from deploy.kafka.broker import Broker
from deploy.kafka.security import BrokerSecurity
from stream.embed.record import EmbeddedArticle, Origin, encode_record
from stream.kafka.clients import connected_admin, connection
from tests.support.newsroom import Newsroom

FAKETIME = [*Path("/usr/lib").glob("*/faketime/libfaketime.so.1")]


async def doctor(newsroom: Newsroom, **changes: str) -> tuple[int, str]:
    """Exit code and output, its lines run together."""
    command = [sys.executable, "-m", "stream", "doctor"]
    environment = os.environ | newsroom.environment | changes
    done = await asyncio.to_thread(
        subprocess.run, command, env=environment, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert all(len(line) <= 80 or "/" in line for line in done.stdout.splitlines())
    return done.returncode, " ".join(done.stdout.split())


async def log_record(newsroom: Newsroom, value: bytes) -> None:
    """Put a record on articles.embedded."""
    articles = newsroom.settings.topics.articles
    embedded = newsroom.settings.model_copy(
        update={
            "topics": newsroom.settings.topics.model_copy(
                update={"articles": newsroom.settings.topics.embedded}
            )
        }
    )
    newsroom.settings, before = embedded, newsroom.settings
    try:
        await newsroom.send([(b"a", value)])
    finally:
        newsroom.settings = before
    assert newsroom.settings.topics.articles == articles


def record(model: str = "", version: int = 1) -> bytes:
    return encode_record(EmbeddedArticle(id="a", origin=Origin(0, 0), ingested=0, model=model, v=version))


@dataclass(frozen=True)
class Broken:
    """Settings that break a set-up, and what doctor says."""

    says: str
    settings: dict[str, str] = field(default_factory=dict)


BROKEN = {
    "a setting that is no number": Broken("NEWSFOLD_TOPICS__SHARDS", {"NEWSFOLD_TOPICS__SHARDS": "many"}),
    "windows that contradict": Broken(
        "articles.embedded is kept for 1 h", {"NEWSFOLD_TOPICS__EMBEDDED_RETENTION_HOURS": "1"}
    ),
    "no broker": Broken(
        "no broker answers at 127.0.0.1:1", {"NEWSFOLD_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    ),
    "topics of another prefix": Broken("does not exist", {"NEWSFOLD_TOPICS__STORIES": "nowhere"}),
    "no topic of storylines": Broken("does not exist", {"NEWSFOLD_TOPICS__STORYLINES": "nowhere"}),
    "more shards than partitions": Broken(
        "has 1 partitions, the settings say 3", {"NEWSFOLD_TOPICS__SHARDS": "3"}
    ),
    "an encoder that is not there": Broken("cannot be loaded", {"NEWSFOLD_ENCODER__MODEL": "/no/such/model"}),
    "a store that cannot be written": Broken(
        "nothing can be written to the store", {"NEWSFOLD_CHECKPOINTS__URL": "/dev/null/checkpoints"}
    ),
    "a kind of store that is unknown": Broken(
        "nothing can be written to the store", {"NEWSFOLD_CHECKPOINTS__URL": "nosuch://bucket"}
    ),
    "a log-in where none is asked for": Broken(
        "no broker answers",
        {"NEWSFOLD_KAFKA__SECURITY_PROTOCOL": "SSL", "NEWSFOLD_KAFKA__REQUEST_TIMEOUT_MS": "3000"},
    ),
}


async def test_a_set_up_that_works_has_no_problem(newsroom: Newsroom):
    code, said = await doctor(newsroom)
    assert code == 0, said
    assert "✗" not in said
    for check in ("settings", "encoder", "checkpoints", "kafka", "topics", "permissions", "log", "clock"):
        assert f"✓ {check}" in said


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_set_up_is_named_with_what_mends_it(name: str, newsroom: Newsroom):
    broken = BROKEN[name]
    code, said = await doctor(newsroom, **broken.settings)
    assert code == 1, said
    problem = next(part for part in said.split("✗ ")[1:] if broken.says in part)
    assert "-> " in problem


async def test_replicas_that_cannot_be_are_a_warning(newsroom: Newsroom):
    code, said = await doctor(newsroom, NEWSFOLD_TOPICS__REPLICATION_FACTOR="3")
    assert code == 0
    assert "! topics" in said
    assert "should have 3 replicas, but there are 1 brokers" in said


async def test_vectors_of_another_encoder_are_named(newsroom: Newsroom):
    await log_record(newsroom, record("another-model@1"))
    code, said = await doctor(newsroom)
    assert code == 1
    assert "was encoded by another-model@1" in said


async def test_records_of_a_newer_version_are_named(newsroom: Newsroom):
    await log_record(newsroom, record(version=99))
    code, said = await doctor(newsroom)
    assert code == 1
    assert "record version 99 is newer" in said
    assert "upgrade the fold workers first" in said


async def test_a_place_before_the_beginning_of_the_log_is_named(newsroom: Newsroom):
    from aiokafka import AIOKafkaConsumer

    for _ in range(3):
        await log_record(newsroom, record())
    source = TopicPartition(newsroom.settings.topics.embedded, 0)
    kafka = newsroom.settings.kafka
    consumer = AIOKafkaConsumer(
        **connection(kafka), group_id=newsroom.settings.shard.group, enable_auto_commit=False
    )
    await consumer.start()
    consumer.assign([source])
    await consumer.commit({source: OffsetAndMetadata(0, "")})
    await consumer.stop()
    async with connected_admin(kafka) as admin:
        await admin.delete_records({source: RecordsToDelete(before_offset=2)})
    code, said = await doctor(newsroom)
    assert code == 0
    assert f"! log the fold has come to 0 of {source.topic}-0, which begins at 2" in said


@pytest.mark.skipif(not FAKETIME, reason="libfaketime is not installed: apt-get install faketime")
async def test_a_clock_behind_the_brokers_is_named(newsroom: Newsroom):
    await log_record(newsroom, record())
    fake = {"LD_PRELOAD": str(FAKETIME[0]), "FAKETIME": "-1h", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    code, said = await doctor(newsroom, **fake)
    assert code == 1
    assert "the newest record was logged 3" in said
    assert "time synchronisation" in said


@pytest.fixture
def guarded(tmp_path: Path) -> Callable[[], Broker]:
    """A broker that authorizes nobody but its owner."""
    rules = {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS;User:owner",
    }
    users = BrokerSecurity(users={"owner": "swordfish", "clerk": "hunter2"})
    return lambda: Broker(tmp_path / "guarded", security=users, settings=rules)


async def test_a_password_and_permissions_that_are_missing_are_named(guarded, topic_prefix, tmp_path):
    with guarded() as broker:
        sasl = {
            "NEWSFOLD_KAFKA__SECURITY_PROTOCOL": "SASL_PLAINTEXT",
            "NEWSFOLD_KAFKA__SASL_MECHANISM": "PLAIN",
            "NEWSFOLD_KAFKA__SASL_USERNAME": "owner",
            "NEWSFOLD_KAFKA__SASL_PASSWORD": "swordfish",
        }
        newsroom = Newsroom(broker.bootstrap, topic_prefix, tmp_path, **sasl)
        await newsroom.open()
        code, said = await doctor(newsroom)
        assert code == 0, said

        code, said = await doctor(newsroom, **{"NEWSFOLD_KAFKA__SASL_PASSWORD": "wrong"})
        assert code == 1
        assert "no broker answers" in said
        assert "wrong" not in said

        clerk = {"NEWSFOLD_KAFKA__SASL_USERNAME": "clerk", "NEWSFOLD_KAFKA__SASL_PASSWORD": "hunter2"}
        code, said = await doctor(newsroom, **clerk)
        assert code == 1
        assert f"not allowed: Read on group {newsroom.settings.shard.group}" in said
        assert "not allowed: Write on transactional ids" in said
