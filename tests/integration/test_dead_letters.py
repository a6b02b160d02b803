"""`newsfold dead-letters`: what could not be read is listed, and goes back once, however often it is asked for."""

import asyncio
import json
import os
from pathlib import Path

import click.testing
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import NewTopic

from stream.commands import newsfold
from stream.kafka.clients import connected, connected_admin, connection
from stream.kafka.dead_letter_replay import REPLAYED_FROM, LetterFilter, letters, replay
from tests.support.newsroom import Newsroom, article


@pytest.fixture
async def refused(newsroom: Newsroom) -> Newsroom:
    """A newsroom whose worker has refused three messages: undecodable, without text, and too large."""
    newsroom.environment["NEWSFOLD_INTAKE__MAX_ARTICLE_BYTES"] = "2048"
    large = article("large", "Harbour wall raised", "Stone after stone. " * 200)
    await newsroom.send([(b"bad", b"not json"), (b"x", b'{"id": "x"}'), (b"large", large)], partition=0)
    with newsroom.worker() as worker:
        await asyncio.to_thread(worker.wait_ready, 240)
        await newsroom.wait_for(0, letters=3)
    return newsroom


async def run(newsroom: Newsroom, *arguments: str, only_stdout: bool = False) -> str:
    """The output of a `newsfold` command with this newsroom's settings."""
    runner = click.testing.CliRunner(env=os.environ | newsroom.environment)
    result = await asyncio.to_thread(runner.invoke, newsfold, ["dead-letters", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout if only_stdout else result.output


async def test_letters_are_listed_by_reason_and_offset(refused: Newsroom):
    listed = [json.loads(line) for line in (await run(refused, "list", "--json")).splitlines()]
    assert [one["reason"] for one in listed] == ["undecodable", "no_text", "oversized"]
    assert listed[0]["read_from"] == f"{refused.settings.topics.articles}-0@0"
    some = (await run(refused, "list", "--json", "--reason", "no_text")).splitlines()
    assert [json.loads(line)["key"] for line in some] == ["x"]
    rest = (await run(refused, "list", "--json", "--from-offset", "1", "--to-offset", "1")).splitlines()
    assert [json.loads(line)["offset"] for line in rest] == [1]
    assert await run(refused, "list", "--json", "--since", "2199-01-01") == ""
    assert "no_text" in await run(refused, "list")


async def test_headers_beyond_what_the_topic_takes_do_not_hold_the_worker_up(broker, topic_prefix, tmp_path):
    newsroom = Newsroom(broker.bootstrap, topic_prefix, tmp_path, NEWSFOLD_INTAKE__MAX_ARTICLE_BYTES="2048")
    kafka, articles = newsroom.settings.kafka, newsroom.settings.topics.articles
    async with connected_admin(kafka) as admin:  # the user's topic takes more than the dead letters'
        await admin.create_topics([NewTopic(articles, 4, 1)])
    await newsroom.open()
    async with connected(AIOKafkaProducer(**connection(kafka)), kafka) as sender:
        headers = [("blob", os.urandom(100_000))]  # nothing to compress
        await sender.send_and_wait(articles, b"not json", key=b"bad", headers=headers, partition=0)
    await newsroom.send([(b"good", article("good", "Ferry returns"))], partition=0)
    with newsroom.worker() as worker:
        await newsroom.wait_for(1, letters=1)
        assert worker.exit_code is None
    (letter,) = [letter async for letter in letters(newsroom.settings, LetterFilter())]
    assert (letter.key, letter.value, letter.is_whole) == (b"bad", b"not json", True)
    assert letter.fact("headers.left.out.bytes") == "100004"


async def test_a_letter_is_replayed_once_and_not_when_it_was_cut(refused: Newsroom):
    articles = refused.settings.topics.articles
    assert "2 letters sent" in await run(refused, "replay", "--yes")
    assert "0 letters sent" in await run(refused, "replay", "--yes")
    sent = [one for one in await refused.read(articles) if REPLAYED_FROM in dict(one.headers)]
    assert sorted((record.key, record.value) for record in sent) == [
        (b"bad", b"not json"),
        (b"x", b'{"id": "x"}'),
    ]
    for record in sent:
        headers = dict(record.headers)
        assert not any(name.startswith("__connect.") for name in headers)
        assert headers[REPLAYED_FROM].startswith(f"{refused.settings.topics.dead_letters}:0:".encode())
    assert [letter.replayed async for letter in letters(refused.settings, LetterFilter())] == [
        True,
        True,
        False,
    ]


async def test_letters_are_saved_mended_in_a_file_and_resent_once(refused: Newsroom, tmp_path: Path):
    file = tmp_path / "letters.jsonl"
    assert "3 letters written" in await run(refused, "save", str(file))
    saved = [json.loads(line) for line in file.read_text().splitlines()]
    assert (saved[0]["text"], saved[1]["article"], saved[2]["cut"]) == ("not json", {"id": "x"}, True)
    saved[1]["article"]["title"] = "Harbour wall raised"
    file.write_text("\n".join(json.dumps(line) for line in saved))
    sent = await run(refused, "resend", str(file))
    assert "1 letters sent" in sent
    assert "2 cannot be read yet" in sent
    assert "line 1 refused, undecodable" in sent
    assert json.loads(await run(refused, "resend", str(file), "--json", only_stdout=True)) == {
        "sent": 0, "sent_before": 1, "refused": 2,
    }  # fmt: skip
    (record,) = [
        one
        for one in await refused.read(refused.settings.topics.articles)
        if REPLAYED_FROM in dict(one.headers)
    ]
    assert (record.key, json.loads(record.value)) == (b"x", {"id": "x", "title": "Harbour wall raised"})
    with refused.worker() as worker:
        await asyncio.to_thread(worker.wait_ready, 240)
        await refused.wait_for(1)
    assert [json.loads(line)["replayed"] for line in (await run(refused, "list", "--json")).splitlines()] == [
        False, True, False,
    ]  # fmt: skip


async def test_a_replayed_letter_that_is_still_wrong_becomes_one_new_letter(refused: Newsroom):
    await replay(refused.settings, LetterFilter(reason="no_text"))
    with refused.worker() as worker:
        await asyncio.to_thread(worker.wait_ready, 240)
        await refused.wait_for(0, letters=5)  # three, a receipt, and the one refused again
    waiting = [
        letter.fact("reason") async for letter in letters(refused.settings, LetterFilter(), waiting_only=True)
    ]
    assert sorted(waiting) == ["no_text", "oversized", "undecodable"]
    resent = await replay(refused.settings, LetterFilter(reason="no_text"))  # nothing was mended in between
    assert (resent.sent, resent.failed_again) == (0, 1)
    assert (await replay(refused.settings, LetterFilter(reason="no_text"), again=True)).sent == 1
    for line in (await run(refused, "list")).splitlines():
        assert len(line) <= 80
    assert (await run(refused, "list")).count(" x, replayed") == 2
