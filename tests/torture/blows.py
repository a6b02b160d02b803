"""What a round of torture does to the service, and how often."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from enum import StrEnum
from random import Random

from tests.torture.arena import BROKER_CLOCK, DISKS, NETWORK, WORKER_CLOCK, Arena
from tests.torture.cluster import NODES
from tests.torture.desk import MOST_WORKERS, SESSION_SECONDS, Desk

HOUR = 3_600
BROKER_ENDS_WITHIN = 30.0  # seconds on a full disk; it ends with the first write


class Blow(StrEnum):
    """What a round does to the service."""

    KILL = "worker killed"
    KILL_TWICE = "worker killed while it starts"
    KILL_BROKER = "broker killed"
    RESTART_BROKER = "broker restarted"
    PAUSE = "worker paused past its session"
    SHRINK = "worker stopped"
    GROW = "worker added"
    PAUSE_BROKER = "broker paused past request and session"
    LATENCY = "latency and little bandwidth"
    HELD_CONNECTIONS = "some connections held past the request timeout"
    RESETS = "connections reset"
    HALF_OPEN = "half-open connections"
    CUT_OFF = "workers cut off while alive"
    FULL_CHECKPOINT_DISK = "disk of the checkpoints full"
    READ_ONLY_CHECKPOINTS = "disk of the checkpoints read-only"
    FULL_BROKER_DISK = "disk of the broker full"
    SLOW_STORE = "slow checkpoint store"
    HANGING_STORE = "hanging checkpoint store"
    WORKER_CLOCK = "workers' clock an hour wrong"
    BROKER_CLOCK = "broker's clock an hour wrong"
    SCALE = "1 to 3 to 1 workers of each stage"
    KILL_NODE = "one of three brokers killed"
    KILL_TWO_NODES = "two of three brokers killed"
    MOVE_LEADERS = "one of three brokers stopped: leaders move"
    PAUSE_NODE = "one of three brokers paused"


NEEDS = {
    Blow.LATENCY: NETWORK,
    Blow.HELD_CONNECTIONS: NETWORK,
    Blow.RESETS: NETWORK,
    Blow.HALF_OPEN: NETWORK,
    Blow.CUT_OFF: NETWORK,
    Blow.FULL_CHECKPOINT_DISK: DISKS,
    Blow.READ_ONLY_CHECKPOINTS: DISKS,
    Blow.FULL_BROKER_DISK: DISKS,
    Blow.WORKER_CLOCK: WORKER_CLOCK,
    Blow.BROKER_CLOCK: BROKER_CLOCK,
}

PROCESSES = (
    Blow.KILL,
    Blow.KILL_TWICE,
    Blow.KILL_BROKER,
    Blow.RESTART_BROKER,
    Blow.PAUSE,
    Blow.SHRINK,
    Blow.GROW,
)
# The broker's clock has a run of its own (--deck "broker's clock an hour wrong"): Java under libfaketime is slow, and
# on a busy machine it does not start in time.
SURROUNDINGS = (
    Blow.PAUSE_BROKER,
    Blow.SLOW_STORE,
    Blow.HANGING_STORE,
    Blow.SCALE,
    *(blow for blow in NEEDS if blow is not Blow.BROKER_CLOCK),
)
NODES_DIE = (Blow.KILL_NODE, Blow.KILL_TWO_NODES, Blow.MOVE_LEADERS, Blow.PAUSE_NODE)
# A worker dies in every second round of processes; the rest of each deck comes once.
ONE_BROKER = (*[Blow.KILL] * 4, *PROCESSES, *SURROUNDINGS)
CLUSTER = (Blow.KILL, Blow.PAUSE, Blow.SCALE, *NODES_DIE)


def blows(rounds: int, deck: tuple[Blow, ...], random: Random) -> list[Blow]:
    """A blow for each round: every kind as often as the deck says, in an order by chance."""
    drawn: list[Blow] = []
    while len(drawn) < rounds:
        cards = list(deck) if rounds - len(drawn) >= len(deck) else list(dict.fromkeys(deck))
        random.shuffle(cards)
        drawn += cards
    return drawn[:rounds]


async def strike(blow: Blow, desk: Desk, arena: Arena, random: Random) -> None:
    """Do it, and return when it is over; the service may be far from recovered."""
    await _BLOWS[blow](desk, arena, random)


async def _kill(desk: Desk, arena: Arena, random: Random) -> None:
    del arena, random
    desk.kill(desk.any_worker())


async def _kill_twice(desk: Desk, arena: Arena, random: Random) -> None:
    del arena
    desk.kill(desk.any_worker())
    await asyncio.sleep(random.uniform(3.0, 12.0))  # while it loads, joins, rebuilds, or has just begun
    desk.kill(desk.workers[-1])


async def _kill_broker(desk: Desk, arena: Arena, random: Random) -> None:
    del arena
    await desk.restart_broker(killed=True, seconds=random.uniform(0.0, 3.0))


async def _restart_broker(desk: Desk, arena: Arena, random: Random) -> None:
    del arena
    await desk.restart_broker(killed=False, seconds=random.uniform(0.0, 3.0))


async def _pause(desk: Desk, arena: Arena, random: Random) -> None:
    del arena
    await desk.pause(desk.any_worker(), _past_session(random))


async def _shrink(desk: Desk, arena: Arena, random: Random) -> None:
    del arena, random
    if len(desk.workers) > 1:
        await desk.stop(desk.any_worker())
    else:
        desk.kill(desk.any_worker())


async def _grow(desk: Desk, arena: Arena, random: Random) -> None:
    del arena, random
    if len(desk.workers) < MOST_WORKERS:
        desk.add_worker()
    else:
        desk.kill(desk.any_worker())


async def _pause_broker(desk: Desk, arena: Arena, random: Random) -> None:
    del desk
    assert arena.broker is not None
    arena.broker.pause()
    await asyncio.sleep(_past_session(random))
    arena.broker.resume()


def _bad_network(
    *wrong: tuple[str, str, float, dict[str, int]], long: bool = False
) -> Callable[[Desk, Arena, Random], Awaitable[None]]:
    async def strike_network(desk: Desk, arena: Arena, random: Random) -> None:
        del desk
        assert arena.network is not None
        seconds = _past_session(random) if long else random.uniform(3.0, 6.0)
        toxics = [arena.network.wrong(kind, way, share, **more) for kind, way, share, more in wrong]
        await _while_wrong(toxics, seconds)

    return strike_network


async def _while_wrong(wrong: list[AbstractContextManager[None]], seconds: float) -> None:
    for one in wrong:
        await asyncio.to_thread(one.__enter__)
    try:
        await asyncio.sleep(seconds)
    finally:
        for one in wrong:
            await asyncio.to_thread(one.__exit__, None, None, None)


async def _full_checkpoint_disk(desk: Desk, arena: Arena, random: Random) -> None:
    del desk
    assert arena.checkpoint_disk is not None
    await _while_wrong([arena.checkpoint_disk.full()], random.uniform(3.0, 6.0))


async def _read_only_checkpoints(desk: Desk, arena: Arena, random: Random) -> None:
    del desk
    assert arena.checkpoint_disk is not None
    await _while_wrong([arena.checkpoint_disk.read_only()], random.uniform(3.0, 6.0))


async def _full_broker_disk(desk: Desk, arena: Arena, random: Random) -> None:
    del random
    broker, disk = arena.broker, arena.broker_disk
    assert broker is not None
    assert disk is not None
    with disk.full():
        for _ in range(round(BROKER_ENDS_WITHIN * 2)):
            if broker.exit_code is not None:
                break
            await asyncio.sleep(0.5)
    await desk.restart_broker(killed=True, seconds=0.0)


async def _slow_store(desk: Desk, arena: Arena, random: Random) -> None:
    await _while_wrong([arena.store.pace("2")], random.uniform(3.0, 6.0))
    desk.kill(desk.any_worker())


async def _hanging_store(desk: Desk, arena: Arena, random: Random) -> None:
    desk.kill(desk.any_worker())  # one that opens its shards meanwhile waits
    await _while_wrong([arena.store.pace("hang")], _past_session(random))


async def _worker_clock(desk: Desk, arena: Arena, random: Random) -> None:
    del desk
    assert arena.worker_clock is not None
    arena.worker_clock.turn(random.choice((-HOUR, HOUR)))
    await asyncio.sleep(random.uniform(3.0, 6.0))
    arena.worker_clock.turn(0)


async def _broker_clock(desk: Desk, arena: Arena, random: Random) -> None:
    del desk
    assert arena.broker_clock is not None
    arena.broker_clock.turn(random.choice((-HOUR, HOUR)))
    await asyncio.sleep(random.uniform(3.0, 6.0))
    arena.broker_clock.turn(0)


async def _scale(desk: Desk, arena: Arena, random: Random) -> None:
    """Two more of each stage, and away again while they work."""
    del arena
    more = [desk.add_worker(stage) for stage in ("embed", "embed", "fold", "fold")]
    await asyncio.sleep(random.uniform(8.0, 16.0))
    for worker in more:
        if worker in desk.workers:
            await desk.stop(worker)


async def _kill_node(desk: Desk, arena: Arena, random: Random) -> None:
    del desk
    await _without_nodes(arena, [random.randrange(NODES)], random, killed=True)


async def _kill_two_nodes(desk: Desk, arena: Arena, random: Random) -> None:
    del desk
    await _without_nodes(arena, random.sample(range(NODES), 2), random, killed=True)


async def _move_leaders(desk: Desk, arena: Arena, random: Random) -> None:
    del desk
    await _without_nodes(arena, [random.randrange(NODES)], random, killed=False)


async def _without_nodes(arena: Arena, nodes: list[int], random: Random, *, killed: bool) -> None:
    cluster = arena.cluster
    assert cluster is not None
    for node in nodes:
        await asyncio.to_thread(cluster.kill_node if killed else cluster.stop_node, node)
    await asyncio.sleep(random.uniform(1.0, 8.0))
    for node in nodes:
        cluster.start_node(node)
    for node in nodes:
        await asyncio.to_thread(cluster.wait_for_node, node)


async def _pause_node(desk: Desk, arena: Arena, random: Random) -> None:
    del desk
    assert arena.cluster is not None
    node = arena.cluster.node(random.randrange(NODES))
    node.send(signal.SIGSTOP)
    await asyncio.sleep(_past_session(random))
    node.send(signal.SIGCONT)


def _past_session(random: Random) -> float:
    """Seconds after which a worker's session and every request of its own have run out."""
    return SESSION_SECONDS + random.uniform(1.0, 4.0)


_BOTH = ("upstream", "downstream")
_BLOWS: dict[Blow, Callable[[Desk, Arena, Random], Awaitable[None]]] = {
    Blow.KILL: _kill,
    Blow.KILL_TWICE: _kill_twice,
    Blow.KILL_BROKER: _kill_broker,
    Blow.RESTART_BROKER: _restart_broker,
    Blow.PAUSE: _pause,
    Blow.SHRINK: _shrink,
    Blow.GROW: _grow,
    Blow.PAUSE_BROKER: _pause_broker,
    Blow.LATENCY: _bad_network(
        ("latency", "downstream", 1.0, {"latency": 300, "jitter": 250}),
        ("bandwidth", "upstream", 1.0, {"rate": 50}),
    ),
    Blow.HELD_CONNECTIONS: _bad_network(("latency", "upstream", 0.4, {"latency": 6_000}), long=True),
    Blow.RESETS: _bad_network(("reset_peer", "downstream", 0.7, {"timeout": 300})),
    Blow.HALF_OPEN: _bad_network(("timeout", "downstream", 1.0, {"timeout": 0}), long=True),
    Blow.CUT_OFF: _bad_network(*[("timeout", way, 1.0, {"timeout": 0}) for way in _BOTH], long=True),
    Blow.FULL_CHECKPOINT_DISK: _full_checkpoint_disk,
    Blow.READ_ONLY_CHECKPOINTS: _read_only_checkpoints,
    Blow.FULL_BROKER_DISK: _full_broker_disk,
    Blow.SLOW_STORE: _slow_store,
    Blow.HANGING_STORE: _hanging_store,
    Blow.WORKER_CLOCK: _worker_clock,
    Blow.BROKER_CLOCK: _broker_clock,
    Blow.SCALE: _scale,
    Blow.KILL_NODE: _kill_node,
    Blow.KILL_TWO_NODES: _kill_two_nodes,
    Blow.MOVE_LEADERS: _move_leaders,
    Blow.PAUSE_NODE: _pause_node,
}
