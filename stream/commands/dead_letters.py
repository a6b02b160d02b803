"""`newsfold dead-letters`: what could not be read, and sending it again once its cause is mended."""

import asyncio
import sys
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from stream.commands.inputs import check_outputs, say_refusals
from stream.exit_codes import ExitCode
from stream.kafka.dead_letter_replay import Letter, LetterFilter, Resent, letters, replay, resend
from stream.kafka.letter_file import read_edited, write_letters
from stream.observability.catalogue import DEAD_LETTER_REASONS
from stream.settings import Settings, load_settings

LISTED = 50  # letters, by default
SHOWN_CHARACTERS = 200  # of a message; --json shows all
SHOWN_KEY = 40
WIDTH = 80
OutputFile = click.Path(dir_okay=False, path_type=Path)
FILTERS: tuple[Callable[..., Any], ...] = (
    click.option(
        "--reason", type=click.Choice(DEAD_LETTER_REASONS), help="Only letters refused for this reason."
    ),
    click.option(
        "--from-offset", type=int, help="Only letters from this offset of the dead-letter topic on."
    ),
    click.option("--to-offset", type=int, help="Only letters up to this offset, itself included."),
    click.option("--since", type=click.DateTime(), help="Only letters written since this time (UTC)."),
)


def _filtered(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(FILTERS):
        command = option(command)
    return command


@click.group("dead-letters")
def command() -> None:
    """Look at the messages that could not be read, and send them again.

    \b
    Examples:
      newsfold dead-letters list --reason no_text
      newsfold dead-letters replay --since 2026-03-01
      newsfold dead-letters save letters.jsonl
      newsfold dead-letters resend letters.jsonl
    """


@command.command("list")
@_filtered
@click.option("--limit", type=click.IntRange(1), default=LISTED, show_default=True, help="Letters at most.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, without the article itself.")
def list_command(
    reason: str | None,
    from_offset: int | None,
    to_offset: int | None,
    since: datetime | None,
    limit: int,
    as_json: bool,
) -> None:
    """List the letters, oldest first.

    \b
    Examples:
      newsfold dead-letters list
      newsfold dead-letters list --reason undecodable --json
    """
    wanted = LetterFilter(reason, from_offset, to_offset, _utc(since), limit)
    found = asyncio.run(_found(load_settings(), wanted))
    if as_json:
        for letter in found:
            sys.stdout.write(msgspec.json.encode(_facts(letter)).decode() + "\n")
        return
    for letter in found:
        facts = _facts(letter)
        again = ", replayed" if letter.replayed else ", refused again" if letter.failed_again else ""
        place = f"{letter.partition}:{letter.offset}"
        key = facts["key"] if len(facts["key"]) <= SHOWN_KEY else f"{facts['key'][: SHOWN_KEY - 1]}…"
        click.echo(f"{click.style(place, bold=True)} {facts['written'][:19]} {key or '(no key)'}{again}")
        message = (
            f"{facts['message'][:SHOWN_CHARACTERS]} ({facts['bytes']} bytes, read from {facts['read_from']})"
        )
        click.echo(textwrap.fill(message, WIDTH, initial_indent="    ", subsequent_indent="    "))
    click.echo(f"{len(found)} dead letters")


@command.command("replay")
@_filtered
@click.option("--limit", type=click.IntRange(1), help="Letters at most.")
@click.option("--again", is_flag=True, help="Also letters that were replayed before and refused again.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object; needs --yes.")
def replay_command(
    reason: str | None,
    from_offset: int | None,
    to_offset: int | None,
    since: datetime | None,
    limit: int | None,
    again: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Send letters to the articles topic again; each goes once, however often this runs.

    \b
    Examples:
      newsfold dead-letters replay
      newsfold dead-letters replay --reason oversized --limit 10 --yes
    """
    if as_json and not yes:
        raise click.UsageError("--json asks nothing: give --yes with it")
    settings = load_settings()
    wanted = LetterFilter(reason, from_offset, to_offset, _utc(since), limit)
    if not yes:
        count = asyncio.run(_waiting(settings, wanted, again))
        if not count:
            click.echo("no letter matches that was not replayed before")
            return
        click.confirm(f"Send {count} letters to {settings.topics.articles} again?", abort=True)
    replayed: Resent = asyncio.run(replay(settings, wanted, again))
    if as_json:
        click.echo(msgspec.json.encode(replayed))
        return
    if replayed.failed_again:
        click.echo(
            f"{replayed.failed_again} letters were refused again after a replay; --again sends them too"
        )
    cut = f"; {replayed.cut} were cut when they were put aside and cannot be sent" if replayed.cut else ""
    click.echo(f"{replayed.sent} letters sent to {settings.topics.articles}{cut}")


@command.command("save")
@_filtered
@click.argument("file", type=OutputFile)
@click.option("--limit", type=click.IntRange(1), help="Letters at most.")
@click.option("--json", "as_json", is_flag=True, help="Print the count as one JSON object.")
def save_command(
    file: Path,
    reason: str | None,
    from_offset: int | None,
    to_offset: int | None,
    since: datetime | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """Write the letters that were not sent again yet to FILE, to be mended in an editor and resent.

    A line has the `letter`, the `reason` and `message`, and what was sent: an `article` where it is a JSON object,
    else its `text`. Lines that are taken out stay letters.

    \b
    Examples:
      newsfold dead-letters save letters.jsonl
      newsfold dead-letters save letters.jsonl --reason no_text
    """
    check_outputs([file])
    wanted = LetterFilter(reason, from_offset, to_offset, _utc(since), limit)
    saved = write_letters(file, asyncio.run(_found(load_settings(), wanted, waiting_only=True)))
    if as_json:
        click.echo(msgspec.json.encode({"saved": saved}))
    else:
        click.echo(f"{saved} letters written to {file}: mend them, then newsfold dead-letters resend {file}")


@command.command("resend")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object.")
def resend_command(file: Path, as_json: bool) -> None:
    """Send the articles of FILE, which `save` wrote and a person mended, in place of their letters; each goes once.

    \b
    Examples:
      newsfold dead-letters resend letters.jsonl
      newsfold dead-letters resend letters.jsonl --json
    """
    settings = load_settings()
    edited = read_edited(file, settings.intake.max_article_bytes)
    say_refusals(edited.refusals)
    sent = asyncio.run(resend(settings, edited.mended)) if edited.mended else 0
    left = len(edited.mended) - sent
    if as_json:
        click.echo(msgspec.json.encode({"sent": sent, "sent_before": left, "refused": len(edited.refusals)}))
    else:
        before = f"; {left} had been sent before or are no letters" if left else ""
        refused = f"; {len(edited.refusals)} cannot be read yet" if edited.refusals else ""
        click.echo(f"{sent} letters sent to {settings.topics.articles}{before}{refused}")
    if edited.refusals and not edited.mended:
        sys.exit(ExitCode.INPUT_REFUSED)


async def _found(settings: Settings, wanted: LetterFilter, waiting_only: bool = False) -> list[Letter]:
    return [letter async for letter in letters(settings, wanted, waiting_only)]


async def _waiting(settings: Settings, wanted: LetterFilter, again: bool) -> int:
    """How many letters a replay would send."""
    found = [letter async for letter in letters(settings, wanted, waiting_only=True)]
    return sum(letter.is_whole and (again or not letter.failed_again) for letter in found)


def _facts(letter: Letter) -> dict[str, Any]:
    place = f"{letter.fact('topic')}-{letter.fact('partition')}@{letter.fact('offset')}"
    return {
        "partition": letter.partition,
        "offset": letter.offset,
        "written": datetime.fromtimestamp(letter.timestamp / 1000, UTC).isoformat(timespec="seconds"),
        "reason": letter.fact("reason"),
        "read_from": place,
        "key": (letter.key or b"").decode(errors="replace"),
        "bytes": len(letter.value or b""),
        "replayed": letter.replayed,
        "message": letter.fact("exception.message"),
    }


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None
