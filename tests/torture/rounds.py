"""Rounds of torture: articles flow, something dies, and the next round begins before it has recovered."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import time

from aiokafka import AIOKafkaProducer

from stream.commands.progress import counting_progress
from stream.kafka.clients import connection
from stream.kafka.warm_up import warm_up
from stream.settings import Settings
from tests.integration.undisturbed import Comparison, compare
from tests.torture.arena import Arena
from tests.torture.blows import NEEDS, NODES_DIE, PROCESSES, Blow, blows, strike
from tests.torture.desk import Desk
from tests.torture.feed import Feed

ONE_DAY = 86_400_000
ARTICLE_STEP = (
    20_000  # milliseconds of the articles' clock from one to the next: 100 rounds are two days and more
)


@dataclass(frozen=True)
class Ordeal:
    """What was done to the service, and what it made of it."""

    blows: dict[Blow, int]
    left_out: dict[Blow, str]
    messages: int
    articles: int
    ended_by_themselves: dict[int, int]
    slowest_stop: float
    comparison: Comparison


async def torture(
    folder: Path, rounds: int, articles_a_round: int, seed: int, deck: tuple[Blow, ...] = PROCESSES
) -> Ordeal:
    """Run all rounds on a broker or cluster of its own, let the service finish, and compare."""
    random = Random(seed)
    await asyncio.to_thread(
        warm_up, Settings()
    )  # kernels are on disk: a killed worker need not compile them anew
    feed = Feed(seed, round(time() * 1000) - 10 * ONE_DAY, ARTICLE_STEP)
    needs = {NEEDS[blow] for blow in deck if blow in NEEDS}
    arena = Arena(folder, needs, clustered=any(blow in NODES_DIE for blow in deck))
    left_out = {blow: arena.lacks[NEEDS[blow]] for blow in deck if NEEDS.get(blow) in arena.lacks}
    deck = tuple(blow for blow in deck if blow not in left_out)
    counts = dict.fromkeys(Blow, 0)
    async with arena:
        newsroom = arena.newsroom
        desk = Desk(arena.broker, newsroom, random, arena.bootstraps)
        producer = AIOKafkaProducer(**connection(newsroom.settings.kafka), enable_idempotence=True)
        await producer.start()
        try:
            for _ in range(2):
                desk.add_worker()
            with counting_progress("rounds") as progress:
                task = progress.add_task("Torture", total=rounds)
                for blow in blows(rounds, deck, random):
                    desk.tend()
                    sending = asyncio.create_task(desk.send(producer, feed.take(articles_a_round)))
                    await asyncio.sleep(random.uniform(0.2, 6.0))
                    counts[blow] += 1
                    await strike(blow, desk, arena, random)
                    await sending
                    progress.advance(task)
            await desk.wait_until_done()
            while desk.workers:
                await desk.stop(desk.workers[-1])
            comparison = await compare(newsroom, feed.expected())
        finally:
            await producer.stop()
            for worker in desk.workers:
                worker.kill()
    return Ordeal(
        blows={blow: number for blow, number in counts.items() if number},
        left_out=left_out,
        messages=rounds * articles_a_round,
        articles=feed.articles,
        ended_by_themselves=dict(desk.ended_by_themselves),
        slowest_stop=desk.slowest_stop,
        comparison=comparison,
    )
