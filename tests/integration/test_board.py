"""The board on a real Kafka: its store is what the topics say, also after a kill, and when the broker was away."""

import asyncio
import random
import sqlite3
from pathlib import Path
from time import monotonic

from aiokafka import AIOKafkaProducer

from deploy.board_process import BoardProcess
from deploy.kafka.broker import Broker
from stream.board.projection import Kind, Message
from stream.kafka.clients import connected, connection
from tests.support.board import assignment_of, report_of, story_of
from tests.support.newsroom import Newsroom, corpus_lines

PATIENCE = 90.0  # seconds for the board to reach the end of the topics on a busy machine


async def produce(newsroom: Newsroom, messages: list[Message], pause: float = 0.0) -> None:
    """Write to the public topics as a worker does: story and assignment in one transaction."""
    topics = newsroom.settings.topics
    names = {Kind.STORY: topics.stories, Kind.ASSIGNMENT: topics.assignments}
    producer = AIOKafkaProducer(
        **connection(newsroom.settings.kafka), transactional_id=f"{topics.stories}-test-{id(messages)}"
    )
    async with connected(producer, newsroom.settings.kafka):
        for begin in range(0, len(messages), 20):
            async with producer.transaction():
                for message in messages[begin : begin + 20]:
                    await producer.send(names[message.kind], message.value, key=message.key.encode())
            await asyncio.sleep(pause)


async def last_values(newsroom: Newsroom, topic: str) -> dict[str, bytes]:
    """What a compacted topic says in the end."""
    found: dict[str, bytes] = {}
    for record in await newsroom.read(topic):
        key = record.key.decode()
        found.pop(key, None)
        if record.value is not None:
            found[key] = record.value
    return found


def stored(folder: Path, table: str) -> dict[str, bytes]:
    """What the board's store holds, read from outside."""
    connection = sqlite3.connect(folder / "board.sqlite")
    try:
        rows = connection.execute(f"SELECT id, value FROM {table} WHERE value IS NOT NULL")  # noqa: S608
        return dict(rows.fetchall())
    finally:
        connection.close()


async def wait_until_equal(newsroom: Newsroom, folder: Path) -> None:
    topics = newsroom.settings.topics
    deadline = monotonic() + PATIENCE
    while True:
        stories = await last_values(newsroom, topics.stories)
        assignments = await last_values(newsroom, topics.assignments)
        if stored(folder, "stories") == stories and stored(folder, "articles") == assignments:
            return
        assert monotonic() < deadline, (len(stored(folder, "stories")), len(stories))
        await asyncio.sleep(0.5)


def busy_log(stories: int, changes: int) -> list[Message]:
    """Stories that grow, are merged, and end, in a random but fixed order."""
    rng = random.Random(3)
    messages: list[Message] = []
    for version in range(1, changes + 1):
        number = rng.randrange(stories)
        report = report_of(f"a{version}", f"Report {version} of story {number}", version / 60)
        name = f"story-{number}"
        if rng.random() < 0.04:
            messages.append(Message(Kind.STORY, name, None))
        elif rng.random() < 0.04:
            messages.append(story_of(name, version=version, status="merged", merged_into=f"story-{stories}"))
        else:
            messages += [story_of(name, report, version=version), assignment_of(report, name)]
    return messages


async def test_a_board_killed_again_and_again_ends_with_what_the_topics_say(newsroom: Newsroom, tmp_path):
    folder = tmp_path / "board"
    environment = {**newsroom.environment, "NEWSFOLD_BOARD__FOLDER": str(folder)}
    writing = asyncio.create_task(produce(newsroom, busy_log(60, 1500), pause=0.05))
    board = BoardProcess(environment, tmp_path / "board.log")
    kills = 0
    while not writing.done():
        await asyncio.to_thread(board.start)
        await asyncio.sleep(1.5)
        board.kill()
        kills += 1
    await writing
    assert kills >= 2
    with board:
        await wait_until_equal(newsroom, folder)


async def test_the_board_shows_what_a_worker_decides(newsroom: Newsroom, tmp_path):
    folder = tmp_path / "board"
    await newsroom.produce(corpus_lines(), partition=0)
    with (
        newsroom.worker() as worker,
        BoardProcess({**newsroom.environment, "NEWSFOLD_BOARD__FOLDER": str(folder)}, tmp_path / "board.log"),
    ):
        worker.wait_ready()
        await newsroom.wait_for(166)
        await wait_until_equal(newsroom, folder)


async def test_a_board_waits_for_a_broker_that_is_away_and_says_so(own_broker: Broker, tmp_path):
    newsroom = Newsroom(own_broker.bootstrap, "away.", tmp_path)
    await newsroom.open()
    report = report_of("a", "Ferry stranded off Halden")
    await produce(newsroom, [story_of("s1", report), assignment_of(report, "s1")])
    folder = tmp_path / "board"
    environment = {**newsroom.environment, "NEWSFOLD_BOARD__FOLDER": str(folder)}
    environment["NEWSFOLD_KAFKA__REQUEST_TIMEOUT_MS"] = "2000"
    own_broker.kill()
    with BoardProcess(environment, tmp_path / "board.log") as board:
        await wait_for_state(board, "error")
        own_broker.start()
        await wait_for_state(board, "fresh")
        await wait_until_equal(newsroom, folder)


async def wait_for_state(board: BoardProcess, wanted: str) -> None:
    deadline = monotonic() + PATIENCE
    while (state := (await asyncio.to_thread(board.json, "/api/status"))["state"]) != wanted:
        assert monotonic() < deadline, f"{state} instead of {wanted}"
        await asyncio.sleep(0.5)
