"""`newsfold evaluate`: how well the stories agree with labels, on one's own articles."""

from collections.abc import Mapping
from pathlib import Path
from time import time
from typing import Literal

import click
import msgspec
from rich.console import Console
from rich.table import Table

from embeddings.encoder import load_encoder
from stream.commands.progress import article_progress
from stream.embed.stage import Embedder
from stream.evaluation.evaluation import Evaluation, Parts, Score, fold_labelled, means, score, worst
from stream.evaluation.labelled import embed_labelled, in_stream_order, labelled_lines
from stream.observability.metrics import Metrics
from stream.settings import Settings, load_settings

SEEDS = 5  # shuffles of ties
WORST = 8  # splits and merges named
TITLE_SHOWN = 70  # characters of a headline
STANDARD_OUTPUT = Path("-")
Level = Literal["story", "storyline"]


@click.command("evaluate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--level",
    type=click.Choice(["story", "storyline"]),
    default="story",
    show_default=True,
    help="What the labels are: events, or affairs that run for weeks.",
)
@click.option("--seeds", default=SEEDS, show_default=True, help="Passes, each with ties shuffled anew.")
@click.option(
    "--json",
    "out",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Write the figures here; - prints them, and nothing else.",
)
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Draw them here (PNG or SVG).")
def command(file: Path, level: Level, seeds: int, out: Path | None, plot: Path | None) -> None:
    """Fold the labelled articles of a JSON Lines FILE (each with a `cluster`) and score the stories.

    The whole fold is judged: a copy counts with the story of its leader. `first` scores the story an article was
    first assigned to, `repaired` the one it ended up in after merges and splits; `storylines`, for labels of that
    level, the storyline of that story.

    \b
    Examples:
      newsfold evaluate labelled.jsonl
      newsfold evaluate labelled.jsonl --seeds 1 --json figures.json
      newsfold evaluate affairs.jsonl --level storyline --plot affairs.png
    """
    if plot:  # before the work: the extra it needs may be missing
        from stream.evaluation.plot import draw
    settings = load_settings()
    evaluation = evaluate(file, settings, seeds, round(time() * 1000))
    shown = _shown(evaluation, level)
    figures = msgspec.json.encode({name: means(scores) for name, scores in shown.items()})
    if plot:
        draw(plot, evaluation, file.name)
    if out == STANDARD_OUTPUT:
        click.echo(figures)
        return
    if out:
        out.write_bytes(msgspec.json.format(figures, indent=2) + b"\n")
    Console().print(_table(evaluation, shown))
    titles = _titles(file)
    last = evaluation.runs[-1]
    found = last.storylines if level == "storyline" else last.repaired
    _print_broken("Split", worst(last.true, found), titles)
    _print_broken("Merged", worst(found, last.true), titles)


def _shown(evaluation: Evaluation, level: Level) -> dict[str, tuple[Score, ...]]:
    """The scores to show, by name, for labels of this level."""
    if level == "storyline":
        return {"stories": evaluation.repaired, "storylines": evaluation.storylines}
    return {"first": evaluation.first, "repaired": evaluation.repaired}


def evaluate(file: Path, settings: Settings, seeds: int, now: int) -> Evaluation:
    """Embed the file once, fold it once per seed, and score each pass."""
    lines = labelled_lines(file)
    embedder = Embedder(load_encoder(settings.encoder), settings.intake.max_article_bytes, Metrics())
    with article_progress() as progress:
        task = progress.add_task("Embedding", total=len(lines))
        articles = embed_labelled(lines, embedder, now, lambda done: progress.advance(task, done))
        task = progress.add_task("Folding", total=len(articles) * seeds)
        runs = []
        for seed in range(seeds):
            runs.append(fold_labelled(in_stream_order(articles, seed), settings))
            progress.advance(task, len(articles))
    return Evaluation(
        tuple(runs),
        tuple(score(run.true, run.first) for run in runs),
        tuple(score(run.true, run.repaired) for run in runs),
        tuple(score(run.true, run.storylines) for run in runs),
    )


def _table(evaluation: Evaluation, shown: Mapping[str, tuple[Score, ...]]) -> Table:
    pace = sum(run.articles_per_second for run in evaluation.runs) / len(evaluation.runs)
    articles = len(evaluation.runs[0].true)
    table = Table(title=f"{articles} articles, {len(evaluation.runs)} passes, {pace:.0f} articles/s folded")
    table.add_column("")
    for name in shown:
        table.add_column(name, justify="right")
    columns = [means(scores) for scores in shown.values()]
    for name in columns[0]:
        table.add_row(name.replace("_", " "), *(f"{column[name]:g}" for column in columns))
    return table


def _titles(file: Path) -> dict[str, str]:
    """A headline for each article id."""
    titles = {}
    for line, _ in labelled_lines(file):
        sent = msgspec.json.decode(line)
        title = sent.get("title") or sent.get("text") or sent.get("body") or ""
        titles[str(sent.get("id") or sent.get("url"))] = " ".join(str(title).split())[:TITLE_SHOWN]
    return titles


def _print_broken(kind: str, broken: Parts, titles: Mapping[str, str]) -> None:
    for group, parts in broken:
        sizes = " + ".join(str(len(part)) for part in parts[:8]) + (" + ..." if len(parts) > 8 else "")
        name = group if kind == "Split" else titles.get(parts[0][0], "")
        click.secho(f"{kind} ({sizes}): {name}", bold=True)
        for part in parts[:3]:
            click.echo(f"    {len(part):4d}  {titles.get(part[0], part[0])}")
