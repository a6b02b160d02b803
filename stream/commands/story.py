"""`newsfold story ID`: one story, its reports, and why they are in it."""

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from stream.commands.published import Published, published, source_options
from stream.contract import StorySnapshot
from stream.contract.events import encode_event
from stream.contract.sentences import explained
from stream.exit_codes import ExitCode


@click.command("story")
@click.argument("story_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="The snapshot, as on the topic.")
@source_options
def command(story_id: str, as_json: bool, stories_file: Path | None, assignments_file: Path | None) -> None:
    """Show the story whose id begins with ID.

    \b
    Examples:
      newsfold story 5b0e9d0c
      newsfold story 5b0e9d0c --json
      newsfold story 5b0e --stories stories.jsonl --assignments assignments.jsonl
    """
    found = published(stories_file, assignments_file)
    story = the_story(found, story_id)
    if as_json:
        click.echo(encode_event(story))
    else:
        _print(Console(highlight=False), found, story)


def the_story(found: Published, beginning: str) -> StorySnapshot:
    """The one story whose id begins so; ends the command where there is none, or several."""
    stories = found.stories_beginning(beginning)
    if not stories:
        click.echo(f"there is no story whose id begins with {beginning}", err=True)
        sys.exit(ExitCode.NOT_FOUND)
    if len(stories) > 1:
        ids = ", ".join(story.id for story in stories[:5])
        raise click.BadParameter(f"{len(stories)} stories begin so: {ids}", param_hint="ID")
    return stories[0]


def _print(console: Console, found: Published, story: StorySnapshot) -> None:
    counts = story.counts
    console.print(f"[bold]{escape(story.headline)}[/]")
    console.print(
        f"{story.id}  {story.status}, version {story.version}; {counts.sources} sources, "
        f"{counts.reports} reports, {counts.copies} copies"
    )
    if story.merged_into:
        console.print(f"lives on in {story.merged_into}")
    if story.split_from:
        console.print(f"split from {story.split_from}")
    for lead in story.summary:
        console.print(f"\n{escape(lead.text)}")
    if story.names:
        console.print(
            "\n[dim]names[/] " + escape(", ".join(f"{one.name} ({one.reports})" for one in story.names))
        )
    console.print("[dim]keywords[/] " + escape(", ".join(story.keywords)))
    for one in sorted(story.articles, key=lambda article: article.published or ""):
        copies = f", {one.copies} copies" if one.copies else ""
        when = (one.published or "undated")[:16].replace("T", " ")
        console.print(
            f"\n[cyan]{when}[/] [bold]{escape(one.title)}[/] [dim]{escape(one.source or '')}{copies}[/]"
        )
        for assignment in found.assignments.get(one.article_id, [])[-1:]:
            for said in explained(assignment):
                console.print(f"    {escape(said)}")
        console.print(f"    [dim]newsfold explain {escape(one.article_id)}[/]")
