"""`newsfold replay`: fold a file without Kafka, with the same result as the topics would carry."""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter, time

import click
import msgspec

from stream.articles.files import pieces
from stream.articles.formats.registry import FormatName
from stream.commands.inputs import (
    InputFile,
    OutputFile,
    check_outputs,
    format_option,
    kept,
    say_refusals,
)
from stream.commands.progress import article_progress
from stream.contract.events import Assignment, StorySnapshot, encode_event
from stream.contract.storylines import StorylineSnapshot
from stream.evaluation.offline import Replayed, replay_file
from stream.exit_codes import ExitCode
from stream.settings import load_settings

Refusals = list[tuple[int, str, str]]


@click.command("replay")
@click.argument("file", type=InputFile)
@click.option("--stories", type=OutputFile, help="Write the last snapshot of each story, as JSON Lines.")
@click.option(
    "--storylines", type=OutputFile, help="Write the last snapshot of each storyline, as JSON Lines."
)
@click.option("--assignments", type=OutputFile, help="Write every assignment in order, as JSON Lines.")
@click.option("--refused", type=OutputFile, help="Write every refusal: line, reason, message, as JSON Lines.")
@format_option
@click.option("--file-order", is_flag=True, help="Fold in the order of the file, not in that of the dates.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
def command(
    file: Path,
    stories: Path | None,
    storylines: Path | None,
    assignments: Path | None,
    refused: Path | None,
    wanted: str | None,
    file_order: bool,
    as_json: bool,
) -> None:
    """Fold the articles of FILE without Kafka. `-` is standard input.

    The file may be JSON Lines, a JSON document, an RSS or Atom feed, or a WARC archive, also compressed with gzip.
    Articles are folded by date, in the order in which a live feed would have brought them. Every story that ever was
    is written, closed and merged ones too.

    \b
    Examples:
      newsfold replay articles.jsonl
      newsfold replay articles.jsonl.gz --stories st.jsonl --assignments as.jsonl
      curl -s https://press.example/feed.json | newsfold replay - --json
    """
    check_outputs([stories, storylines, assignments, refused], file)
    settings = load_settings()
    if wanted:
        intake = settings.intake.model_copy(update={"format": FormatName(wanted)})
        settings = settings.model_copy(update={"intake": intake})
    with kept(file) as path, article_progress() as progress:
        task = progress.add_task("Folding", total=sum(1 for _ in pieces(path)))
        begin = perf_counter()
        replayed = replay_file(
            path, settings, round(time() * 1000), lambda n: progress.advance(task, n), by_date=not file_order
        )
        seconds = perf_counter() - begin
        refusals = _refusals(path, replayed)
    if stories:
        _write(stories, replayed.stories.values())
    if storylines:
        _write(storylines, replayed.storylines.values())
    if assignments:
        _write(assignments, replayed.assignments)
    if refused:
        lines = ({"line": line, "reason": reason, "message": said} for line, reason, said in refusals)
        refused.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in lines))
    say_refusals(refusals)
    if as_json:
        click.echo(msgspec.json.encode(_figures(replayed, seconds)))
    else:
        click.echo(_states(replayed))
        click.echo(_summary(replayed, seconds))
    if replayed.articles and len(replayed.refused) == replayed.articles:
        sys.exit(ExitCode.INPUT_REFUSED)


def _refusals(path: Path, replayed: Replayed) -> Refusals:
    """The line, the reason and the message of each article that was refused."""
    if not replayed.refused:
        return []
    by_place = {one.incoming.origin.offset: one for one in replayed.refused}
    numbers = {place: piece.number for place, piece in enumerate(pieces(path)) if place in by_place}
    return [(numbers[place], one.reason, str(one.error)) for place, one in sorted(by_place.items())]


def _write(path: Path, events: Iterable[StorySnapshot | StorylineSnapshot | Assignment]) -> None:
    with path.open("wb") as file:
        file.writelines(encode_event(event) + b"\n" for event in events)


def _states(replayed: Replayed) -> str:
    """How the stories ended."""
    counts = Counter(story.status for story in replayed.stories.values())
    late = f"{replayed.late} articles stood behind one with a later date\n" if replayed.late else ""
    return f"{late}stories: " + ", ".join(
        f"{counts[status]} {status}" for status in ("open", "closed", "merged")
    )


def _figures(replayed: Replayed, seconds: float) -> dict[str, object]:
    counts = Counter(story.status for story in replayed.stories.values())
    return {
        "articles": replayed.articles,
        "late": replayed.late,
        "copies": replayed.copies,
        "stories": len(replayed.stories),
        "storylines": len(replayed.storylines),
        "stories_by_status": dict(counts),
        "refused": len(replayed.refused),
        "seconds": round(seconds, 3),
    }


def _summary(replayed: Replayed, seconds: float) -> str:
    return (
        f"{replayed.articles} articles, {replayed.copies} copies, {len(replayed.stories)} stories, "
        f"{len(replayed.storylines)} storylines, "
        f"{len(replayed.refused)} refused, {replayed.articles / max(seconds, 1e-9):.0f} articles/s"
    )
