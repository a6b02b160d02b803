"""Choosing a decision for one's own labels: granularity and model by cross-validation over stories."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import log
from typing import Literal

import msgspec
import numpy as np

from stream.evaluation.measures import b_cubed_in_order
from stream.stories.decision.model_file import SHIPPED, DecisionModel, read_model
from stream.training.augmentation import FULL, LabelledArticle, plain_stream, varied_streams
from stream.training.provenance import seen_share
from stream.training.self_training import (
    MERGE_THRESHOLD,
    ROUNDS,
    Fitted,
    StreamArticle,
    TrainingRun,
    mean_model,
    train,
)

FOLDS = 2  # of the stories: each is judged by a model that did not see it
STREAMS = 40  # training streams of a fit
FITS = 3  # whose mean the chosen model is: steadier than one, which is all that cross-validation has the time for
GRANULARITIES = (0.35, 0.43, 0.5, 0.57, 0.65)
MERGE_THRESHOLDS = (0.2, 0.8, 1.4)  # logits: from joining long affairs together to letting them lie in pieces
LEAST_GAIN = 0.003  # in F1: for less the plainer choice stays
SEEN_SHARE = (
    0.05  # of the labelled articles: the shipped model was trained on so many, so it cannot be judged
)

Kind = Literal["shipped", "linear", "trees"]
Sets = Mapping[str, Sequence[LabelledArticle]]
Progress = Callable[[int, int], None]  # streams folded, of how many
Scores = tuple[
    float, float, float, float
]  # B-cubed precision, recall and F1, and F1 of the first assignments


class Choice(msgspec.Struct, frozen=True):
    """The shipped model, or one fitted to the labels: linear, or half of it trees; and where it draws its lines.

    `merge_threshold`: of merging stories, in logits, before the granularity shifts it.
    """

    kind: Kind
    granularity: float
    merge_threshold: float


AS_SHIPPED = Choice("shipped", 0.5, MERGE_THRESHOLD)


class Trial(msgspec.Struct, frozen=True):
    """A choice and its B-cubed agreement on held-out stories: the mean over the sets and folds."""

    choice: Choice
    precision: float
    recall: float
    f1: float
    first_f1: float


class CrossValidation:
    """The trials of every choice, each on stories that it was not fitted to; what is done so far can be used.

    The shipped model takes part only where it was not trained on these very articles.
    """

    def __init__(self, sets: Sets, dimensions: int, cross_language: bool, seed: int) -> None:
        self._sets, self._dimensions = sets, dimensions
        self._cross_language, self._seed = cross_language, seed
        labelled = (article for articles in sets.values() for article in articles)
        seen = seen_share(article.views[FULL][0] for article in labelled) > SEEN_SHARE
        self._kinds: tuple[Kind, ...] = ("linear", "trees") if seen else ("shipped", "linear", "trees")
        self._scores: dict[Choice, list[list[Scores]]] = {}  # by fold, then by set
        self._of_folds: dict[Kind, list[Fitted]] = {}
        self._of_all: list[Fitted] = []

    def run(self, progress: Progress) -> None:
        """Judge every choice on every fold."""
        lines = tuple(product(GRANULARITIES, MERGE_THRESHOLDS))
        judging, fitting = len(self._kinds) * len(lines) * len(self._sets), ROUNDS * STREAMS
        steps = FOLDS * (judging + fitting * sum(kind != "shipped" for kind in self._kinds))
        done = 0

        def advance() -> None:
            nonlocal done
            done += 1
            progress(done, steps)

        progress(0, steps)
        for inside, outside in self._folds():
            held_out = [plain_stream(articles, self._seed) for articles in outside.values()]
            for kind in self._kinds:
                fitted = self._fitted(kind, inside, self._seed, advance)
                self._of_folds.setdefault(kind, []).append(fitted)
                for granularity, merge_threshold in lines:
                    choice, scores = Choice(kind, granularity, merge_threshold), list[Scores]()
                    for stream in held_out:
                        scores.append(self._judged(stream, fitted, choice))
                        advance()
                    self._scores.setdefault(choice, []).append(scores)

    def trials(self) -> list[Trial]:
        """The choices that were judged on as many folds as any: all of them once it has run to its end."""
        folds = max(map(len, self._scores.values()), default=0)
        return [
            Trial(choice, *np.mean(np.concatenate(scores), axis=0).round(4).tolist())
            for choice, scores in self._scores.items()
            if len(scores) == folds
        ]

    def best(self, kind: Kind | None = None) -> Choice | None:
        """The best choice, of a kind if one is given; near it the plainest: shipped model, default thresholds.

        None where none was judged.
        """
        trials = [trial for trial in self.trials() if kind in (None, trial.choice.kind)]
        best = max((trial.f1 for trial in trials), default=0.0)
        near = [trial.choice for trial in trials if trial.f1 >= best - LEAST_GAIN]
        return min(near, key=_plainness, default=None)

    def fit(self, choice: Choice, progress: Progress) -> None:
        """Fit the model of a choice to all the labels, several times; there is nothing to fit of the shipped one."""
        if choice.kind == "shipped":
            return
        steps, done = FITS * ROUNDS * STREAMS, 0

        def advance() -> None:
            nonlocal done
            done += 1
            progress(done, steps)

        for fit in range(FITS):
            self._of_all.append(self._fitted(choice.kind, self._sets, self._seed + fit, advance))

    def model(self, choice: Choice) -> DecisionModel:
        """The model of a choice: the mean of its fits to all labels, or to the folds where it was stopped before."""
        labelled = f"{sum(map(len, self._sets.values()))} labelled articles of {len(self._sets)} sets"
        if choice.kind == "shipped":
            fits, made_by = [_shipped()], f"newsfold tune: the shipped model, its thresholds by {labelled}"
        else:
            fits = self._of_all or self._of_folds[choice.kind]
            on = "" if self._of_all else "halves of "
            made_by = f"newsfold tune: {choice.kind}, {on}{labelled}, {len(fits)} fits from seed {self._seed}"
        fitted = with_merge_threshold(mean_model(fits), choice.merge_threshold)
        return DecisionModel(version="tuned", made_by=made_by, join=fitted.join, merge=fitted.merge)

    def gain(self, choice: Choice) -> float:
        """By how much F1 on the whole of the labelled streams is above that of the shipped model, mean over the sets.

        A model fitted to these labels should win here, if anywhere. From few labels it may not: it did well on the
        small halves of cross-validation, and does badly on a stream of more stories.
        """
        model = self.model(choice)
        ours, theirs = Fitted(model.join, model.merge), _shipped()
        streams = [plain_stream(articles, self._seed) for articles in self._sets.values()]
        gains = [
            self._judged(stream, ours, choice)[2] - self._judged(stream, theirs, AS_SHIPPED)[2]
            for stream in streams
        ]
        return float(np.mean(gains))

    def _judged(self, stream: Sequence[StreamArticle], fitted: Fitted, choice: Choice) -> Scores:
        drawn = with_merge_threshold(fitted, choice.merge_threshold)
        return judged(stream, drawn, self._dimensions, self._cross_language, choice.granularity)

    def _fitted(self, kind: Kind, sets: Sets, seed: int, advance: Callable[[], None]) -> Fitted:
        if kind == "shipped":
            return _shipped()
        streams = varied_streams(sets, STREAMS, seed)
        return train(
            streams,
            self._dimensions,
            with_trees=kind == "trees",
            seed=seed,
            cross_language=self._cross_language,
            advance=advance,
        )

    def _folds(self) -> Iterator[tuple[Sets, Sets]]:
        """Each fold's complement, and the fold: whole stories, dealt out at random within each set."""
        sets, rng = self._sets, np.random.default_rng(self._seed)
        dealt: dict[str, dict[str, int]] = {}
        for name in sorted(sets):
            labels = sorted({article.label for article in sets[name]})
            dealt[name] = {labels[i]: place % FOLDS for place, i in enumerate(rng.permutation(len(labels)))}
        for fold in range(FOLDS):
            inside = {name: [a for a in sets[name] if dealt[name][a.label] != fold] for name in sets}
            outside = {name: [a for a in sets[name] if dealt[name][a.label] == fold] for name in sets}
            yield inside, outside


def with_merge_threshold(fitted: Fitted, threshold: float) -> Fitted:
    """The same scores, with stories merging from another threshold on."""
    return Fitted(fitted.join, msgspec.structs.replace(fitted.merge, threshold=threshold))


def judged(
    stream: Sequence[StreamArticle], fitted: Fitted, dimensions: int, cross_language: bool, granularity: float
) -> Scores:
    """B-cubed precision, recall and F1 of a stream's repaired stories, and F1 of the first assignments."""
    shift = log(granularity / (1 - granularity))
    run = TrainingRun(dimensions, fitted, cross_language=cross_language, shift=shift, splitting=True)
    run.follow(stream)
    labels = [article.label for article in stream]
    repaired = b_cubed_in_order(labels, run.repaired())
    first = b_cubed_in_order(labels, run.first)
    return repaired.precision, repaired.recall, repaired.f1, first.f1


def _shipped() -> Fitted:
    shipped = read_model(SHIPPED)
    return Fitted(shipped.join, shipped.merge)


def _plainness(choice: Choice) -> tuple[int, float]:
    moved = abs(choice.granularity - AS_SHIPPED.granularity)
    moved += abs(choice.merge_threshold - AS_SHIPPED.merge_threshold)
    return ("shipped", "linear", "trees").index(choice.kind), moved
