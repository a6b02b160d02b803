"""Memory, files, threads and checkpoints of a worker over an hour, its windows so short that all expires many times.

    python -m benchmarks.soak.soak [--minutes 60] [--share 0.5]

Starts a broker and one worker, measures the full load, then feeds a share of it. The articles' own clock runs
240 times as fast as ours: windows of one hour pass in 15 seconds, those of storylines in six minutes. Writes
benchmarks/soak/results.csv (one line a sample) and results.md. Ends with code 1 where the last
quarter's memory is not within 5 % of the first's.
"""

import argparse
import asyncio
import csv
import re
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from time import monotonic, time

from aiokafka import AIOKafkaProducer
from rich.progress import Progress

from deploy.kafka.broker import Broker
from deploy.worker_process import WorkerProcess
from stream.kafka.clients import connection
from tests.support.newsroom import Newsroom
from tests.torture.feed import Feed

HERE = Path(__file__).parent
SPEED = 240  # the articles' clock against ours
HOUR = 3_600_000
BEGINS_BEFORE = (
    100 * 24 * HOUR
)  # published times stay in the past, where the rule on future dates leaves them alone
CALIBRATION = 3_000  # articles, sent at once
WARM_UP_MINUTES = 7.0  # until the windows, also those of storylines, have filled
SAMPLE_SECONDS = 10.0
TICK_SECONDS = 0.5
ALLOWED = 0.05
WINDOWS = {
    "NEWSFOLD_COPIES__WINDOW_HOURS": "1",
    "NEWSFOLD_STORIES__WINDOW_HOURS": "1",
    "NEWSFOLD_STORIES__RULE_THRESHOLD": "0.45",  # made-up sentences resemble each other more than news does
    "NEWSFOLD_STORYLINES__WINDOW_DAYS": "1",
    "NEWSFOLD_FOLD__REGISTER_HOURS": "2",
    "NEWSFOLD_FOLD__RETENTION_HOURS": "1",
    "NEWSFOLD_CHECKPOINTS__INTERVAL_SECONDS": "20",
    "NEWSFOLD_TOPICS__ARTICLE_PARTITIONS": "1",
}
SERIES = {
    "articles": r'newsfold_state_entries\{kind="articles"\} (\S+)',
    "leaders": r'newsfold_state_entries\{kind="leaders"\} (\S+)',
    "stories": r'newsfold_state_entries\{kind="stories"\} (\S+)',
    "closed": r'newsfold_story_events_total\{type="closed"\} (\S+)',
    "expired": r'newsfold_story_events_total\{type="expired"\} (\S+)',
    "checkpoints": r'newsfold_checkpoints_total\{outcome="written"\} (\S+)',
}


def main() -> int:
    """Run the soak; the exit code says whether memory stayed flat."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60.0, help="how long to measure, after the warm-up")
    parser.add_argument("--share", type=float, default=0.5, help="how much of the full load to feed")
    chosen = parser.parse_args()
    minutes = chosen.minutes
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newsfold-soak-")))
        broker = stack.enter_context(Broker(folder / "broker"))
        newsroom = Newsroom(broker.bootstrap, "soak.", folder, **WINDOWS)
        asyncio.run(newsroom.open())
        worker = stack.enter_context(newsroom.worker())
        worker.wait_ready(600)
        samples, full, sent = asyncio.run(_soak(newsroom, worker, minutes, chosen.share))
    return _report(samples, full, sent, minutes, chosen.share)


async def _soak(
    newsroom: Newsroom, worker: WorkerProcess, minutes: float, share: float
) -> tuple[list[dict[str, float]], float, int]:
    begin = round(time() * 1000) - BEGINS_BEFORE
    feed = Feed(seed=1, clock=begin, step=SPEED)
    producer = AIOKafkaProducer(**connection(newsroom.settings.kafka), linger_ms=20)
    await producer.start()
    try:
        full = await _full_load(newsroom, worker, producer, feed)
        rate = full * share
        feed.step = round(SPEED * 1000 / rate)
        samples: list[dict[str, float]] = []
        topic, sent, started = newsroom.settings.topics.articles, 0, monotonic()
        warm, end = started + WARM_UP_MINUTES * 60, started + (WARM_UP_MINUTES + minutes) * 60
        sampled = started
        with Progress() as progress:
            task = progress.add_task(f"Soaking at {rate:.0f} articles/s", total=end - started)
            while (now := monotonic()) < end:
                due = round((now - started) * rate) - sent
                await asyncio.gather(
                    *[await producer.send(topic, value, key=key) for key, value in feed.take(due)]
                )
                sent += due
                if now - sampled >= SAMPLE_SECONDS:
                    sampled = now
                    sample = await asyncio.to_thread(_sample, newsroom, worker, now - warm)
                    sample["sent"] = sent
                    samples += [sample] if now >= warm else []
                    progress.update(task, completed=now - started)
                await asyncio.sleep(TICK_SECONDS)
        return samples, full, sent
    finally:
        await producer.stop()


async def _full_load(
    newsroom: Newsroom, worker: WorkerProcess, producer: AIOKafkaProducer, feed: Feed
) -> float:
    """Articles a second when they lie ready."""
    topic = newsroom.settings.topics.articles
    before = _processed(worker)
    begin = monotonic()
    await asyncio.gather(
        *[await producer.send(topic, value, key=key) for key, value in feed.take(CALIBRATION)]
    )
    while _processed(worker) < before + CALIBRATION:  # noqa: ASYNC110 - the other process has no event to wait for
        await asyncio.sleep(0.2)
    return CALIBRATION / (monotonic() - begin)


def _processed(worker: WorkerProcess) -> float:
    page = worker.page("/metrics")
    return sum(
        float(value) for value in re.findall(r"^newsfold_processed_total\{.*\} (\S+)", page, re.MULTILINE)
    )


def _sample(newsroom: Newsroom, worker: WorkerProcess, seconds: float) -> dict[str, float]:
    page = worker.page("/metrics")
    found = {name: re.search(pattern, page) for name, pattern in SERIES.items()}
    status = Path(f"/proc/{worker.pid}/status").read_text()
    resident = re.search(r"VmRSS:\s+(\d+) kB", status)
    threads = re.search(r"Threads:\s+(\d+)", status)
    checkpoints = sorted((newsroom.folder / "checkpoints").rglob("*.checkpoint"))
    files = len(list(Path(f"/proc/{worker.pid}/fd").iterdir()))
    return {
        "seconds": round(seconds),
        "resident_mb": round(int(resident[1]) / 1024, 1) if resident else 0.0,
        "open_files": files,
        "threads": int(threads[1]) if threads else 0,
        "checkpoint_mb": round(_bytes(checkpoints[-1:]) / 1_048_576, 2),
        "checkpoint_files": len(checkpoints),
        "processed": _processed(worker),
        **{name: float(match[1]) if match else 0.0 for name, match in found.items()},
    }


def _bytes(files: Sequence[Path]) -> int:
    """Their size; a file deleted meanwhile has none."""
    return sum(file.stat().st_size for file in files if file.exists())


def _report(samples: Sequence[dict[str, float]], full: float, sent: int, minutes: float, share: float) -> int:
    with (HERE / "results.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(samples[0]))
        writer.writeheader()
        writer.writerows(samples)
    quarter = len(samples) // 4
    first, last = (mean(s["resident_mb"] for s in part) for part in (samples[:quarter], samples[-quarter:]))
    growth = last / first - 1
    begin, end = samples[0], samples[-1]
    lines = [
        f"# Memory over {minutes:g} minutes",
        "",
        f"`python -m benchmarks.soak.soak --minutes {minutes:g} --share {share:g}`, "
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC.",
        "",
        "| What | Figure |",
        "|---|---|",
        f"| full load, measured first | {full:.0f} articles/s |",
        f"| fed | {sent} articles, {full * share:.0f} a second |",
        f"| folded by the last sample | {end['processed']:.0f} records |",
        f"| resident memory, mean of the first quarter | {first:.1f} MB |",
        f"| resident memory, mean of the last quarter | {last:.1f} MB ({growth:+.1%}) |",
        f"| open files, first and last sample | {begin['open_files']:.0f}, {end['open_files']:.0f} |",
        f"| threads, first and last sample | {begin['threads']:.0f}, {end['threads']:.0f} |",
        f"| newest checkpoint, first and last sample | {begin['checkpoint_mb']} MB, {end['checkpoint_mb']} MB |",
        f"| checkpoints kept, first and last sample | {begin['checkpoint_files']:.0f}, "
        f"{end['checkpoint_files']:.0f} |",
        f"| articles in the register, first and last sample | {begin['articles']:.0f}, {end['articles']:.0f} |",
        f"| leaders, first and last sample | {begin['leaders']:.0f}, {end['leaders']:.0f} |",
        f"| open stories, first and last sample | {begin['stories']:.0f}, {end['stories']:.0f} |",
        f"| stories closed, tombstones, checkpoints in that time | {end['closed'] - begin['closed']:.0f}, "
        f"{end['expired'] - begin['expired']:.0f}, {end['checkpoints'] - begin['checkpoints']:.0f} |",
        "",
        f"Windows of one hour pass in 15 seconds here, because the articles' clock runs {SPEED} times as fast.",
        f"Every sample is in results.csv. The rule: last quarter within {ALLOWED:.0%} of the first.",
        "",
    ]
    (HERE / "results.md").write_text("\n".join(lines))
    print("\n".join(lines))
    return int(abs(growth) > ALLOWED)


if __name__ == "__main__":
    sys.exit(main())
