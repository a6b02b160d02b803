"""`newsfold doctor`: what is wrong with the set-up, and what to do."""

import asyncio
import sys
import textwrap

import click

from stream.errors import SettingsError, operator_action
from stream.kafka.diagnosis import Finding, Verdict, diagnose
from stream.settings import Settings, load_settings

WIDTH = 80
MARKS = {Verdict.GOOD: ("✓", "green"), Verdict.DOUBTFUL: ("!", "yellow"), Verdict.BAD: ("✗", "red")}
INDENT = " " * 15


@click.command("doctor")
def command() -> None:
    """Check settings, encoder, checkpoint store, Kafka, topics, permissions, log and clock.

    Changes nothing. Ends with exit code 1 where something is wrong, 0 where there are warnings at most.
    """
    try:
        settings = load_settings()
    except SettingsError as error:
        _show(Finding("settings", Verdict.BAD, str(error), operator_action(error)))
        sys.exit(1)
    problems = asyncio.run(_run(settings))
    if problems:
        sys.exit(1)


async def _run(settings: Settings) -> int:
    problems = 0
    async for finding in diagnose(settings):
        _show(finding)
        problems += finding.verdict is Verdict.BAD
    return problems


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
