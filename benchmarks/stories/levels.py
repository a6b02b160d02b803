"""Each labelled set judged at the level it labels: events by stories, affairs by storylines; alone and mixed.

usage: python -m benchmarks.stories.levels --out OUT.json [--first-mix 20] -- SET.jsonl[.gz] ...

A set's name is that of its file up to the first `_`. Sets of AFFAIRS label affairs of weeks and months, the others
events. Alone, each is folded once for each seed (ties shuffled); then all of MIXED that are given are laid on one
timeline, several times, and each part is judged at its level. No event counts for more than a twentieth of a score:
one affair would else be a third of it. `cross`: the share of a mix's articles in a storyline most of whose articles
are of another set. A file named og_... is judged a second time by its English part.
"""

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from time import time

import msgspec

from benchmarks.stories.mixing import mixed
from embeddings.encoder import load_encoder
from stream.embed.stage import Embedder
from stream.evaluation.evaluation import Run, fold_labelled
from stream.evaluation.labelled import Labelled, embed_labelled, in_stream_order, labelled_lines
from stream.observability.metrics import Metrics
from stream.settings import Settings, load_settings

AFFAIRS = frozenset({"epimine", "wikinews", "t17"})
MIXED = ("allsides", "basil", "epimine", "wikinews")
SEEDS = 2
MIXES = 3
MOST = 1 / 20  # of a score that one event counts for

Figures = dict[str, float]


def score(true: Mapping[str, str], found: Mapping[str, str]) -> Figures:
    """B-cubed over the articles of `true`, each event counting for MOST of it at most."""
    joint = Counter((label, found[name]) for name, label in true.items())
    labels, groups = Counter(true.values()), Counter(found[name] for name in true)
    total = precision = recall = 0.0
    for name, label in true.items():
        weight = min(1.0, MOST * len(true) / labels[label])
        together = joint[label, found[name]]
        total += weight
        precision += weight * together / groups[found[name]]
        recall += weight * together / labels[label]
    precision, recall = precision / total, recall / total
    return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / (precision + recall)}


def by_level(run: Run, name: str, names: frozenset[str]) -> Figures:
    """The score of a set at its level, over these articles."""
    found = run.storylines if name in AFFAIRS else run.repaired
    return score({article: label for article, label in run.true.items() if article in names}, found)


def alone(name: str, articles: Sequence[Labelled], settings: Settings) -> Figures:
    """The mean over the seeds."""
    runs = [fold_labelled(in_stream_order(articles, seed), settings) for seed in range(SEEDS)]
    figures = [by_level(run, name, frozenset(run.true)) for run in runs]
    result = means(figures)
    if name in AFFAIRS:
        result["stories_f1"] = mean(score(run.true, run.repaired)["f1"] for run in runs)
    if name == "og":
        english = frozenset(one.record.id for one in articles if one.record.language == "en")
        result["english_f1"] = mean(by_level(run, name, english)["f1"] for run in runs)
    return result


def together(
    sets: Mapping[str, Sequence[Labelled]], settings: Settings, first: int = 0
) -> dict[str, Figures]:
    """Each part of the mixes at its level, the mean over the mixes; and the share of articles that crossed.

    `first`: the seed of the first mix.
    """
    parts: dict[str, list[Figures]] = {name: [] for name in sets}
    crossed = []
    for seed in range(first, first + MIXES):
        run = fold_labelled(mixed(sets, seed), settings)
        for name in sets:
            names = frozenset(article for article in run.true if article.startswith(f"{name}:"))
            parts[name].append(by_level(run, name, names))
        crossed.append(cross(run))
    return {name: means(figures) for name, figures in parts.items()} | {"cross": {"share": mean(crossed)}}


def cross(run: Run) -> float:
    """The share of articles in a storyline most of whose articles are of another set."""
    counts: dict[str, Counter[str]] = {}
    for article, line in run.storylines.items():
        counts.setdefault(line, Counter())[article.split(":")[0]] += 1
    wrong = sum(count.total() - max(count.values()) for count in counts.values())
    return wrong / len(run.storylines)


def means(figures: Sequence[Figures]) -> Figures:
    """The mean of each figure."""
    return {name: mean(one[name] for one in figures) for name in figures[0]}


def read(file: Path, embedder: Embedder) -> list[Labelled]:
    """The labelled articles of a file, embedded."""
    return embed_labelled(labelled_lines(file), embedder, round(time() * 1000), lambda _: None)


def main() -> None:
    """Judge the files, print each figure as it comes, and write them all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--no-mixes", action="store_true")
    parser.add_argument("--first-mix", type=int, default=0, help="seed of the first mix")
    options = parser.parse_args()
    settings = load_settings()
    embedder = Embedder(load_encoder(settings.encoder), settings.intake.max_article_bytes, Metrics())
    sets = {file.name.split("_")[0].split(".")[0]: read(file, embedder) for file in options.files}
    results: dict[str, Figures] = {}
    for name, articles in sets.items():
        results[name] = alone(name, articles, settings)
        print(name, {key: round(value, 3) for key, value in results[name].items()}, flush=True)
    parts = {name: sets[name] for name in MIXED if name in sets}
    if len(parts) > 1 and not options.no_mixes:
        for name, figures in together(parts, settings, options.first_mix).items():
            results[f"mixed: {name}"] = figures
            print(f"mixed: {name}", {key: round(value, 3) for key, value in figures.items()}, flush=True)
    options.out.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")


if __name__ == "__main__":
    main()
