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
from benchmarks.stories.train import read_sets
from stream.evaluation.measures import b_cubed_in_order
from stream.stories.settings import StorySettings
from stream.stories.story_index import StoryIndex
from stream.stories.text import document_frequencies as background
from stream.training.augmentation import LabelledArticle, plain_stream, varied_streams
from stream.training.cross_validation import judged
from stream.training.self_training import Fitted, StreamArticle, mean_model, train

STREAMS = 32  # a third of what the shipped model is made of: fifteen models have to be trained here
RESULTS = Path(__file__).parent / "results"
RULE_THRESHOLDS = (0.26, 0.29, 0.32, 0.35, 0.38, 0.41, 0.44, 0.47)
TIES = (0, 1, 2)  # seeds that shuffle articles of one day
TRAINED_ON_ONLY = frozenset({"basil"})  # too small to judge by


class LeftOut(msgspec.Struct):
    """B-cubed F1 on a set by all that was made without it: [first, repaired] for each training seed.

    `together`: by the mean of the models, as the shipped one is made.
    """

    name: str
    articles: int
    stories: int
    rule: float
    rule_threshold: float
    seeds: dict[int, tuple[float, float]]
    together: tuple[float, float]


def judge(name: str, files: Sequence[Path], extra: Sequence[Path], seeds: Sequence[int]) -> LeftOut:
    """Leave one set out of everything, and judge what remains on it."""
    others = [file for file in files if name_of(file) != name]
    extra = [file for file in extra if not file.stem.startswith(name)]
    with tempfile.TemporaryDirectory() as folder:
        background.TABLE = Path(folder) / "background.npz"
        count([*others, *extra], background.TABLE)
        sets, dimensions = read_sets(list(files))
        unrelated = [article for articles in read_sets(extra)[0].values() for article in articles]
    articles = sets.pop(name)
    threshold = best_threshold(
        [kept for other, kept in sets.items() if other not in TRAINED_ON_ONLY], dimensions
    )
    streams = [plain_stream(articles, tie) for tie in TIES]
    models = []
    scores = {}
    for seed in seeds:
        models.append(
            train(varied_streams(sets, STREAMS, seed, unrelated), dimensions, with_trees=True, seed=seed)
        )
        scores[seed] = by_model(models[-1], streams, dimensions)
        print(f"{name}, seed {seed}: first {scores[seed][0]:.3f}, repaired {scores[seed][1]:.3f}", flush=True)
    together = by_model(mean_model(models), streams, dimensions)
    print(f"{name}, all: first {together[0]:.3f}, repaired {together[1]:.3f}", flush=True)
    rule = mean(by_rule(stream, dimensions, threshold) for stream in streams)
    return LeftOut(name, len(articles), len({a.label for a in articles}), rule, threshold, scores, together)


def by_model(
    fitted: Fitted, streams: Sequence[Sequence[StreamArticle]], dimensions: int
) -> tuple[float, float]:
    """B-cubed F1 of the first and of the repaired assignments, the mean over the streams."""
    rows = [judged(stream, fitted, dimensions, cross_language=False, granularity=0.5) for stream in streams]
    return mean(first for *_, first in rows), mean(repaired for *_, repaired, _ in rows)


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
        f"`python -m benchmarks.stories.left_out`: {STREAMS} training streams, seeds {', '.join(map(str, seeds))}; "
        "B-cubed F1, first > repaired, mean of three tie-shuffles; the rule's threshold is the best on the others. "
        "All together: by the mean of the three models, as the shipped one is made.",
        "",
        "| set | rule (threshold) | "
        + " | ".join(f"seed {seed}" for seed in seeds)
        + " | mean | all together |",
        "|---|---|" + "---|" * (len(seeds) + 2),
    ]
    for one in judged:
        cells = " | ".join(_pair(one.seeds[seed]) for seed in seeds)
        lines.append(
            f"| {one.name} ({one.articles:,} articles, {one.stories} stories) | {one.rule:.3f} "
            f"({one.rule_threshold:g}) | {cells} | {_pair((_mean(one, 0), _mean(one, 1)))} | {_pair(one.together)} |"
        )
    total = mean(_mean(one, 0) for one in judged), mean(_mean(one, 1) for one in judged)
    rule = mean(one.rule for one in judged)
    together = mean(one.together[0] for one in judged), mean(one.together[1] for one in judged)
    lines.append(f"| **mean** | {rule:.3f} | {'| ' * len(seeds)}**{_pair(total)}** | **{_pair(together)}** |")
    return "\n".join([*lines, ""])


def _pair(scores: tuple[float, float]) -> str:
    """First > repaired."""
    return f"{scores[0]:.3f} > {scores[1]:.3f}"


def _mean(one: LeftOut, part: int) -> float:
    return mean(pair[part] for pair in one.seeds.values())


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
