"""`newsfold stories`: the stories there are now, most active first."""

from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from stream.commands.published import published, source_options
from stream.commands.story_filter import StoryFilter, filter_options
from stream.contract import StorySnapshot
from stream.contract.events import encode_event

LISTED = 30


@click.command("stories")
@filter_options
@click.option("--all", "ended", is_flag=True, help="Also those that are closed or were merged.")
@click.option(
    "--by", type=click.Choice(["newest", "sources", "articles"]), default="newest", show_default=True
)
@click.option("--limit", type=click.IntRange(1), default=LISTED, show_default=True, help="Stories at most.")
@click.option("--json", "as_json", is_flag=True, help="One snapshot a line, as on the topic.")
@source_options
def command(
    source: str | None,
    language: str | None,
    keyword: str | None,
    least_sources: int,
    ended: bool,
    by: str,
    limit: int,
    as_json: bool,
    stories_file: Path | None,
    assignments_file: Path | None,
) -> None:
    """List the stories there are now.

    \b
    Examples:
      newsfold stories --least-sources 3
      newsfold stories --keyword ferry --by sources --json
      newsfold stories --stories stories.jsonl --all
    """
    wanted = StoryFilter(source, language, keyword, least_sources)
    found = published(stories_file, assignments_file, only_stories=True).stories.values()
    matching = [story for story in found if wanted.matches(story) and (ended or story.status == "open")]
    keys = {
        "newest": lambda story: story.last_published or story.last_seen,
        "sources": lambda story: story.counts.sources,
        "articles": lambda story: story.counts.articles,
    }
    matching.sort(key=keys[by], reverse=True)
    console = Console(highlight=False)
    for story in matching[:limit]:
        if as_json:
            click.echo(encode_event(story))
        else:
            console.print(story_row(story), soft_wrap=True)
    if not as_json:
        shown = min(limit, len(matching))
        click.echo(f"{shown} of {len(matching)} stories" if shown < len(matching) else f"{shown} stories")


def story_row(story: StorySnapshot) -> str:
    """A story in two lines of rich markup: headline; sizes, time, keywords and the id to ask for more."""
    counts = story.counts
    sizes = f"{counts.sources} sources, {counts.reports} reports, {counts.copies} copies"
    newest = (story.last_published or story.last_seen)[:16].replace("T", " ")
    status = "" if story.status == "open" else f"[{story.status}] "
    keywords = ", ".join(story.keywords[:3])
    return (
        f"[bold]{escape(status + story.headline)}[/]\n"
        f"  [dim]{escape(story.id[:8])}  {sizes}; {newest}; {escape(keywords)}[/]"
    )
