"""`newsfold produce`: send the articles of a file to Kafka, each acknowledged."""

import asyncio
from pathlib import Path
from time import perf_counter

import click
from aiokafka import AIOKafkaProducer
from rich.progress import Progress

from stream.articles.jsonl import key_of, read_lines
from stream.commands.progress import article_progress
from stream.kafka.clients import connected, connection
from stream.settings import Settings, load_settings

IN_FLIGHT = 1_000  # unacknowledged articles at most; bounds memory whatever the file's size


@click.command("produce")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--rate", type=float, help="Articles a second at most.")
def command(file: Path, rate: float | None) -> None:
    """Send the articles of a JSON Lines FILE (or .gz) to the articles topic, keyed by id."""
    settings = load_settings()
    begin = perf_counter()
    sent = asyncio.run(produce(settings, file, rate))
    seconds = perf_counter() - begin
    click.echo(f"{sent} articles acknowledged on {settings.topics.articles} in {seconds:.1f} s")


async def produce(settings: Settings, file: Path, rate: float | None = None) -> int:
    """Send every line of the file and wait for all acknowledgements; return their number."""
    producer = AIOKafkaProducer(
        **connection(settings.kafka),
        enable_idempotence=True,
        compression_type="lz4",
        max_request_size=settings.intake.max_article_bytes + 65_536,
    )
    lines = list(read_lines(file))
    async with connected(producer, settings.kafka):
        with article_progress() as progress:
            return await _send_all(producer, settings.topics.articles, lines, rate, progress)


async def _send_all(
    producer: AIOKafkaProducer, topic: str, lines: list[bytes], rate: float | None, progress: Progress
) -> int:
    task = progress.add_task("Producing", total=len(lines))
    waiting: list[asyncio.Future[object]] = []
    for line in lines:
        waiting.append(await producer.send(topic, line, key=key_of(line)))
        progress.advance(task)
        if len(waiting) >= IN_FLIGHT:
            await asyncio.gather(*waiting)
            waiting.clear()
        if rate:
            await asyncio.sleep(1 / rate)
    await asyncio.gather(*waiting)
    return len(lines)
