"""`newsfold replay`: fold a file without Kafka, with the same result as the topics would carry."""

from collections.abc import Iterable
from pathlib import Path
from time import perf_counter, time

import click

from stream.articles.jsonl import read_lines
from stream.commands.progress import article_progress
from stream.contract.events import Assignment, StorySnapshot, encode_event
from stream.evaluation.offline import Replayed, replay_file
from stream.settings import load_settings

SHOWN_REFUSALS = 20  # more say the same; the summary counts them all
OutputFile = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command("replay")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--stories", type=OutputFile, help="Write the last snapshot of each story, as JSON Lines.")
@click.option("--assignments", type=OutputFile, help="Write every assignment in order, as JSON Lines.")
def command(file: Path, stories: Path | None, assignments: Path | None) -> None:
    """Fold the articles of a JSON Lines FILE (or .gz) in their order, without Kafka."""
    settings = load_settings()
    with article_progress() as progress:
        task = progress.add_task("Folding", total=sum(1 for _ in read_lines(file)))
        begin = perf_counter()
        replayed = replay_file(file, settings, round(time() * 1000), lambda n: progress.advance(task, n))
        seconds = perf_counter() - begin
    if stories:
        _write(stories, replayed.stories.values())
    if assignments:
        _write(assignments, replayed.assignments)
    for refused in replayed.refused[:SHOWN_REFUSALS]:
        line = refused.incoming.origin.offset + 1
        click.secho(f"line {line} refused, {refused.reason}: {refused.error}", fg="yellow", err=True)
    click.echo(_summary(replayed, seconds))


def _write(path: Path, events: Iterable[StorySnapshot | Assignment]) -> None:
    with path.open("wb") as file:
        file.writelines(encode_event(event) + b"\n" for event in events)


def _summary(replayed: Replayed, seconds: float) -> str:
    return (
        f"{replayed.articles} articles, {replayed.copies} copies, {len(replayed.stories)} stories, "
        f"{len(replayed.refused)} refused, {replayed.articles / max(seconds, 1e-9):.0f} articles/s"
    )
