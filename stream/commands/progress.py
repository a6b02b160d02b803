"""The progress bar that every command shows, and every long test: on standard error, so that output can be piped."""

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


def article_progress() -> Progress:
    """A bar that counts articles."""
    return counting_progress("articles")


def counting_progress(unit: str) -> Progress:
    """A bar that counts things called `unit`, with elapsed and remaining time."""
    return Progress(
        TextColumn("[bold]{task.description}"),
        BarColumn(bar_width=40),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
