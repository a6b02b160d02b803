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
from stream.stories.results import FACTOR_DIGITS, Factor

TREE_SHARE = 0.5  # of the score that comes from the trees
LOW, HIGH, WEIGHT, BIAS = range(4)  # rows of the weights
DEEPEST = 8  # levels of a tree that are read: filled up, each doubles its size
FACTOR_GRAIN = 10.0**FACTOR_DIGITS  # values and weights are multiples of 1 / FACTOR_GRAIN


class ScoreArrays(NamedTuple):
    """A score as the kernels read it; without weights it is no score.

    Every tree is filled up to the depth of the deepest, so that a row goes down all of them in as many steps, without
    a branch that the processor could mispredict: below node i are 2 i + 1 (not above the split) and 2 i + 2.
    """

    weights: np.ndarray  # float64 [4, features]: low, high, weight; and the bias
    columns: np.ndarray  # int32 [trees, 2^depth - 1]: the feature that a node asks for
    splits: np.ndarray  # float64 [trees, 2^depth - 1]
    values: np.ndarray  # float64 [trees, 2^(depth + 1) - 1]: of the nodes, and of the leaves below them


NO_SCORE = ScoreArrays(np.zeros((0, 0)), np.zeros((0, 0), np.int32), np.zeros((0, 0)), np.zeros((0, 1)))


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
        self.arrays = ScoreArrays(weights, *_filled_up(score.trees, len(features)))
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


def _filled_up(trees: tuple[Tree, ...], width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The columns, splits and values of trees, all of one depth."""
    for tree in trees:
        _require_sound(tree, width)
    depth = max((_depth(tree, 0) for tree in trees), default=0)
    if depth > DEEPEST:
        raise SettingsError(f"the story model has a tree of depth {depth}: at most {DEEPEST} is read")
    inner = 2**depth - 1
    columns = np.zeros((len(trees), inner), np.int32)
    splits = np.full((len(trees), inner), np.inf)
    values = np.zeros((len(trees), 2 * inner + 1))
    for row, tree in enumerate(trees):
        held = np.zeros(2 * inner + 1, np.int64)  # the node of the tree that each place stands for
        for place in range(2 * inner + 1):
            node = int(held[place])
            values[row, place] = TREE_SHARE * tree.value[node]
            if place >= inner:
                continue
            is_leaf = tree.feature[node] == LEAF
            held[2 * place + 1] = node if is_leaf else tree.left[node]
            held[2 * place + 2] = node if is_leaf else tree.right[node]
            if not is_leaf:
                columns[row, place], splits[row, place] = tree.feature[node], tree.split[node]
    return columns, splits, values


def _require_sound(tree: Tree, width: int) -> None:
    """Refuse a tree that asks for a feature that does not exist, or whose nodes do not lie below one another."""
    nodes = len(tree.feature)
    for i, feature in enumerate(tree.feature):
        below = (tree.left[i], tree.right[i])
        if not LEAF <= feature < width or (feature != LEAF and not i < min(below) <= max(below) < nodes):
            raise SettingsError(f"node {i} of a tree of the story model leads nowhere")


def _depth(tree: Tree, node: int) -> int:
    if tree.feature[node] == LEAF:
        return 0
    return 1 + max(_depth(tree, tree.left[node]), _depth(tree, tree.right[node]))


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
        logits[place] = total
    trees, inner = len(score.splits), np.uint64(score.splits.shape[1])
    for tree in range(trees):
        for place in range(count):
            node = np.uint64(0)
            while node < inner:
                node = _below(score, tree, features[place], node)
            logits[place] += score.values[tree, node]


@part
def _below(score, tree, row, node):  # type: ignore[no-untyped-def]
    """The node below. Unsigned indices: a signed one could count from the end, and is checked for that."""
    is_above = row[np.uint64(score.columns[tree, node])] > score.splits[tree, node]
    return node + node + np.uint64(1) + np.uint64(is_above)


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
    trees, inner = len(score.splits), np.uint64(score.splits.shape[1])
    for tree in range(trees):
        node = np.uint64(0)
        while node < inner:
            below = _below(score, tree, row, node)
            added[score.columns[tree, node]] += score.values[tree, below] - score.values[tree, node]
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
