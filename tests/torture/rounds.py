"""Rounds of torture: articles flow, something dies, and the next round begins before it has recovered."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random
from time import time

from aiokafka import AIOKafkaProducer

from deploy.kafka.broker import Broker
from stream.commands.progress import counting_progress
from stream.kafka.clients import connection
from stream.kafka.shard import warm_up
from stream.settings import Settings
from tests.integration.undisturbed import Comparison, compare
from tests.support.newsroom import Newsroom
from tests.torture.desk import MOST_WORKERS, SESSION_SECONDS, SHAPE, Desk
from tests.torture.feed import Feed

ONE_DAY = 86_400_000
ARTICLE_STEP = (
    20_000  # milliseconds of the articles' clock from one to the next: 100 rounds are two days and more
)


class Blow(StrEnum):
    """What a round does to the service."""

    KILL = "worker killed"
    KILL_TWICE = "worker killed while it starts"
    KILL_BROKER = "broker killed"
    RESTART_BROKER = "broker restarted"
    PAUSE = "worker paused past its session"
    SHRINK = "worker stopped"
    GROW = "worker added"


# Of 20 rounds; the first is sure to be among any few rounds, so that a short run shows each kind too.
DECK = (
    [Blow.KILL] * 9
    + [Blow.KILL_TWICE] * 2
    + [Blow.KILL_BROKER] * 2
    + [Blow.RESTART_BROKER]
    + [Blow.PAUSE] * 2
    + [Blow.SHRINK] * 2
    + [Blow.GROW] * 2
)


@dataclass(frozen=True)
class Ordeal:
    """What was done to the service, and what it made of it."""

    blows: dict[Blow, int]
    messages: int
    articles: int
    ended_by_themselves: dict[int, int]
    slowest_stop: float
    comparison: Comparison


def blows(rounds: int, random: Random) -> list[Blow]:
    """A blow for each round: every kind as often as the deck says, in an order by chance."""
    drawn: list[Blow] = []
    while len(drawn) < rounds:
        deck = list(DECK) if rounds - len(drawn) >= len(DECK) else list(dict.fromkeys(DECK))
        random.shuffle(deck)
        drawn += deck
    return drawn[:rounds]


async def torture(folder: Path, rounds: int, articles_a_round: int, seed: int) -> Ordeal:
    """Run all rounds on a broker of its own, let the service finish, and compare."""
    random = Random(seed)
    await asyncio.to_thread(
        warm_up, Settings()
    )  # kernels are on disk: a killed worker need not compile them anew
    feed = Feed(seed, round(time() * 1000) - 10 * ONE_DAY, ARTICLE_STEP)
    broker = Broker(folder / "broker")
    await asyncio.to_thread(broker.start)
    newsroom = Newsroom(broker.bootstrap, "torture.", folder, **SHAPE)
    await newsroom.open()
    desk = Desk(broker, newsroom, random)
    counts = dict.fromkeys(Blow, 0)
    producer = AIOKafkaProducer(**connection(newsroom.settings.kafka), enable_idempotence=True)
    await producer.start()
    try:
        for _ in range(2):
            desk.add_worker()
        with counting_progress("rounds") as progress:
            task = progress.add_task("Torture", total=rounds)
            for blow in blows(rounds, random):
                desk.tend()
                sending = asyncio.create_task(desk.send(producer, feed.take(articles_a_round)))
                await asyncio.sleep(random.uniform(0.2, 6.0))
                counts[blow] += 1
                await _BLOWS[blow](desk, random)
                await sending
                progress.advance(task)
        while len(desk.workers) > 1:
            await desk.stop(desk.workers[-1])
        await desk.wait_until_done()
        await desk.stop(desk.workers[0])
        comparison = await compare(newsroom, feed.expected())
    finally:
        await producer.stop()
        for worker in desk.workers:
            worker.kill()
        await asyncio.to_thread(broker.stop)
    return Ordeal(
        blows={blow: number for blow, number in counts.items() if number},
        messages=rounds * articles_a_round,
        articles=feed.articles,
        ended_by_themselves=dict(desk.ended_by_themselves),
        slowest_stop=desk.slowest_stop,
        comparison=comparison,
    )


async def _kill(desk: Desk, random: Random) -> None:
    del random
    desk.kill(desk.any_worker())


async def _kill_twice(desk: Desk, random: Random) -> None:
    desk.kill(desk.any_worker())
    await asyncio.sleep(random.uniform(3.0, 12.0))  # while it loads, joins, rebuilds, or has just begun
    desk.kill(desk.workers[-1])


async def _kill_broker(desk: Desk, random: Random) -> None:
    await desk.restart_broker(killed=True, seconds=random.uniform(0.0, 3.0))


async def _restart_broker(desk: Desk, random: Random) -> None:
    await desk.restart_broker(killed=False, seconds=random.uniform(0.0, 3.0))


async def _pause(desk: Desk, random: Random) -> None:
    await desk.pause(desk.any_worker(), SESSION_SECONDS + random.uniform(1.0, 4.0))


async def _shrink(desk: Desk, random: Random) -> None:
    del random
    if len(desk.workers) > 1:
        await desk.stop(desk.any_worker())
    else:
        desk.kill(desk.any_worker())


async def _grow(desk: Desk, random: Random) -> None:
    del random
    if len(desk.workers) < MOST_WORKERS:
        desk.add_worker()
    else:
        desk.kill(desk.any_worker())


_BLOWS: dict[Blow, Callable[[Desk, Random], Awaitable[None]]] = {
    Blow.KILL: _kill,
    Blow.KILL_TWICE: _kill_twice,
    Blow.KILL_BROKER: _kill_broker,
    Blow.RESTART_BROKER: _restart_broker,
    Blow.PAUSE: _pause,
    Blow.SHRINK: _shrink,
    Blow.GROW: _grow,
}
