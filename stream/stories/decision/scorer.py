"""The learnt decision: half a linear model on clipped features, half a few small trees."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from embeddings.jit import kernel, part
from stream.errors import SettingsError
from stream.stories.decision.features import Feature
from stream.stories.decision.join_features import JOIN_FEATURES
from stream.stories.decision.merge_features import MERGE_FEATURES
from stream.stories.decision.model_file import LEAF, SHIPPED, LearnedScore, Tree, linear_part, read_model
from stream.stories.results import Factor

TREE_SHARE = 0.5  # of the score that comes from the trees
LOW, HIGH, WEIGHT, BIAS = range(4)  # rows of the weights
FACTOR_GRAIN = 10_000.0  # factors are shown in multiples of 1 / FACTOR_GRAIN


class ScoreArrays(NamedTuple):
    """A score as the kernels read it; without weights it is no score."""

    weights: np.ndarray  # float64 [4, features]: low, high, weight; and the bias
    nodes: np.ndarray  # int32 [n, 3]: feature (-1 a leaf), left, right
    splits: np.ndarray  # float64 [n, 2]: split, value
    roots: np.ndarray  # int32 [trees]


NO_SCORE = ScoreArrays(np.zeros((0, 0)), np.zeros((0, 3), np.int32), np.zeros((0, 2)), np.zeros(0, np.int32))


class Scorer:
    """A learnt score over the columns of a feature array."""

    def __init__(self, score: LearnedScore, features: tuple[Feature, ...]) -> None:
        """`features`: of the score, in its order.

        Raises:
            SettingsError: a term or a tree of the score leads nowhere.
        """
        self.threshold = score.threshold
        self._names = [feature.name for feature in features]
        columns = {feature.name: column for column, feature in enumerate(features)}
        share = 1.0 - TREE_SHARE if score.trees else 1.0
        weights = np.zeros((4, len(features)))
        for term in score.terms:
            column = columns.get(term.feature)
            if column is None:
                raise SettingsError(f"the story model weighs {term.feature!r}, which is none of its features")
            weights[: WEIGHT + 1, column] = term.low, term.high, share * term.weight
        weights[BIAS, 0] = share * score.bias + (TREE_SHARE * score.base if score.trees else 0.0)
        self.arrays = ScoreArrays(weights, *_flattened(score.trees, len(features)))
        roots = TREE_SHARE * sum(tree.value[0] for tree in score.trees)
        self.bias = float(weights[BIAS, 0]) + roots  # what a row scores before any feature is counted

    def factors(self, row: np.ndarray) -> tuple[Factor, ...]:
        """What each feature added to a row's score, the heaviest first; what added nothing is left out.

        A tree's part is shared out along its path: each split is credited with the change it made.
        """
        column = np.zeros(len(row), np.int64)
        shown = np.zeros((2, len(row)))
        count = _attribute(self.arrays, row, column, shown)
        values, added = shown.tolist()
        rows = zip(column.tolist()[:count], values, added, strict=False)
        return tuple([Factor(self._names[i], value, part) for i, value, part in rows])


def _flattened(trees: tuple[Tree, ...], width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All trees in one array of (feature, left, right) and one of (split, value), and where each begins."""
    nodes: list[tuple[int, int, int]] = []
    splits: list[tuple[float, float]] = []
    roots: list[int] = []
    for tree in trees:
        root = len(nodes)
        roots.append(root)
        for i, feature in enumerate(tree.feature):
            if not LEAF <= feature < width or (feature != LEAF and min(tree.left[i], tree.right[i]) <= i):
                raise SettingsError(f"node {i} of a tree of the story model leads nowhere")
            nodes.append((feature, root + tree.left[i], root + tree.right[i]))
            splits.append((tree.split[i], TREE_SHARE * tree.value[i]))
    return (
        np.array(nodes, np.int32).reshape(-1, 3),
        np.array(splits, np.float64).reshape(-1, 2),
        np.array(roots, np.int32),
    )


@part
def has_score(score):  # type: ignore[no-untyped-def]
    """Whether it is a score."""
    return len(score.weights) > 0


@part
def score_rows(score, features, count, logits):  # type: ignore[no-untyped-def]
    """Fill `logits` with the scores of the first `count` rows of features."""
    weights = score.weights
    for place in range(count):
        total = weights[BIAS, 0]
        for i in range(features.shape[1]):
            value = min(weights[HIGH, i], max(weights[LOW, i], features[place, i]))
            total += weights[WEIGHT, i] * (value - weights[LOW, i])
        for root in score.roots:
            node = root
            while score.nodes[node, 0] >= 0:
                node = _below(score, features[place], node)
            total += score.splits[node, 1]
        logits[place] = total


@part
def _below(score, row, node):  # type: ignore[no-untyped-def]
    return (
        score.nodes[node, 1] if row[score.nodes[node, 0]] <= score.splits[node, 0] else score.nodes[node, 2]
    )


@kernel
def _attribute(score, row, column, shown):  # type: ignore[no-untyped-def]
    """Fill `column` with the features that add anything, heaviest first; return how many.

    `shown` [2, features]: their values, and what they add, both in multiples of 1 / FACTOR_GRAIN.
    """
    weights = score.weights
    added = np.zeros(len(row))
    for i in range(len(row)):
        value = min(weights[HIGH, i], max(weights[LOW, i], row[i]))
        added[i] = weights[WEIGHT, i] * (value - weights[LOW, i])
    for root in score.roots:
        node = root
        while score.nodes[node, 0] >= 0:
            below = _below(score, row, node)
            added[score.nodes[node, 0]] += score.splits[below, 1] - score.splits[node, 1]
            node = below
    count = 0
    for i in range(len(row)):
        added[i] = np.rint(added[i] * FACTOR_GRAIN) / FACTOR_GRAIN
        if added[i] != 0.0:
            place = count
            while place > 0 and abs(added[column[place - 1]]) < abs(added[i]):
                column[place] = column[place - 1]
                place -= 1
            column[place] = i
            count += 1
    for place in range(count):
        shown[0, place] = np.rint(row[column[place]] * FACTOR_GRAIN) / FACTOR_GRAIN
        shown[1, place] = added[column[place]]
    return count


@cache
def scorers(path: str) -> tuple[Scorer, Scorer, Scorer]:
    """The join, the merge and the halves scorer of a model file; of the shipped one for an empty path."""
    model = read_model(Path(path) if path else SHIPPED)
    return (
        Scorer(model.join, JOIN_FEATURES),
        Scorer(model.merge, MERGE_FEATURES),
        Scorer(linear_part(model.merge), MERGE_FEATURES),
    )
