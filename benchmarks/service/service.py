"""The whole service on this machine, with a real broker on the same cores, beside what a user would build instead.

    python -m benchmarks.service.service [--articles 6000] [--news NEWS.jsonl ...] [--against CHECKOUT ...]
        [--partitions 1 4 16] [--rivals] [--latency] [--out FOLDER]

Each service takes the same articles, once a first part of them has warmed it up. `--against`: other checkouts of
Newsfold, whose workers take the same articles in the same run. `--partitions`: of the topics; four where it is left
out. Rivals need benchmarks/service/requirements.txt.
Writes results.md, results.json and, with rivals, results.png into FOLDER.
"""

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from aiokafka.admin import NewTopic
from rich.progress import Progress

from benchmarks.service import measured, report
from benchmarks.service.stream_of_news import News, invented, of_files
from deploy.kafka.broker import Broker
from deploy.worker_process import WorkerProcess
from stream.evaluation.measures import b_cubed
from stream.kafka.clients import connected_admin
from tests.support.newsroom import Newsroom

HERE = Path(__file__).parents[2]
RIVALS = {
    "aiokafka + MiniLM + FAISS": "faiss_minilm",
    "MinHashLSH in a consumer": "minhash_lsh",
    "BERTopic online": "bertopic_online",
    "Faust + static encoder + cosine": "faust_static",
}
SLOW = {"faiss_minilm": 10, "bertopic_online": 10, "minhash_lsh": 2}  # take this share of the articles: 1 / n
TWO = f"{report.OWN}, 2 processes"
COPIES = {"unique": 0.0, "half copies": 0.5}  # share of each stream
LOADS = (0.25, 0.5, 0.75)
LATENCY_SECONDS = 12.0
READY_SECONDS = 600.0
STOP_SECONDS = 10.0
PROFILE_SECONDS = 8


class Bench:
    """A broker, and runs on it, each with topics of its own."""

    def __init__(self, broker: Broker, folder: Path, progress: Progress, profile: Path | None) -> None:
        self._broker = broker
        self._profile = profile
        self._folder = folder
        self._progress = progress
        self._runs = 0

    @asynccontextmanager
    async def _newsroom(
        self,
        checkout: Path,
        processes: int | None = None,
        partitions: int | None = None,
        changes: Mapping[str, str] | None = None,
    ) -> AsyncIterator[tuple[Newsroom, WorkerProcess]]:
        self._runs += 1
        folder = self._folder / str(self._runs)
        folder.mkdir()
        topics = ("ARTICLE_PARTITIONS", "OUTPUT_PARTITIONS") if partitions else ()
        counts = {f"NEWSFOLD_TOPICS__{name}": str(partitions) for name in topics}
        newsroom = Newsroom(self._broker.bootstrap, f"run-{self._runs}.", folder, **counts, **(changes or {}))
        await newsroom.open()
        if not (checkout / "stream" / "storylines").exists():  # an older one refuses what it does not know
            newsroom.environment.pop("NEWSFOLD_TOPICS__STORYLINES", None)
        path = os.pathsep.join(filter(None, [str(checkout), os.environ.get("PYTHONPATH")]))
        worker = newsroom.worker(
            checkout=checkout,
            processes=processes,
            PYTHONPATH=path,
            OMP_NUM_THREADS="1",
            OPENBLAS_NUM_THREADS="1",
        )
        yield newsroom, worker

    async def newsfold(
        self,
        name: str,
        news: News,
        checkout: Path = HERE,
        processes: int | None = None,
        partitions: int | None = None,
        changes: Mapping[str, str] | None = None,
    ) -> measured.Run:
        """The worker of a checkout on articles; `processes` of the embed stage, `changes` of settings."""
        async with self._newsroom(checkout, processes, partitions, changes) as (newsroom, worker):
            topics = newsroom.settings.topics
            send_rest = await self._send_warm_part(topics.articles, news)
            reader = measured.Reader(self._broker.bootstrap, topics.assignments)
            await reader.start()
            worker.start()
            try:
                return await self._followed(name, reader, len(news.keys), [worker.pid], send_rest)
            finally:
                await reader.stop()
                await asyncio.to_thread(worker.stop)

    async def rival(self, name: str, module: str, news: News) -> measured.Run:
        """A rival on articles."""
        self._runs += 1
        topic, out = f"rival-{self._runs}", f"rival-{self._runs}-stories"
        settings = Newsroom(self._broker.bootstrap, "", self._folder).settings
        async with connected_admin(settings.kafka) as admin:
            await admin.create_topics([NewTopic(topic, 1, 1), NewTopic(out, 1, 1)])
        send_rest = await self._send_warm_part(topic, news)
        reader = measured.Reader(self._broker.bootstrap, out)
        await reader.start()
        with (self._folder / f"{out}.log").open("w") as log:
            process = subprocess.Popen(  # noqa: ASYNC220 - it runs beside us
                [
                    sys.executable,
                    "-m",
                    f"benchmarks.service.rivals.{module}",
                    self._broker.bootstrap,
                    topic,
                    out,
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            )
        try:
            return await self._followed(name, reader, len(news.keys), [process.pid], send_rest)
        finally:
            await reader.stop()
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            process.kill()

    async def latencies(
        self, name: str, news: News, full: float, checkout: Path, processes: int | None
    ) -> list[measured.Latency]:
        """A worker under parts of a full load, of so many articles a second."""
        found = []
        async with self._newsroom(checkout, processes) as (newsroom, worker):
            topics = newsroom.settings.topics
            reader = measured.Reader(self._broker.bootstrap, topics.assignments)
            await reader.start()
            with worker:
                await asyncio.to_thread(worker.wait_ready, READY_SECONDS)
                start = 0
                for load in LOADS:
                    end = start + int(load * full * LATENCY_SECONDS)
                    keys, values = news.keys[start:end], news.values[start:end]
                    task = self._progress.add_task(f"{name} at {load:.0%}", total=1)
                    offered, waits = await measured.latency(
                        self._broker.bootstrap, topics.articles, reader, keys, values, load * full
                    )
                    p50, p99 = (waits[int(share * len(waits))] for share in (0.5, 0.99))
                    found.append(measured.Latency(name, load, offered, p50, p99, waits[-1]))
                    self._progress.update(task, completed=1)
                    start = end
            await reader.stop()
        return found

    async def _send_warm_part(self, topic: str, news: News) -> Callable[[], Awaitable[None]]:
        """Send the first articles; what is returned sends the others."""
        warm = measured.warm_part(len(news.keys))
        await measured.append(self._broker.bootstrap, topic, news.keys[:warm], news.values[:warm])
        return lambda: measured.append(self._broker.bootstrap, topic, news.keys[warm:], news.values[warm:])

    async def _followed(
        self,
        name: str,
        reader: measured.Reader,
        articles: int,
        service: Sequence[int],
        send_rest: Callable[[], Awaitable[None]],
    ) -> measured.Run:
        task = self._progress.add_task(name, total=articles)

        def note(done: int) -> None:
            self._progress.update(task, completed=done)
            if (
                self._profile
                and name.startswith(f"{report.OWN}, unique")
                and done >= measured.WARM_SHARE * articles
            ):
                arguments = [
                    "--nonblocking",
                    "-r",
                    "50",
                    "-d",
                    str(PROFILE_SECONDS),
                    "--threads",
                    "-f",
                    "raw",
                ]
                target = ["-p", str(service[0]), "-o", str(self._profile)]
                subprocess.Popen(["py-spy", "record", *arguments, *target])  # ends by itself
                self._profile = None

        return await measured.run(reader, articles, service, [self._broker.pid], send_rest, note)


def _f1(news: News, run: measured.Run) -> float:
    labels = {name: label for name, label in news.labels.items() if name in run.stories}
    return b_cubed(labels, run.stories).f1 if labels else float("nan")


def _first(news: News, count: int) -> News:
    return News(news.keys[:count], news.values[:count], news.labels)


async def measure(options: argparse.Namespace, folder: Path, broker: Broker) -> report.Results:
    """All runs that were asked for."""
    streams = {name: invented(options.articles, 1, COPIES[name]) for name in options.streams}
    if options.news:
        streams[report.FILES] = of_files(options.news)
    first = next(iter(streams.values()))
    results = report.Results(
        machine=f"{os.cpu_count()} cores, Python {platform.python_version()}",
        when=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        mean_bytes=first.mean_bytes,
    )
    with Progress() as progress:
        bench = Bench(broker, folder, progress, options.profile)
        await bench.newsfold("Compiling", _first(first, 500))
        contestants: dict[str, tuple[Path, int | None]] = {
            report.OWN: (HERE, None),
            TWO: (HERE, 1),
            **{f"{report.OTHER} {path.name}": (path.resolve(), None) for path in options.against},
        }
        for stream, news in streams.items():
            for name, (checkout, processes) in contestants.items():
                run = await bench.newsfold(f"{name}, {stream}", news, checkout, processes)
                results.runs.append(report.line(name, stream, len(news.keys), run, _f1(news, run)))
            for partitions in options.partitions:
                name = f"{TWO}, {partitions} partition{'s'[: partitions > 1]}"
                run = await bench.newsfold(f"{name}, {stream}", news, HERE, 1, partitions)
                results.runs.append(report.line(name, stream, len(news.keys), run, _f1(news, run)))
            for name, module in RIVALS.items() if options.rivals else ():
                part = news if stream == report.FILES else _first(news, len(news.keys) // SLOW.get(module, 1))
                run = await bench.rival(f"{name}, {stream}", module, part)
                results.runs.append(report.line(name, stream, len(part.keys), run, _f1(part, run)))
        full = {one.name: one.articles_per_second for one in reversed(results.runs)}
        for name, (checkout, processes) in contestants.items() if options.latency else ():
            most = full[TWO if processes else report.OWN]  # a checkout before gets the load of this one
            count = int(sum(LOADS) * most * LATENCY_SECONDS) + 1
            news = invented(count, 3, copies=0.25)
            results.latencies += await bench.latencies(name, news, most, checkout, processes)
    return results


def main() -> None:
    """Read the arguments, measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=6_000, help="invented articles of each stream")
    parser.add_argument(
        "--news", nargs="*", type=Path, default=[], help="JSON Lines instead of invented news"
    )
    parser.add_argument("--against", nargs="*", type=Path, default=[], help="checkouts of commits before")
    parser.add_argument("--partitions", nargs="*", type=int, default=[], help="measure with so many too")
    parser.add_argument("--rivals", action="store_true", help="measure the rivals too")
    parser.add_argument("--latency", action="store_true", help="measure latency at parts of the full load")
    parser.add_argument(
        "--profile", type=Path, help="sample the worker with py-spy; collapsed stacks go here"
    )
    parser.add_argument("--streams", nargs="*", default=[*COPIES], choices=COPIES)
    parser.add_argument("--out", type=Path, help="folder for results.md, results.json and results.png")
    options = parser.parse_args()
    began = monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newsfold-service-")))
        broker = stack.enter_context(Broker(folder / "broker"))
        results = asyncio.run(measure(options, folder, broker))
    results.minutes = (monotonic() - began) / 60
    results.command = " ".join(["python -m benchmarks.service.service", *sys.argv[1:]])
    text = report.markdown(results)
    print(text)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "results.md").write_text(text, encoding="utf8")
        (options.out / "results.json").write_text(json.dumps(report.plain(results), indent=2) + "\n")
        if options.rivals:
            report.draw(results, options.out / "results.png")


if __name__ == "__main__":
    main()
