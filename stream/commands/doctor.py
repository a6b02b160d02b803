"""`newsfold doctor`: what is wrong with the set-up, and what to do."""

import asyncio
import sys
import textwrap
from collections.abc import Callable

import click
import msgspec

from stream.errors import SettingsError, operator_action
from stream.kafka.diagnosis import Finding, Verdict, diagnose
from stream.settings import Settings, load_settings

WIDTH = 80
MARKS = {Verdict.GOOD: ("✓", "green"), Verdict.DOUBTFUL: ("!", "yellow"), Verdict.BAD: ("✗", "red")}
INDENT = " " * 15


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for each thing checked.")
def command(as_json: bool) -> None:
    """Check settings, encoder, checkpoint store, Kafka, topics, permissions, log and clock.

    Changes nothing. Ends with exit code 1 where something is wrong, 0 where there are warnings at most.

    \b
    Examples:
      newsfold doctor
      newsfold doctor --json
    """
    show = _show_json if as_json else _show
    try:
        settings = load_settings()
    except SettingsError as error:
        show(Finding("settings", Verdict.BAD, str(error), operator_action(error)))
        sys.exit(1)
    problems = asyncio.run(_run(settings, show))
    if problems:
        sys.exit(1)


async def _run(settings: Settings, show: Callable[[Finding], None]) -> int:
    problems = 0
    async for finding in diagnose(settings):
        show(finding)
        problems += finding.verdict is Verdict.BAD
    return problems


def _show_json(finding: Finding) -> None:
    click.echo(msgspec.json.encode(finding))


def _show(finding: Finding) -> None:
    mark, colour = MARKS[finding.verdict]
    lines = finding.what.splitlines()
    wrapped = [piece for line in lines for piece in textwrap.wrap(line, WIDTH - len(INDENT)) or [""]]
    click.echo(f"{click.style(mark, fg=colour)} {finding.check:12} {wrapped[0]}")
    for line in wrapped[1:]:
        click.echo(f"{INDENT}{line}")
    if finding.mend:
        click.echo(
            textwrap.fill(f"-> {finding.mend}", WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)
        )
