"""`newsfold compare A B`: how two runs over the same articles differ."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import click
import msgspec
from rich.progress import Progress

from stream.articles.jsonl import read_lines
from stream.commands.progress import counting_progress
from stream.evaluation.comparison import Comparison, Run, compare
from stream.kafka.topic_reader import records_until_now
from stream.settings import Settings, load_settings

SHOWN_PARTS = 2
ID_CHARACTERS = 8  # of a story's id; enough to distinguish twenty
decoder = msgspec.json.Decoder()


@click.command("compare")
@click.argument("a")
@click.argument("b")
@click.option("--json", "as_json", is_flag=True, help="The whole comparison as one JSON object.")
def command(a: str, b: str, as_json: bool) -> None:
    """Compare the assignments A and B of the same articles.

    Each is a topic of assignments (assignments, next.assignments), or a JSON Lines file as
    `newsfold replay --assignments` writes it.

    \b
    Examples:
      newsfold compare assignments next.assignments
      newsfold compare before.jsonl after.jsonl --json
    """
    settings = load_settings()
    with counting_progress("assignments") as progress:
        first, second = (_run_of(name, settings, progress) for name in (a, b))
    comparison = compare(first, second)
    if as_json:
        click.echo(msgspec.json.encode(comparison).decode())
        return
    _show(comparison)


def _run_of(name: str, settings: Settings, progress: Progress) -> Run:
    task = progress.add_task(f"Reading {name}", total=None)
    run = Run()

    def take(value: bytes) -> None:
        run.take(decoder.decode(value))
        progress.advance(task)

    if Path(name).is_file():
        for line in read_lines(Path(name)):
            take(line)
    else:
        asyncio.run(_take_topic(name, settings, take))
    return run


async def _take_topic(name: str, settings: Settings, take: Callable[[bytes], None]) -> None:
    async for record in records_until_now(settings.kafka, name):
        if record.value is not None:
            take(record.value)


def _show(comparison: Comparison) -> None:
    said = comparison
    click.echo(f"{'':10}{'A':>10}{'B':>10}")
    click.echo(
        f"{'Articles':10}{said.both + said.only_a:10}{said.both + said.only_b:10}   {said.both} in both"
    )
    stories = f"{said.same} alike, {said.same_id} of them under the same id"
    click.echo(f"{'Stories':10}{said.stories_a:10}{said.stories_b:10}   {stories}")
    click.echo(f"{'Copies':10}{said.copies_a:10}{said.copies_b:10}   F1 {said.copies.f1:.3f}, B against A")
    agreement = said.agreement
    click.echo(
        f"\nB against A, B-cubed: F1 {agreement.f1:.3f} (precision {agreement.precision:.3f}, "
        f"recall {agreement.recall:.3f})\nLow precision: B puts together what A keeps apart; low recall, the reverse."
    )
    if said.changed:
        click.echo("\nStories of A that differ in B, largest first")
    for story in said.changed:
        parts = ", ".join(f"{count} in {name[:ID_CHARACTERS]}" for name, count in story.parts[:SHOWN_PARTS])
        more = f", {len(story.parts) - SHOWN_PARTS} more" if len(story.parts) > SHOWN_PARTS else ""
        click.echo(f"  {story.story[:ID_CHARACTERS]}  {story.articles:4} articles: {parts}{more}")
        click.echo(f"{'':12}with {story.example}")
