"""`newsfold tail`: stories and storylines as they change, one line an event, readable."""

import asyncio
from contextlib import suppress
from typing import Any

import click
import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from rich.console import Console
from rich.markup import escape

from stream.commands.explain import print_assignment
from stream.commands.published import Published
from stream.commands.story_filter import StoryFilter, filter_options
from stream.contract import Assignment, StorylineSnapshot, StorySnapshot
from stream.kafka.clients import connected, connection
from stream.settings import Settings, load_settings

STYLES = {
    "created": "green",
    "updated": "cyan",
    "merged": "magenta",
    "split": "magenta",
    "closed": "dim",
    "expired": "dim",
}


@click.command("tail")
@click.option("--from-beginning", is_flag=True, help="Show what the topic already holds first.")
@click.option("--why", is_flag=True, help="Also why each article went where it did, in three sentences.")
@click.option("--verbose", is_flag=True, help="With the figures behind them; implies --why.")
@filter_options
@click.option("--json", "as_json", is_flag=True, help="Print the snapshots as JSON Lines.")
def command(
    from_beginning: bool,
    why: bool,
    verbose: bool,
    source: str | None,
    language: str | None,
    keyword: str | None,
    least_sources: int,
    as_json: bool,
) -> None:
    """Show stories and storylines as they change, until interrupted.

    \b
    Examples:
      newsfold tail
      newsfold tail --why --least-sources 2
      newsfold tail --from-beginning --keyword ferry --json
    """
    wanted = StoryFilter(source, language, keyword, least_sources)
    begin = "earliest" if from_beginning else "latest"
    with suppress(KeyboardInterrupt):
        asyncio.run(_tail(load_settings(), begin, wanted, as_json, why or verbose, verbose))


async def _tail(
    settings: Settings, begin: str, wanted: StoryFilter, as_json: bool, why: bool, verbose: bool
) -> None:
    topics = settings.topics
    shown = [topics.stories, topics.storylines]
    consumer = AIOKafkaConsumer(
        *([*shown, topics.assignments] if why else shown),
        **connection(settings.kafka),
        isolation_level="read_committed",
        auto_offset_reset=begin,
        enable_auto_commit=False,
    )
    console = Console(highlight=False, soft_wrap=True)
    seen = Published()  # the stories shown, for the headlines of assignments
    async with connected(consumer, settings.kafka):
        async for record in consumer:
            if record.topic == topics.assignments:
                _show_assignment(console, seen, record, verbose)
                continue
            if record.topic == topics.storylines:
                _show_storyline(console, seen, record, as_json)
                continue
            story = msgspec.json.decode(record.value, type=StorySnapshot) if record.value else None
            if story is not None and not wanted.matches(story):
                continue
            if story is not None:
                seen.stories[story.id] = story
            if as_json:
                click.echo(record.value or b"")
            else:
                console.print(story_line(record), soft_wrap=True)


def _show_assignment(console: Console, seen: Published, record: ConsumerRecord, verbose: bool) -> None:
    if record.value is not None:
        one = msgspec.json.decode(record.value, type=Assignment)
        if one.story_id in seen.stories:
            print_assignment(console, seen, one, verbose)


def _show_storyline(console: Console, seen: Published, record: ConsumerRecord, as_json: bool) -> None:
    """A storyline that ended, or one of whose stories was shown."""
    line = msgspec.json.decode(record.value, type=StorylineSnapshot) if record.value else None
    if line is not None and line.stories and seen.stories.keys().isdisjoint(line.stories):
        return
    if as_json:
        click.echo(record.value or b"")
    else:
        console.print(storyline_line(record), soft_wrap=True)


def story_line(record: ConsumerRecord) -> str:
    """One event of a story as a line of rich markup."""
    kind = _kind(record)
    if record.value is None:
        return f"{kind} {escape(record.key.decode())}"
    story: dict[str, Any] = msgspec.json.decode(record.value)
    counts = story["counts"]
    sizes = f"{counts['sources']} sources, {counts['reports']} reports, {counts['copies']} copies"
    said = f"({sizes}; v{story['version']}{_kinship(story)})"
    return f"{kind} [bold]{escape(story['headline'])}[/] [dim]{said}[/]"


def storyline_line(record: ConsumerRecord) -> str:
    """One event of a storyline as a line of rich markup."""
    kind = _kind(record)
    if record.value is None:
        return f"{kind} storyline {escape(record.key.decode())}"
    line: dict[str, Any] = msgspec.json.decode(record.value)
    counts = line["counts"]
    sizes = f"storyline of {counts['stories']} stories, {counts['articles']} articles"
    return (
        f"{kind} [italic]{escape(line['headline'])}[/] [dim]({sizes}; v{line['version']}{_kinship(line)})[/]"
    )


def _kind(record: ConsumerRecord) -> str:
    kind = dict(record.headers).get("ce_type", b"").decode().rsplit(".", 1)[-1]
    return f"[{STYLES.get(kind, 'white')}]{kind:8}[/]"


def _kinship(story: dict[str, Any]) -> str:
    """The story or storyline it lives on in, or was split from."""
    if story["merged_into"]:
        return f"; lives on as {escape(story['merged_into'])}"
    return f"; split from {escape(story['split_from'])}" if story["split_from"] else ""
