"""`newsfold demo`: broker, worker, sample articles; stories form before your eyes; then a clean stop."""

import asyncio
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic

import click
import msgspec
from aiokafka import AIOKafkaConsumer
from rich.console import Console
from rich.live import Live

from deploy.board_process import BoardProcess
from deploy.kafka.broker import Broker
from deploy.worker_process import WorkerProcess
from stream.articles.jsonl import key_of, read_lines
from stream.commands import demo_board
from stream.commands.produce import produce
from stream.contract.events import Assignment, StorySnapshot
from stream.contract.storylines import StorylineSnapshot
from stream.corpus import FOLDER
from stream.kafka.clients import connected_admin, connection
from stream.kafka.settings import KafkaSettings
from stream.kafka.topics import create_topics
from stream.settings import Settings, load_settings

PATIENCE_SECONDS = 180.0  # for all articles to be folded; it takes a few on an idle machine
FRAMES_A_SECOND = 8


@click.command("demo")
@click.option("--keep", is_flag=True, help="Leave broker and worker running until interrupted.")
@click.option(
    "--board", "with_board", is_flag=True, help="Show the stories in a browser too; implies --keep."
)
@click.option(
    "--corpus",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=FOLDER,
    help="Folder with articles.jsonl and labels.jsonl.",
)
def command(keep: bool, with_board: bool, corpus: Path) -> None:
    """Start a Kafka broker and a worker, send the sample articles, and show the stories they fold into.

    \b
    Examples:
      newsfold demo
      newsfold demo --board
    """
    console = Console()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newsfold-demo-")))
        with console.status("Starting Apache Kafka (the first time fetches 43 MB of jars)"):
            broker = stack.enter_context(Broker(folder / "kafka"))
        console.print(f"[green]✓[/] Apache Kafka answers at [bold]{broker.bootstrap}[/]")
        settings = _settings_for(broker.bootstrap)
        asyncio.run(_create_topics(settings))
        console.print("[green]✓[/] Topics created")
        worker = WorkerProcess(_environment(broker.bootstrap, folder), folder / "worker.log")
        with console.status("Starting a worker"):
            stack.enter_context(worker)
            worker.wait_ready()
        console.print(f"[green]✓[/] Worker ready, metrics at [bold]{worker.url}/metrics[/]")
        feed = asyncio.run(_show(settings, corpus / "articles.jsonl", console))
        demo_board.print_results(console, feed, corpus / "labels.jsonl", worker.page("/metrics"), worker.url)
        if with_board:
            board = BoardProcess(_environment(broker.bootstrap, folder), folder / "board.log")
            with console.status("Starting the board"):
                stack.enter_context(board)
            console.print(f"\n[green]✓[/] The board shows these stories at [bold]{board.url}[/]")
        if keep or with_board:
            _wait_for_interrupt(console, broker.bootstrap)
        else:
            console.print(
                f"\nSee the stories and the reasons in a browser: [bold]{_own_path()} demo --board[/]"
            )
        with console.status("Stopping"):
            stack.close()
    console.print("[green]✓[/] Worker and broker stopped")


def _settings_for(bootstrap: str) -> Settings:
    settings = load_settings()
    topics = settings.topics.model_copy(update={"article_partitions": 1})  # as in _environment
    return settings.model_copy(update={"kafka": KafkaSettings(bootstrap_servers=bootstrap), "topics": topics})


def _environment(bootstrap: str, folder: Path) -> dict[str, str]:
    return {
        "NEWSFOLD_KAFKA__BOOTSTRAP_SERVERS": bootstrap,
        "NEWSFOLD_CHECKPOINTS__URL": str(folder / "checkpoints"),
        "NEWSFOLD_BOARD__FOLDER": str(folder / "board"),
        "NEWSFOLD_TOPICS__ARTICLE_PARTITIONS": "1",  # keeps the order of arrival, so that the score is repeatable
    }


async def _create_topics(settings: Settings) -> None:
    async with connected_admin(settings.kafka) as admin:
        await create_topics(admin, settings)


async def _show(settings: Settings, articles: Path, console: Console) -> demo_board.Feed:
    """Send the articles and draw the stories as they change, until every article is accounted for."""
    await produce(settings, articles)
    names = {(key_of(line) or b"").decode() for line in read_lines(articles)}
    feed = demo_board.Feed()
    topics = settings.topics
    consumer = AIOKafkaConsumer(
        topics.stories,
        topics.storylines,
        topics.assignments,
        topics.dead_letters,
        **connection(settings.kafka),
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    deadline = monotonic() + PATIENCE_SECONDS
    try:
        with Live(console=console, refresh_per_second=FRAMES_A_SECOND, transient=True) as live:
            while not names <= feed.accounted_for and monotonic() < deadline:
                batches = await consumer.getmany(timeout_ms=200)
                for source, records in batches.items():
                    for record in records:
                        _take(feed, settings, source.topic, record.key, record.value)
                live.update(demo_board.story_table(feed, rows=12))
    finally:
        await consumer.stop()
    return feed


def _take(
    feed: demo_board.Feed, settings: Settings, topic: str, key: bytes | None, value: bytes | None
) -> None:
    if topic == settings.topics.dead_letters:
        feed.refused.add((key or b"").decode(errors="replace"))
    elif topic == settings.topics.assignments and value is not None:
        feed.assign(msgspec.json.decode(value, type=Assignment))
    elif topic == settings.topics.stories and value is not None:
        snapshot = msgspec.json.decode(value, type=StorySnapshot)
        feed.stories[snapshot.id] = snapshot
    elif topic == settings.topics.storylines and value is not None:
        line = msgspec.json.decode(value, type=StorylineSnapshot)
        feed.storylines[line.id] = line


def _wait_for_interrupt(console: Console, bootstrap: str) -> None:
    console.print("\nBroker and worker go on running; Ctrl-C stops them. In another terminal:\n")
    for line in (
        f"export NEWSFOLD_KAFKA__BOOTSTRAP_SERVERS={bootstrap}",
        f"{_own_path()} tail --from-beginning",
    ):
        console.print(line, style="bold", soft_wrap=True, highlight=False)
    console.print()
    with _interrupted() as stop:
        stop.wait()


def _own_path() -> str:
    """How this command is called: `newsfold` alone need not be on the path."""
    return os.path.relpath(sys.argv[0])


@contextmanager
def _interrupted() -> Iterator[threading.Event]:
    stop = threading.Event()
    before = {name: signal.signal(name, lambda *_: stop.set()) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
