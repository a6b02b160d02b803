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
from stream.training.self_training import Fitted, StreamArticle, TrainingRun, mean_model, train

FOLDS = 2  # of the stories: each is judged by a model that did not see it
STREAMS = 40  # training streams of a fit
FITS = 3  # whose mean the chosen model is: steadier than one, which is all that cross-validation has the time for
GRANULARITIES = (0.35, 0.43, 0.5, 0.57, 0.65)
MERGE_THRESHOLDS = (0.2, 0.8, 1.4)  # logits: from joining long affairs together to letting them lie in pieces
SEEN_SHARE = (
    0.05  # of the labelled articles: the shipped model was trained on so many, so it cannot be judged
)

Kind = Literal["shipped", "linear", "trees"]
Sets = Mapping[str, Sequence[LabelledArticle]]
Progress = Callable[[int, int], None]  # steps done, of how many


class Choice(msgspec.Struct, frozen=True):
    """The shipped model, or one fitted to the labels: linear, or half of it trees; and where it draws its lines.

    `merge_threshold`: of merging stories, in logits, before the granularity shifts it.
    """

    kind: Kind
    granularity: float
    merge_threshold: float


class Trial(msgspec.Struct, frozen=True):
    """A choice and its B-cubed agreement on held-out stories: the mean over the sets and folds."""

    choice: Choice
    precision: float
    recall: float
    f1: float
    first_f1: float


def cross_validated(
    sets: Sets, dimensions: int, cross_language: bool, seed: int, progress: Progress
) -> list[Trial]:
    """Judge every choice on stories it was not fitted to.

    The shipped model takes part only where it was not trained on these very articles.
    """
    articles = (article for articles in sets.values() for article in articles)
    seen = seen_share(article.views[FULL][0] for article in articles) > SEEN_SHARE
    kinds: tuple[Kind, ...] = ("linear", "trees") if seen else ("shipped", "linear", "trees")
    lines = tuple(product(GRANULARITIES, MERGE_THRESHOLDS))
    steps = FOLDS * len(kinds) * (1 + len(lines))
    done = 0
    found: dict[Choice, list[tuple[float, float, float, float]]] = {}
    for inside, outside in _folds(sets, seed):
        held_out = [plain_stream(articles, seed) for articles in outside.values()]
        for kind in kinds:
            fitted = _fitted(kind, inside, dimensions, cross_language, seed)
            done += 1
            progress(done, steps)
            for granularity, merge_threshold in lines:
                drawn = with_merge_threshold(fitted, merge_threshold)
                scores = [
                    judged(stream, drawn, dimensions, cross_language, granularity) for stream in held_out
                ]
                found.setdefault(Choice(kind, granularity, merge_threshold), []).extend(scores)
                done += 1
                progress(done, steps)
    return [Trial(choice, *np.mean(scores, axis=0).round(4).tolist()) for choice, scores in found.items()]


def fitted_to(sets: Sets, choice: Choice, dimensions: int, cross_language: bool, seed: int) -> DecisionModel:
    """The model of a choice, fitted to all the labels."""
    fits = 1 if choice.kind == "shipped" else FITS
    models = [_fitted(choice.kind, sets, dimensions, cross_language, seed + fit) for fit in range(fits)]
    fitted = with_merge_threshold(mean_model(models), choice.merge_threshold)
    articles = sum(map(len, sets.values()))
    labelled = f"{articles} labelled articles of {len(sets)} sets"
    made_by = f"newsfold tune: {choice.kind}, {labelled}, {fits} fits from seed {seed}"
    return DecisionModel(version="tuned", made_by=made_by, join=fitted.join, merge=fitted.merge)


def with_merge_threshold(fitted: Fitted, threshold: float) -> Fitted:
    """The same scores, with stories merging from another threshold on."""
    return Fitted(fitted.join, msgspec.structs.replace(fitted.merge, threshold=threshold))


def _fitted(kind: Kind, sets: Sets, dimensions: int, cross_language: bool, seed: int) -> Fitted:
    if kind == "shipped":
        shipped = read_model(SHIPPED)
        return Fitted(shipped.join, shipped.merge)
    streams = varied_streams(sets, STREAMS, seed)
    return train(streams, dimensions, with_trees=kind == "trees", seed=seed, cross_language=cross_language)


def _folds(sets: Sets, seed: int) -> Iterator[tuple[Sets, Sets]]:
    """Each fold's complement, and the fold: whole stories, dealt out at random within each set."""
    rng = np.random.default_rng(seed)
    dealt: dict[str, dict[str, int]] = {}
    for name in sorted(sets):
        labels = sorted({article.label for article in sets[name]})
        dealt[name] = {labels[i]: place % FOLDS for place, i in enumerate(rng.permutation(len(labels)))}
    for fold in range(FOLDS):
        inside = {name: [a for a in sets[name] if dealt[name][a.label] != fold] for name in sets}
        outside = {name: [a for a in sets[name] if dealt[name][a.label] == fold] for name in sets}
        yield inside, outside


def judged(
    stream: Sequence[StreamArticle], fitted: Fitted, dimensions: int, cross_language: bool, granularity: float
) -> tuple[float, float, float, float]:
    """B-cubed precision, recall and F1 of a stream's repaired stories, and F1 of the first assignments."""
    shift = log(granularity / (1 - granularity))
    run = TrainingRun(dimensions, fitted, cross_language=cross_language, shift=shift, splitting=True)
    run.follow(stream)
    labels = [article.label for article in stream]
    repaired = b_cubed_in_order(labels, run.repaired())
    first = b_cubed_in_order(labels, run.first)
    return repaired.precision, repaired.recall, repaired.f1, first.f1
