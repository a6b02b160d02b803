"""How good the recipe is for streams it never saw: each set in turn is left out of training and judged.

usage: python -m benchmarks.stories.left_out [--seeds 1,2,3] [--unrelated NEWS.jsonl ...] -- SET.jsonl ...

Left out means of everything: of the training streams, of the table of how common words are (it is counted again
over the other sets and the files of --unrelated), and of the choice of the rule's threshold, which is the best on
the mean of the other sets. A file of unrelated articles is left out with the set whose name it begins with. Writes
results/left_out.json and left_out.md. Each set is a process of its own, because the table of words is loaded once.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

import msgspec

from benchmarks.stories.background import count
from benchmarks.stories.levels import AFFAIRS, Figures, alone, read
from benchmarks.stories.train import read_sets
from embeddings.encoder import load_encoder
from stream.embed.stage import Embedder
from stream.evaluation.labelled import Labelled
from stream.evaluation.measures import b_cubed_in_order
from stream.observability.metrics import Metrics
from stream.settings import Settings, load_settings
from stream.stories.decision.model_file import DecisionModel, write_model
from stream.stories.settings import StorySettings
from stream.stories.story_index import StoryIndex
from stream.stories.text import document_frequencies as background
from stream.training.augmentation import LabelledArticle, plain_stream, varied_streams
from stream.training.self_training import Fitted, StreamArticle, mean_model, train

STREAMS = 32  # a third of what the shipped model is made of: fifteen models have to be trained here
RESULTS = Path(__file__).parent / "results"
RULE_THRESHOLDS = (0.26, 0.29, 0.32, 0.35, 0.38, 0.41, 0.44, 0.47)
TRAINED_ON_ONLY = frozenset({"basil"})  # too small to judge by


class LeftOut(msgspec.Struct):
    """The whole fold on a set by all that was made without it, as benchmarks.stories.levels judges it, for each seed.

    `together`: by the mean of the models, as the shipped one is made. `rule`: F1 of the rule's stories.
    """

    name: str
    articles: int
    stories: int
    rule: float
    rule_threshold: float
    seeds: dict[int, Figures]
    together: Figures


def judge(name: str, files: Sequence[Path], extra: Sequence[Path], seeds: Sequence[int]) -> LeftOut:
    """Leave one set out of everything, and judge what remains on it."""
    others = [file for file in files if name_of(file) != name]
    extra = [file for file in extra if not file.stem.startswith(name)]
    with tempfile.TemporaryDirectory() as folder:
        background.TABLE = Path(folder) / "background.npz"
        count([*others, *extra], background.TABLE)
        sets, dimensions = read_sets(list(others))
        unrelated = [article for articles in read_sets(extra)[0].values() for article in articles]
        background.background()  # read while it is there
    settings = load_settings()
    embedder = Embedder(load_encoder(settings.encoder), settings.intake.max_article_bytes, Metrics())
    left = read(next(file for file in files if name_of(file) == name), embedder)
    threshold = best_threshold(
        [kept for other, kept in sets.items() if other not in TRAINED_ON_ONLY], dimensions
    )
    models = []
    figures = {}
    for seed in seeds:
        models.append(
            train(varied_streams(sets, STREAMS, seed, unrelated), dimensions, with_trees=True, seed=seed)
        )
        figures[seed] = by_model(name, left, models[-1], settings)
        print(f"{name}, seed {seed}: {shown(figures[seed])}", flush=True)
    together = by_model(name, left, mean_model(models), settings)
    rule = settings.stories.model_copy(update={"decision": "rule", "rule_threshold": threshold})
    found_by_rule = alone(name, left, settings.model_copy(update={"stories": rule}))
    stories = len({article.label for article in left})
    return LeftOut(name, len(left), stories, stories_f1(found_by_rule), threshold, figures, together)


def by_model(name: str, articles: Sequence[Labelled], fitted: Fitted, settings: Settings) -> Figures:
    """The whole fold of a set by a fitted model, judged at its level."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.json"
        write_model(file, DecisionModel(version="left out", made_by="", join=fitted.join, merge=fitted.merge))
        stories = settings.stories.model_copy(update={"model": str(file)})
        return alone(name, articles, settings.model_copy(update={"stories": stories}))


def stories_f1(figures: Figures) -> float:
    """B-cubed F1 of the stories, also where a set is judged by storylines."""
    return figures.get("stories_f1", figures["f1"])


def name_of(file: Path) -> str:
    """The name of a set's file, as training knows it."""
    return file.stem.removesuffix("_dev")


def best_threshold(sets: list[list[LabelledArticle]], dimensions: int) -> float:
    """The rule's best threshold on the mean of the sets."""
    streams = [plain_stream(articles, 0) for articles in sets]
    return max(RULE_THRESHOLDS, key=lambda at: mean(by_rule(stream, dimensions, at) for stream in streams))


def by_rule(stream: Sequence[StreamArticle], dimensions: int, threshold: float) -> float:
    """B-cubed F1 of the rule without learning."""
    index = StoryIndex(StorySettings(decision="rule", rule_threshold=threshold), dimensions)
    found = []
    for number, one in enumerate(stream):
        index.close_idle(one.time)
        decision = index.assign(number, one.evidence, one.vector, one.time, one.dated, one.language)
        found.append(decision.story)
    return b_cubed_in_order([one.label for one in stream], found).f1


def markdown(judged: Sequence[LeftOut]) -> str:
    """The results file."""
    seeds = sorted(judged[0].seeds)
    lines = [
        "# Every set left out in turn",
        "",
        f"`python -m benchmarks.stories.left_out`: {STREAMS} training streams; B-cubed F1 (precision, recall) of the "
        "whole fold at the set's level, the mean of two orders of ties; no event counts for more than a twentieth. "
        "All together: by the mean of the models, as the shipped one is made. The rule's threshold is the best on "
        "the others; its stories are judged.",
        "",
        "| set | level | rule (threshold) | "
        + " | ".join(f"seed {seed}" for seed in seeds)
        + " | all together | by stories |",
        "|---|---|---|" + "---|" * (len(seeds) + 2),
    ]
    for one in judged:
        cells = " | ".join(shown(one.seeds[seed]) for seed in seeds)
        level = "storylines" if one.name in AFFAIRS else "stories"
        lines.append(
            f"| {one.name} ({one.articles:,} articles, {one.stories} labels) | {level} | {one.rule:.3f} "
            f"({one.rule_threshold:g}) | {cells} | {shown(one.together)} | {stories_f1(one.together):.3f} |"
        )
    return "\n".join([*lines, ""])


def shown(figures: Figures) -> str:
    """F1 (precision, recall)."""
    return f"{figures['f1']:.3f} ({figures['precision']:.3f}, {figures['recall']:.3f})"


def main() -> None:
    """Read the arguments; leave out each set in a process of its own, or the one named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--unrelated", nargs="*", type=Path, default=[])
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--without", default="", help="leave out this set only, and print JSON to --json")
    parser.add_argument("--json", type=Path, default=RESULTS / "left_out.json")
    options = parser.parse_args()
    if options.without:
        seeds = [int(seed) for seed in options.seeds.split(",")]
        one = judge(options.without, options.files, options.unrelated, seeds)
        options.json.write_bytes(msgspec.json.encode(one))
        return
    judged = []
    with tempfile.TemporaryDirectory() as folder:
        for name in map(name_of, options.files):
            if name in TRAINED_ON_ONLY:
                continue
            out = Path(folder) / f"{name}.json"
            arguments = ["--without", name, "--json", str(out), "--seeds", options.seeds]
            arguments += ["--unrelated", *map(str, options.unrelated), "--", *map(str, options.files)]
            subprocess.run(
                [sys.executable, "-m", "benchmarks.stories.left_out", *arguments], check=True, env=os.environ
            )
            judged.append(msgspec.json.decode(out.read_bytes(), type=LeftOut))
    RESULTS.mkdir(exist_ok=True)
    options.json.write_bytes(msgspec.json.format(msgspec.json.encode(judged), indent=1) + b"\n")
    (RESULTS / "left_out.md").write_text(markdown(judged))


if __name__ == "__main__":
    main()
