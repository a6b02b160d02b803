"""A real Apache Kafka for the integration tests: one broker a session, topics of its own for each test.

NEWSFOLD_TEST_BOOTSTRAP names another broker to test against instead (its topics begin with `test-`).
"""

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.kafka.broker import Broker
from stream.kafka.warm_up import warm_up
from stream.settings import Settings
from tests.support.newsroom import Newsroom


@dataclass(frozen=True)
class RunningBroker:
    """A broker that the tests share and must leave running."""

    bootstrap: str


@pytest.fixture(scope="session", autouse=True)
def compiled() -> None:
    """Compile the kernels once, where they are not yet: the workers then find them on disk."""
    warm_up(Settings())


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBroker]:
    """The session's broker; a test that kills or pauses one starts its own (`own_broker`)."""
    elsewhere = os.environ.get("NEWSFOLD_TEST_BOOTSTRAP")
    if elsewhere:
        yield RunningBroker(elsewhere)
        return
    with Broker(tmp_path_factory.mktemp("broker")) as started:
        yield RunningBroker(started.bootstrap)


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker for one test, which may kill, pause and restart it."""
    with Broker(tmp_path / "broker") as started:
        yield started


@pytest.fixture
def topic_prefix() -> str:
    """A beginning for the names of topics, groups and transactional ids that no other test has."""
    return f"test-{uuid.uuid4().hex[:8]}."


@pytest.fixture
async def newsroom(broker: RunningBroker, topic_prefix: str, tmp_path: Path) -> Newsroom:
    """Topics and settings of its own, on the session's broker."""
    room = Newsroom(broker.bootstrap, topic_prefix, tmp_path)
    await room.open()
    return room
