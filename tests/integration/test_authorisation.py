"""Every part of Newsfold runs with the least rights: the list of docs/operating.md, "Rights", on a broker that asks.

LEAST is that list; what is not on it is refused, and the tests show both.
"""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from deploy.kafka.broker import Broker
from deploy.kafka.security import BrokerSecurity
from tests.support.newsroom import Newsroom, article

PASSWORDS = {
    name: f"s3cret-of-{name}" for name in ("admin", "worker", "embed", "fold", "board", "producer", "nobody")
}
DOCUMENT = Path(__file__).parents[2] / "docs" / "operating.md"

# (who, kind of resource, what of it, operation); DESCRIBE comes with READ and WRITE.
LEAST = {
    ("producer", "topic", "articles", "WRITE"),
    ("embed", "topic", "articles", "READ"),
    ("embed", "topic", "articles.embedded", "READ"),
    ("embed", "topic", "articles.embedded", "WRITE"),
    ("embed", "topic", "articles.dead-letter", "WRITE"),
    ("embed", "group", "newsfold-embed", "READ"),
    ("fold", "topic", "articles.embedded", "READ"),
    ("fold", "topic", "stories", "WRITE"),
    ("fold", "topic", "storylines", "WRITE"),
    ("fold", "topic", "assignments", "WRITE"),
    ("fold", "group", "newsfold-fold", "READ"),
    ("fold", "transactional id", "newsfold-shard", "WRITE"),
    ("embed", "every topic", "", "DESCRIBE"),
    ("embed", "every topic", "", "DESCRIBE_CONFIGS"),
    ("fold", "every topic", "", "DESCRIBE"),
    ("fold", "every topic", "", "DESCRIBE_CONFIGS"),
    ("board", "topic", "stories", "READ"),
    ("board", "topic", "storylines", "READ"),
    ("board", "topic", "assignments", "READ"),
}  # fmt: skip
KINDS = {"group": ResourceType.GROUP, "transactional id": ResourceType.TRANSACTIONAL_ID}


def sections(newsroom: Newsroom) -> dict[str, str]:
    """The names of LEAST as this newsroom has them."""
    settings = newsroom.settings
    topics = settings.topics
    return {
        "articles": topics.articles,
        "articles.embedded": topics.embedded,
        "articles.dead-letter": topics.dead_letters,
        "stories": topics.stories,
        "storylines": topics.storylines,
        "assignments": topics.assignments,
        "newsfold-embed": settings.intake.group,
        "newsfold-fold": settings.shard.group,
        "newsfold-shard": settings.shard.transactional_id_prefix,
    }


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker with an authoriser: nobody may do anything but the administrator."""
    settings = {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:admin;User:ANONYMOUS",  # the last: the broker's own listeners
        "allow.everyone.if.no.acl.found": "false",
    }
    security = BrokerSecurity(users=PASSWORDS)
    with Broker(tmp_path_factory.mktemp("guarded"), security=security, settings=settings) as started:
        yield started


def login(user: str) -> dict[str, str]:
    return {
        "NEWSFOLD_KAFKA__SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "NEWSFOLD_KAFKA__SASL_MECHANISM": "SCRAM-SHA-256",
        "NEWSFOLD_KAFKA__SASL_USERNAME": user,
        "NEWSFOLD_KAFKA__SASL_PASSWORD": PASSWORDS[user],
    }


@pytest.fixture
async def administered(guarded: Broker, topic_prefix: str, tmp_path: Path) -> Newsroom:
    """The topics, made by the administrator, and the rights of LEAST; a user `worker` has those of both stages."""
    newsroom = Newsroom(guarded.bootstrap, topic_prefix, tmp_path, **login("admin"))
    await newsroom.open()
    await asyncio.to_thread(grant, newsroom)
    return newsroom


def grant(newsroom: Newsroom) -> None:
    kafka = newsroom.settings.kafka
    admin = AdminClient(
        {
            "bootstrap.servers": kafka.bootstrap_servers,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "SCRAM-SHA-256",
            "sasl.username": "admin",
            "sasl.password": PASSWORDS["admin"],
        }
    )
    names = sections(newsroom)
    everything = [name for plain, name in names.items() if not plain.startswith("newsfold")]
    rights = {
        (user_name, KINDS.get(kind, ResourceType.TOPIC), name, operation)
        for user, kind, what, operation in LEAST
        for user_name in (user, "worker" if user in {"embed", "fold"} else user)
        for name in (everything if kind == "every topic" else [names[what]])
    }
    bindings = [
        AclBinding(
            resource,
            name,
            ResourcePatternType.PREFIXED
            if resource is ResourceType.TRANSACTIONAL_ID
            else ResourcePatternType.LITERAL,
            f"User:{user}",
            "*",
            AclOperation[operation],
            AclPermissionType.ALLOW,
        )
        for user, resource, name, operation in sorted(rights, key=str)
    ]
    for done in admin.create_acls(bindings).values():
        done.result(timeout=60)


def room_of(user: str, newsroom: Newsroom) -> Newsroom:
    """The same topics, as a user sees them."""
    environment = newsroom.environment | login(user)
    bootstrap = environment.pop("NEWSFOLD_KAFKA__BOOTSTRAP_SERVERS")
    prefix = newsroom.settings.intake.group.removesuffix("embed")
    return Newsroom(bootstrap, prefix, newsroom.folder, **environment)


def refusal(newsroom: Newsroom, topic: str) -> int:
    """The code with which the broker answers a client that asks for a topic; 0 where it lets it see the topic."""
    kafka = newsroom.settings.kafka
    assert kafka.sasl_password is not None
    client = AdminClient(
        {
            "bootstrap.servers": kafka.bootstrap_servers,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "SCRAM-SHA-256",
            "sasl.username": kafka.sasl_username,
            "sasl.password": kafka.sasl_password.get_secret_value(),
        }
    )
    error = client.list_topics(topic, timeout=60).topics[topic].error
    return error.code() if error else 0


async def ended(worker) -> int:
    async with asyncio.timeout(240):
        while worker.exit_code is None:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.2)
    return worker.exit_code


async def test_every_part_does_its_work_with_its_rights_alone(administered: Newsroom):
    worker = room_of("worker", administered)
    with worker.worker() as both:
        await asyncio.to_thread(both.wait_ready)
        lines = [article("one", "Ferry service resumes after the storm"), b"not JSON"]
        await room_of("producer", administered).send([(b"one", lines[0]), (b"two", lines[1])])
        await administered.wait_for(1, letters=1)
    board = room_of("board", administered)
    assert [one["article_id"] for one in await board.assignments()] == ["one"]
    assert len(await board.stories()) == 1


async def test_the_stages_do_with_their_own_rights_apart(administered: Newsroom):
    embed, fold = room_of("embed", administered), room_of("fold", administered)
    with embed.worker("embed") as one, fold.worker("fold") as other:
        await asyncio.to_thread(one.wait_ready)
        await asyncio.to_thread(other.wait_ready)
        await room_of("producer", administered).produce([article("one", "Ferry service resumes")])
        await administered.wait_for(1)


async def test_what_is_not_granted_is_refused(administered: Newsroom):
    topics = administered.settings.topics
    with pytest.raises(KafkaError):
        await room_of("board", administered).produce([article("one", "A reader writes")])
    for user, topic in (("board", topics.embedded), ("board", topics.articles), ("producer", topics.stories)):
        found = await asyncio.to_thread(refusal, room_of(user, administered), topic)
        assert found == TopicAuthorizationFailedError.errno
    assert await asyncio.to_thread(refusal, room_of("board", administered), topics.stories) == 0


async def test_a_worker_without_rights_ends_with_code_2_and_says_what_is_missing(administered: Newsroom):
    worker = room_of("nobody", administered).worker()
    worker.start()
    assert await ended(worker) == 2
    worker.stop()
    said = worker.log_file.read_text()
    assert PASSWORDS["nobody"] not in said


def test_the_document_lists_the_same_rights():
    rows = re.findall(r"^\| (\S+) \| (.+?) \| (.*?) \| (.+?) \|$", DOCUMENT.read_text(), re.MULTILINE)
    documented = {
        (who, kind, what.strip("`"), operation)
        for who, kind, what, operations in rows
        for operation in operations.split(", ")
        if operation in AclOperation.__members__
    }
    assert documented == LEAST
