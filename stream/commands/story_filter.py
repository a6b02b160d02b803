"""Which stories are meant: by outlet, language, keyword, number of outlets. Of `tail` and `stories`."""

from collections.abc import Callable
from typing import Any

import click
import msgspec

from stream.contract import StorySnapshot


class StoryFilter(msgspec.Struct, frozen=True):
    """Which stories are meant; what is None does not matter. Upper and lower case are the same."""

    source: str | None = None
    language: str | None = None
    keyword: str | None = None
    least_sources: int = 0

    def matches(self, story: StorySnapshot) -> bool:
        """Whether a story is meant. Outlets are those of its listed reports."""
        return (
            story.counts.sources >= self.least_sources
            and (self.language is None or self.language.lower() in story.languages)
            and (self.source is None or any(_holds(one.source, self.source) for one in story.articles))
            and (self.keyword is None or any(_holds(text, self.keyword) for text in _texts(story)))
        )


def _texts(story: StorySnapshot) -> tuple[str, ...]:
    return (story.headline, *story.keywords, *(name.name for name in story.names))


def _holds(text: str | None, wanted: str) -> bool:
    return wanted.casefold() in (text or "").casefold()


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a StoryFilter."""
    options = (
        click.option("--source", help="Only stories with a listed report of this outlet (part of its name)."),
        click.option("--language", help="Only stories with articles in this language, such as en."),
        click.option("--keyword", help="Only stories with this in headline, keywords or names."),
        click.option(
            "--least-sources",
            type=click.IntRange(0),
            default=0,
            help="Only stories of so many outlets or more.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command
