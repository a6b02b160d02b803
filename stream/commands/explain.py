"""`newsfold explain ARTICLE`: why an article is where it is, and why not elsewhere."""

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from stream.commands.published import Published, published, source_options
from stream.contract import Assignment, Method
from stream.contract.events import encode_event
from stream.contract.sentences import RIVAL_REASONS, explained, sentence
from stream.exit_codes import ExitCode

DECIDED = (Method.NEW, Method.JOINED, Method.COPY)


@click.command("explain")
@click.argument("article")
@click.option(
    "--against", metavar="ARTICLE|STORY", help="Say why it is not with this article, or in this story."
)
@click.option("--verbose", is_flag=True, help="Also the figures: score, threshold, bias and every factor.")
@click.option("--json", "as_json", is_flag=True, help="Its assignments as on the topic, one a line.")
@source_options
def command(
    article: str,
    against: str | None,
    verbose: bool,
    as_json: bool,
    stories_file: Path | None,
    assignments_file: Path | None,
) -> None:
    """Say why ARTICLE (its id) is where it is: three sentences, and the figures with --verbose.

    \b
    Examples:
      newsfold explain press-4711
      newsfold explain press-4711 --verbose
      newsfold explain press-4711 --against wire-0815
      newsfold explain press-4711 --stories st.jsonl --assignments as.jsonl
    """
    found = published(stories_file, assignments_file)
    history = found.assignments.get(article)
    if not history:
        click.echo(f"there is no assignment of article {article}", err=True)
        sys.exit(ExitCode.NOT_FOUND)
    if as_json:
        for one in history:
            click.echo(encode_event(one))
        return
    console = Console(highlight=False)
    for one in history:
        print_assignment(console, found, one, verbose)
    if against is not None:
        console.print()
        for line in apart(found, history, against):
            console.print(escape(line))


def print_assignment(console: Console, found: Published, one: Assignment, verbose: bool) -> None:
    """One assignment in sentences, with the figures where they are asked for."""
    title = one.article.title if one.article else one.article_id
    story = found.stories.get(one.story_id or "")
    console.print(f"[bold]{escape(title)}[/]")
    if story is not None:
        console.print(f"[dim]{one.method.value}[/] {escape(story.headline)} [dim]{story.id}[/]")
    for said in explained(one):
        console.print(f"  {escape(said)}")
    if one.rival is not None:
        second = found.stories.get(one.rival.story_id)
        name = second.headline if second else one.rival.story_id
        why = RIVAL_REASONS.get(one.rival.reason, one.rival.reason.value)
        console.print(f"  The best other story is {escape(name)}: {why}.")
    if verbose:
        _print_figures(console, one)


def _print_figures(console: Console, one: Assignment) -> None:
    console.print(f"  [dim]reason {one.reason.value}, model {escape(one.model) or 'not said'}[/]")
    if one.copy_of is not None:
        copy = one.copy_of
        console.print(
            f"  containment {copy.containment}, coverage {copy.coverage}, threshold {copy.threshold}, "
            f"passages {copy.hits}"
        )
    if one.score is None:
        return
    console.print(f"  {one.score:+9.4f}  score; it joins from {one.threshold} on")
    console.print(f"  {one.bias:+9.4f}  bias: before any evidence")
    for factor in one.factors:
        said = sentence(factor, one.reason)
        console.print(f"  {factor.weight:+9.4f}  {escape(factor.name)} = {factor.value:g}. {escape(said)}")
    if one.rival is not None:
        console.print(f"  {one.rival.score:+9.4f}  score of the best other story, {one.rival.story_id}")


def apart(found: Published, history: list[Assignment], against: str) -> list[str]:
    """Why an article is not with another one, or not in a story: what is known of it, in sentences."""
    decided = next((one for one in history if one.method in DECIDED), history[-1])
    other = found.assignments.get(against)
    stories = [one for one in (found.living(other[-1].story_id),) if one] if other else []
    stories = stories or found.stories_beginning(against)
    if not stories:
        return [f"There is neither an article nor a story {against}."]
    story = stories[0]
    own = found.living(history[-1].story_id)
    if own is not None and own.id == story.id:
        return [f"They are together, in the story {own.headline}."]
    said = [f"It is not in {story.headline} ({story.counts.reports} reports)."]
    rival = decided.rival
    living = found.living(rival.story_id) if rival else None
    if rival is not None and (rival.story_id == story.id or (living is not None and living.id == story.id)):
        why = RIVAL_REASONS.get(rival.reason, rival.reason.value)
        said.append(f"That was the best other story when the article came: {why}.")
        if decided.method is Method.NEW:
            said += [sentence(factor, decided.reason) for factor in decided.factors if factor.weight < 0][:3]
    else:
        said.append(
            "It was not among the closest when the article came: another story was closer, or it came later."
        )
    if other:
        first = next((one for one in other if one.method in DECIDED), other[-1])
        said.append("Of the other article:")
        said += explained(first)
    return said
