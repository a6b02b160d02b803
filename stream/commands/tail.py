"""`newsfold tail`: stories as they change, one line an event, readable."""

import asyncio
from contextlib import suppress
from typing import Any

import click
import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from rich.console import Console
from rich.markup import escape

from stream.kafka.clients import connected, connection
from stream.settings import Settings, load_settings

STYLES = {"created": "green", "updated": "cyan", "merged": "magenta", "closed": "dim", "expired": "dim"}


@click.command("tail")
@click.option("--from-beginning", is_flag=True, help="Show what the topic already holds first.")
@click.option("--json", "as_json", is_flag=True, help="Print the snapshots as JSON Lines.")
def command(from_beginning: bool, as_json: bool) -> None:
    """Show stories as they change, until interrupted."""
    with suppress(KeyboardInterrupt):
        asyncio.run(_tail(load_settings(), "earliest" if from_beginning else "latest", as_json))


async def _tail(settings: Settings, begin: str, as_json: bool) -> None:
    consumer = AIOKafkaConsumer(
        settings.topics.stories,
        **connection(settings.kafka),
        isolation_level="read_committed",
        auto_offset_reset=begin,
        enable_auto_commit=False,
    )
    console = Console(highlight=False)
    async with connected(consumer, settings.kafka):
        async for record in consumer:
            if as_json:
                click.echo(record.value or b"")
            else:
                console.print(story_line(record), soft_wrap=True)


def story_line(record: ConsumerRecord) -> str:
    """One event of a story as a line of rich markup."""
    headers = dict(record.headers)
    kind = headers.get("ce_type", b"").decode().rsplit(".", 1)[-1]
    style = STYLES.get(kind, "white")
    if record.value is None:
        return f"[{style}]{kind:8}[/] {escape(record.key.decode())}"
    story: dict[str, Any] = msgspec.json.decode(record.value)
    counts = story["counts"]
    sizes = f"{counts['sources']} sources, {counts['reports']} reports, {counts['copies']} copies"
    told = f"({sizes}; v{story['version']}{_kinship(story)})"
    return f"[{style}]{kind:8}[/] [bold]{escape(story['headline'])}[/] [dim]{told}[/]"


def _kinship(story: dict[str, Any]) -> str:
    """The story it lives on in, or was parted from."""
    if story["merged_into"]:
        return f"; lives on as {escape(story['merged_into'])}"
    return f"; parted from {escape(story['split_from'])}" if story["split_from"] else ""
