"""Choosing how broad storylines are, for one's own labels of affairs: cross-validated over the affairs."""

from collections.abc import Callable, Mapping, Sequence
from statistics import mean

import msgspec
import numpy as np

from stream.evaluation.evaluation import fold_labelled
from stream.evaluation.labelled import Labelled, in_stream_order
from stream.evaluation.measures import Agreement, b_cubed
from stream.settings import Settings

THRESHOLDS = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)  # logits, from broad to narrow
LEAST_GAIN = 0.003  # in F1: for less the default stays
FOLDS = 2  # of the affairs: a threshold chosen on one is judged on the other

Sets = Mapping[str, Sequence[Labelled]]


class ThresholdTrial(msgspec.Struct, frozen=True):
    """B-cubed agreement of the storylines from one threshold on: the mean over sets and folds."""

    threshold: float
    precision: float
    recall: float
    f1: float


class ThresholdChoice(msgspec.Struct, frozen=True):
    """Every threshold judged, the one chosen, and the F1 that choosing so reaches on affairs it did not see."""

    trials: tuple[ThresholdTrial, ...]
    threshold: float
    held_out_f1: float


def chosen_threshold(
    sets: Sets, settings: Settings, seed: int, progress: Callable[[int, int], None]
) -> ThresholdChoice:
    """Judge every threshold on halves of the affairs; near the best the default stays.

    `progress` is called with the steps done, and of how many.
    """
    halves = _halves(sets, seed)
    steps = len(THRESHOLDS) * sum(map(len, halves))
    done = 0
    found: dict[float, list[list[Agreement]]] = {}
    for threshold in THRESHOLDS:
        drawn = settings.model_copy(
            update={"storylines": settings.storylines.model_copy(update={"threshold": threshold})}
        )
        for half in halves:
            scores = []
            for articles in half:
                run = fold_labelled(in_stream_order(articles, seed), drawn)
                scores.append(b_cubed(run.true, run.storylines))
                done += 1
                progress(done, steps)
            found.setdefault(threshold, []).append(scores)
    trials = tuple(
        _trial(threshold, [one for half in found[threshold] for one in half]) for threshold in THRESHOLDS
    )
    by_half = [{at: mean(one.f1 for one in found[at][half]) for at in THRESHOLDS} for half in range(FOLDS)]
    held_out = [by_half[1 - half][max(THRESHOLDS, key=by_half[half].__getitem__)] for half in range(FOLDS)]
    return ThresholdChoice(trials, _best(trials, settings.storylines.threshold), mean(held_out))


def _best(trials: Sequence[ThresholdTrial], default: float) -> float:
    """The best threshold; of those within LEAST_GAIN of it the one nearest to the default."""
    best = max(trial.f1 for trial in trials)
    near = [trial.threshold for trial in trials if trial.f1 >= best - LEAST_GAIN]
    return min(near, key=lambda threshold: abs(threshold - default))


def _trial(threshold: float, scores: Sequence[Agreement]) -> ThresholdTrial:
    figures = [(one.precision, one.recall, one.f1) for one in scores]
    return ThresholdTrial(threshold, *np.mean(figures, axis=0).round(4).tolist())


def _halves(sets: Sets, seed: int) -> list[list[list[Labelled]]]:
    """Whole affairs dealt out at random within each set: the articles of each set, half by half."""
    rng = np.random.default_rng(seed)
    halves: list[list[list[Labelled]]] = [[] for _ in range(FOLDS)]
    for name in sorted(sets):
        labels = sorted({article.label for article in sets[name]})
        dealt = {labels[i]: place % FOLDS for place, i in enumerate(rng.permutation(len(labels)))}
        for half in range(FOLDS):
            halves[half].append([article for article in sets[name] if dealt[article.label] == half])
    return halves
