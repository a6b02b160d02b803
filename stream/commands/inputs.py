"""Files that commands take and write: standard input as `-`, and outputs that are tried before the work begins."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from stream.articles.files import STANDARD_INPUT
from stream.articles.formats.registry import FormatName

InputFile = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
OutputFile = click.Path(dir_okay=False, writable=True, path_type=Path)
SHOWN_REFUSALS = 20  # more say the same; the summary counts them all


def format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --format."""
    return click.option(
        "--format",
        "wanted",
        type=click.Choice([name.value for name in FormatName]),
        help="Format of the articles; each is recognised where it is not given (docs/feeds.md).",
    )(command)


@contextmanager
def kept(file: Path) -> Iterator[Path]:
    """A path that can be read more than once: the file itself, or standard input put aside."""
    if file != STANDARD_INPUT:
        yield file
        return
    with tempfile.NamedTemporaryFile(prefix="newsfold-") as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
        copy.flush()
        yield Path(copy.name)


def check_outputs(outputs: Sequence[Path | None], source: Path | None = None) -> None:
    """Say before the work that an output cannot be written, or would overwrite the input or another output.

    Raises:
        click.BadParameter: which one, and why.
    """
    taken = {source.resolve()} if source is not None and source != STANDARD_INPUT else set()
    for output in outputs:
        if output is None:
            continue
        if output.resolve() in taken:
            raise click.BadParameter(f"{output} would overwrite another file of this command")
        taken.add(output.resolve())
        try:
            output.open("ab").close()
        except OSError as error:
            raise click.BadParameter(f"{output} cannot be written: {error.strerror}") from None


def say_refusals(refusals: Sequence[tuple[int, str, str]], shown: int = SHOWN_REFUSALS) -> None:
    """Name on standard error the lines that were refused: (line, reason, message) of each."""
    for line, reason, message in refusals[:shown]:
        click.secho(f"line {line} refused, {reason}: {message}", fg="yellow", err=True)
    if len(refusals) > shown:
        click.secho(f"... and {len(refusals) - shown} more", fg="yellow", err=True)
