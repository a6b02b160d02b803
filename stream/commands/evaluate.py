"""`newsfold evaluate`: how well the stories agree with labels, on one's own articles."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from time import perf_counter, time

import click
import msgspec
from rich.console import Console
from rich.table import Table

from embeddings.encoder import load_encoder
from stream.commands.labelled import Labelled, embed_labelled, in_stream_order, labelled_lines
from stream.commands.progress import article_progress
from stream.embed import Embedder
from stream.embedded import EmbeddedArticle, Origin, decode_record, encode_record
from stream.fold import Fold
from stream.metrics import Metrics
from stream.scoring import b_cubed, pairwise
from stream.settings import Settings, load_settings

SEEDS = 5  # shuffles of ties
WORST = 8  # splits and merges named
TITLE_SHOWN = 70  # characters of a headline


class Score(msgspec.Struct, frozen=True):
    """Agreement of found stories with true ones; B-cubed and pairwise as (precision, recall, F1)."""

    b_cubed: tuple[float, float, float]
    pairwise: tuple[float, float, float]
    ami: float
    stories_found: int
    stories_true: int


class Run(msgspec.Struct, frozen=True):
    """One pass over the stream: the story of each article at first and in the end, and the pace."""

    true: dict[str, str]
    first: dict[str, str]
    repaired: dict[str, str]
    articles_per_second: float


class Evaluation(msgspec.Struct, frozen=True):
    """All passes, each scored by first and by repaired assignments."""

    runs: tuple[Run, ...]
    first: tuple[Score, ...]
    repaired: tuple[Score, ...]


@click.command("evaluate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--seeds", default=SEEDS, show_default=True, help="Passes, each with ties shuffled anew.")
@click.option(
    "--json", "out", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here."
)
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Draw them here (PNG or SVG).")
def command(file: Path, seeds: int, out: Path | None, plot: Path | None) -> None:
    """Fold the labelled articles of a JSON Lines FILE (each with a `cluster`) and score the stories.

    The whole fold is judged: a copy counts with the story of its leader. `first` scores the story an article was
    first assigned to, `repaired` the one it ended up in after merges and splits.
    """
    settings = load_settings()
    evaluation = evaluate(file, settings, seeds, round(time() * 1000))
    Console().print(_table(evaluation))
    titles = _titles(file)
    last = evaluation.runs[-1]
    _print_worst("Split", _worst(last.true, last.repaired), titles)
    _print_worst("Merged", _worst(last.repaired, last.true), titles)
    if out:
        figures = {"first": _means(evaluation.first), "repaired": _means(evaluation.repaired)}
        out.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")
    if plot:
        from stream.commands.evaluation_plot import draw

        draw(plot, evaluation, file.name)


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
    )


def fold_labelled(articles: Sequence[Labelled], settings: Settings) -> Run:
    """Fold articles in the order given, each as if it had been logged when it came out."""
    fold = Fold.empty(settings)
    records = [
        decode_record(encode_record(msgspec.structs.replace(article.record, origin=Origin(0, offset))))
        for offset, article in enumerate(articles)
    ]
    first: dict[str, str] = {}
    repaired: dict[str, str] = {}
    begin = perf_counter()
    for record, logged in zip(records, _log_times(records), strict=True):
        for assignment in fold.fold(record, logged).assignments:
            story = assignment.story_id or f"none of {assignment.article_id}"
            first.setdefault(assignment.article_id, story)
            repaired[assignment.article_id] = story
    seconds = perf_counter() - begin
    true = {article.record.id: article.label for article in articles}
    return Run(true, first, repaired, len(articles) / max(seconds, 1e-9))


def _log_times(records: Sequence[EmbeddedArticle]) -> list[int]:
    """When each was logged, had it been read as it came out: never before an earlier one, the undated with the last.

    Logged all at once, as they are read here, an undated first article would move the stream time to today, and
    every later one would be late: no story would ever close.
    """
    known = [record.published for record in records if record.published is not None]
    moment = known[0] if known else records[0].ingested
    return list(accumulate((record.published or 0 for record in records), max, initial=moment))[1:]


def score(true: Mapping[str, str], found: Mapping[str, str]) -> Score:
    """Score found stories against true ones, over the articles that have both."""
    from sklearn.metrics import adjusted_mutual_info_score

    both = b_cubed(true, found)
    pairs = pairwise(true, found)
    labels = [true[name] for name in true]
    stories = [found.get(name, f"missing {name}") for name in true]
    return Score(
        (both.precision, both.recall, both.f1),
        (pairs.precision, pairs.recall, pairs.f1),
        float(adjusted_mutual_info_score(labels, stories)),
        len(set(stories)),
        len(set(labels)),
    )


def _means(scores: Sequence[Score]) -> dict[str, float]:
    count = len(scores)
    return {
        "b_cubed_precision": round(sum(s.b_cubed[0] for s in scores) / count, 4),
        "b_cubed_recall": round(sum(s.b_cubed[1] for s in scores) / count, 4),
        "b_cubed_f1": round(sum(s.b_cubed[2] for s in scores) / count, 4),
        "pairwise_precision": round(sum(s.pairwise[0] for s in scores) / count, 4),
        "pairwise_recall": round(sum(s.pairwise[1] for s in scores) / count, 4),
        "pairwise_f1": round(sum(s.pairwise[2] for s in scores) / count, 4),
        "ami": round(sum(s.ami for s in scores) / count, 4),
        "stories_found": round(sum(s.stories_found for s in scores) / count, 1),
        "stories_true": scores[0].stories_true,
    }


def _table(evaluation: Evaluation) -> Table:
    pace = sum(run.articles_per_second for run in evaluation.runs) / len(evaluation.runs)
    articles = len(evaluation.runs[0].true)
    table = Table(title=f"{articles} articles, {len(evaluation.runs)} passes, {pace:.0f} articles/s folded")
    table.add_column("")
    table.add_column("first", justify="right")
    table.add_column("repaired", justify="right")
    first, repaired = _means(evaluation.first), _means(evaluation.repaired)
    for name, value in first.items():
        table.add_row(name.replace("_", " "), f"{value:g}", f"{repaired[name]:g}")
    return table


def _titles(file: Path) -> dict[str, str]:
    """A headline for each article id."""
    titles = {}
    for line, _ in labelled_lines(file):
        sent = msgspec.json.decode(line)
        title = sent.get("title") or sent.get("text") or sent.get("body") or ""
        titles[str(sent.get("id") or sent.get("url"))] = " ".join(str(title).split())[:TITLE_SHOWN]
    return titles


Parts = list[tuple[str, list[list[str]]]]


def _worst(groups: Mapping[str, str], parts: Mapping[str, str]) -> Parts:
    """The groups that fall into parts, those with the most articles outside their largest part first."""
    by_group: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, group in groups.items():
        by_group[group][parts.get(name, name)].append(name)
    broken: Parts = [
        (group, sorted(inside.values(), key=len, reverse=True)) for group, inside in by_group.items()
    ]
    outside = Counter({group: sum(map(len, inside[1:])) for group, inside in broken})
    broken = [part for part in broken if outside[part[0]]]
    return sorted(broken, key=lambda part: (-outside[part[0]], part[0]))[:WORST]


def _print_worst(kind: str, worst: Parts, titles: Mapping[str, str]) -> None:
    for group, parts in worst:
        sizes = " + ".join(str(len(part)) for part in parts[:8]) + (" + ..." if len(parts) > 8 else "")
        name = group if kind == "Split" else titles.get(parts[0][0], "")
        click.secho(f"{kind} ({sizes}): {name}", bold=True)
        for part in parts[:3]:
            click.echo(f"    {len(part):4d}  {titles.get(part[0], part[0])}")
