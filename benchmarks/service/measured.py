"""One measured run: articles are appended to a topic, a service takes them, a reader notes when each was assigned.

The broker, the service and the reader share the machine, as they would on one of two cores. The first WARM_SHARE of
the articles are sent alone. When all of them are assigned, the service is stopped (SIGSTOP), the others are sent, and
it goes on: the sender is no part of what is measured and takes no core from it. What counts is from then to the last
assignment, by the broker's timestamps: neither starting nor compiling, and no stage can have worked ahead. Processor
time of the service and of the broker is read at the same two moments.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from time import monotonic, time

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

WARM_SHARE = 0.25
PATIENCE = 300.0  # seconds without an assignment until a run counts as stuck
POLL_MS = 200
TICKS = os.sysconf("SC_CLK_TCK")


class Run(msgspec.Struct):
    """What a run gave: the pace, processor time an article, and the story of each article at the end."""

    articles_per_second: float
    service_microseconds: float
    broker_microseconds: float
    stories: dict[str, str]


class Latency(msgspec.Struct):
    """Milliseconds from appending an article to reading its committed assignment."""

    name: str
    load: float  # share of what the service takes at most
    offered: float
    p50: float
    p99: float
    worst: float


def cpu_seconds(pids: Sequence[int]) -> float:
    """Processor time of processes and of their children so far."""
    found = 0.0
    for pid in pids:
        for process in _with_children(pid):
            fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
            found += sum(map(int, fields[11:15])) / TICKS
    return found


def _with_children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return [pid, *(process for child in children for process in _with_children(child))]


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def append(bootstrap: str, topic: str, keys: Sequence[bytes], values: Sequence[bytes]) -> None:
    """Send articles as fast as the broker takes them."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=20, compression_type="zstd")
    await producer.start()
    try:
        sent = [await producer.send(topic, v, key=k) for k, v in zip(keys, values, strict=True)]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


class Reader:
    """Reads the topic of assignments, committed ones only, and notes when each came."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._topic = topic
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap, isolation_level="read_committed", auto_offset_reset="earliest"
        )
        self.stories: dict[str, str] = {}
        self.appended: dict[str, int] = {}  # the broker's timestamp of an article's first assignment
        self.read_at: dict[str, float] = {}  # when it was read here, seconds since the epoch

    async def start(self) -> None:
        """Begin at the beginning."""
        await self._consumer.start()
        await self._consumer._client.force_metadata_update()
        partitions = self._consumer.partitions_for_topic(self._topic) or {0}
        self._consumer.assign([TopicPartition(self._topic, partition) for partition in partitions])

    async def read(self, timeout_ms: int = POLL_MS) -> int:
        """Take what is there; return how many articles have been assigned so far."""
        for records in (await self._consumer.getmany(timeout_ms=timeout_ms)).values():
            now = time()
            for record in records:
                sent = msgspec.json.decode(record.value)
                name = sent["article_id"]
                self.stories[name] = sent["story_id"]
                if name not in self.appended:
                    self.appended[name], self.read_at[name] = record.timestamp, now
        return len(self.appended)

    async def stop(self) -> None:
        """Disconnect."""
        await self._consumer.stop()


async def run(
    reader: Reader,
    articles: int,
    service: Sequence[int],
    broker: Sequence[int],
    send_rest: Callable[[], Awaitable[None]],
    note: Callable[[int], None],
) -> Run:
    """Follow a service until the warm-up is assigned, send the rest while it stands still, and follow it to the end.

    Raises:
        RuntimeError: the service ended, or stands still.
    """
    warm = warm_part(articles)
    await _follow(reader, warm, service, note)
    stopped = [process for pid in service for process in _with_children(pid)]
    for process in stopped:
        os.kill(process, signal.SIGSTOP)
    await send_rest()
    began = time()
    service_before, broker_before = cpu_seconds(service), cpu_seconds(broker)
    for process in stopped:
        os.kill(process, signal.SIGCONT)
    await _follow(reader, articles, service, note)
    counted = articles - warm
    return Run(
        articles_per_second=counted / (max(reader.appended.values()) / 1000 - began),
        service_microseconds=1e6 * (cpu_seconds(service) - service_before) / counted,
        broker_microseconds=1e6 * (cpu_seconds(broker) - broker_before) / counted,
        stories=dict(reader.stories),
    )


def warm_part(articles: int) -> int:
    """How many of so many articles are sent first, and not counted."""
    return int(WARM_SHARE * articles)


async def _follow(reader: Reader, wanted: int, service: Sequence[int], note: Callable[[int], None]) -> None:
    done, moved = await reader.read(), monotonic()
    while done < wanted:
        before, done = done, await reader.read()
        note(done)
        if done > before:
            moved = monotonic()
        elif monotonic() - moved > PATIENCE:
            raise RuntimeError(f"{done} of {wanted} articles assigned, and no more for {PATIENCE:.0f} s")
        elif not all(_is_running(pid) for pid in service):
            raise RuntimeError(f"the service ended with {done} of {wanted} articles assigned")


async def latency(
    bootstrap: str, topic: str, reader: Reader, keys: Sequence[bytes], values: Sequence[bytes], rate: float
) -> tuple[float, list[float]]:
    """Send articles evenly at a rate; the rate that it was, and the sorted milliseconds until each is assigned.

    The first fifth is not counted.
    """
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=0)
    await producer.start()
    sent_at: dict[str, float] = {}

    async def send() -> None:
        began = time()
        for number, (key, value) in enumerate(zip(keys, values, strict=True)):
            delay = began + number / rate - time()
            if delay > 0:
                await asyncio.sleep(delay)
            sent_at[key.decode()] = time()
            await producer.send(topic, value, key=key)

    sending = asyncio.create_task(send())
    names = [key.decode() for key in keys]
    deadline = time() + len(keys) / rate + PATIENCE
    while not (sending.done() and all(name in reader.read_at for name in names)):
        await reader.read(timeout_ms=20)
        if time() > deadline:
            raise TimeoutError("articles of the latency run were not assigned")
    await sending
    await producer.stop()
    counted = names[len(names) // 5 :]
    waits = sorted(1000 * (reader.read_at[name] - sent_at[name]) for name in counted)
    offered = (len(names) - 1) / (sent_at[names[-1]] - sent_at[names[0]])
    return offered, waits
