"""Workers die, move and multiply; every article is still assigned exactly once."""

import asyncio
from collections import Counter

import pytest

from tests.integration.undisturbed import compare
from tests.support.newsroom import Newsroom, article

TOPICS = ("harbour", "glacier", "election", "orchestra", "earthquake", "railway", "vaccine", "cathedral")
STOP_SECONDS = 10.0  # the promise for a graceful stop


def feed(number: int) -> list[bytes]:
    """Articles on a few topics; every seventh repeats an earlier text under another id."""
    lines = []
    for n in range(number):
        base = n - 3 if n % 7 == 0 and n >= 3 else n
        topic = TOPICS[base % len(TOPICS)]
        words = " ".join(f"{topic}{(base * 31 + k * k) % 997}" for k in range(40))
        text = f"Report {base} on the {topic}. {words}. Officials said more would follow."
        published = f"2026-03-0{1 + n * 6 // number}T12:{n % 60:02d}:00Z"
        lines.append(
            article(f"n{n}", f"The {topic}: part {base}", text, source=f"S{n % 5}", published_at=published)
        )
    return lines


async def assert_as_undisturbed(newsroom: Newsroom, articles: int) -> None:
    """0 lost, 0 twice, and the bytes of an undisturbed run."""
    comparison = await compare(newsroom, Counter(f"n{n}" for n in range(articles)))
    assert comparison.is_clean, comparison


@pytest.mark.parametrize(
    "checkpoint_seconds", ["0.5", "3600"], ids=["from checkpoints", "from the log alone"]
)
async def test_a_killed_worker_loses_nothing_and_repeats_nothing(newsroom: Newsroom, checkpoint_seconds: str):
    lines = feed(600)
    changes = {
        "NEWSFOLD_CHECKPOINTS__INTERVAL_SECONDS": checkpoint_seconds,
        "NEWSFOLD_SHARD__BATCH_SIZE": "20",
    }
    await newsroom.produce(lines[:200])
    for upto, waits in ((400, 60), (600, 330)):
        worker = newsroom.worker(**changes)
        worker.start()
        await newsroom.wait_for(waits)
        worker.kill()
        await newsroom.produce(lines[upto - 200 : upto])
    with newsroom.worker(**changes) as worker:
        await newsroom.wait_for(600)
    await assert_as_undisturbed(newsroom, 600)


async def test_a_second_worker_takes_over_and_gives_back(broker, topic_prefix, tmp_path):
    newsroom = Newsroom(
        broker.bootstrap,
        topic_prefix,
        tmp_path,
        NEWSFOLD_TOPICS__SHARDS="2",
        NEWSFOLD_TOPICS__ROUTE_BY="source",
    )
    await newsroom.open()
    lines = feed(600)
    with newsroom.worker() as first:
        await newsroom.produce(lines[:200])
        first.wait_ready()
        await newsroom.wait_for(100)
        with newsroom.worker() as second:
            second.wait_ready()
            await newsroom.produce(lines[200:400])
            await newsroom.wait_for(300)
        await newsroom.produce(lines[400:])
        await newsroom.wait_for(600)
    await assert_as_undisturbed(newsroom, 600)


async def test_the_stages_run_apart(newsroom: Newsroom):
    await newsroom.produce(feed(60))
    with newsroom.worker(stage="embed") as embed, newsroom.worker(stage="fold") as fold:
        embed.wait_ready()
        fold.wait_ready()
        await newsroom.wait_for(60)
    await assert_as_undisturbed(newsroom, 60)


async def test_sigterm_ends_a_worker_gracefully(newsroom: Newsroom):
    await newsroom.produce(feed(100))
    worker = newsroom.worker()
    worker.start()
    worker.wait_ready()
    await newsroom.wait_for(100)
    async with asyncio.timeout(STOP_SECONDS):
        assert await asyncio.to_thread(worker.stop) == 0
    checkpoints = list((newsroom.folder / "checkpoints").rglob("*.checkpoint"))
    assert checkpoints
