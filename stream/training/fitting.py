"""Fitting a learnt score to examples: logistic regression on clipped features, and small monotone trees."""

from collections.abc import Sequence

import msgspec
import numpy as np
from scipy.optimize import minimize
from sklearn.ensemble import HistGradientBoostingClassifier

from stream.stories.decision.features import Feature
from stream.stories.decision.model_file import LEAF, LearnedScore, Term, Tree, columns_of

PENALTY = 0.001  # on squared weights of features scaled to 0 .. 1
CLIPPED_SHARE = 0.01  # of a feature's values beyond each end
LEAST_EFFECT = 0.005  # logits over a feature's whole range; a term of less is left out of the file
TREES, DEPTH, RATE, LEAF_PENALTY, LEAF_EXAMPLES, FEATURE_SHARE = 50, 3, 0.14, 10.0, 80, 0.5


class Examples(msgspec.Struct):
    """Features [n, f], labels from 0 to 1 [n], and weights [n], stream by stream."""

    features: list[np.ndarray]
    labels: list[np.ndarray]
    weights: list[np.ndarray]


def fit(
    examples: Sequence[Examples],
    of: Sequence[Feature],
    threshold: float,
    with_trees: bool,
    seed: int,
) -> LearnedScore:
    """Fit a score to examples of these features, with soft labels; where a sign is 1 it never falls as that grows."""
    columns = columns_of(tuple(of))
    names, signs = [column.name for column in columns], [column.sign for column in columns]
    features = np.concatenate([rows for part in examples for rows in part.features])
    labels = np.concatenate([rows for part in examples for rows in part.labels])
    weights = np.concatenate([rows for part in examples for rows in part.weights])
    weights *= len(weights) / weights.sum()
    bias, terms = _linear(features, labels, weights, names, signs)
    if not with_trees:
        return LearnedScore(columns, threshold, bias, terms)
    base, trees = _boosted(features, labels, weights, signs, seed)
    return LearnedScore(columns, threshold, bias, terms, base, trees)


def mean_of(scores: Sequence[LearnedScore]) -> LearnedScore:
    """The mean of scores fitted to different streams, which errs less on a new stream than each of them.

    Exact in the trees; in the linear part as far as the scores clip a feature at the same values.
    """
    weighed = dict.fromkeys(term.feature for score in scores for term in score.terms)
    trees = [tree for score in scores for tree in score.trees]
    return LearnedScore(
        features=scores[0].features,
        threshold=scores[0].threshold,
        bias=_mean([score.bias for score in scores]),
        terms=tuple(_mean_term(feature, scores) for feature in weighed),
        base=_mean([score.base for score in scores]),
        trees=tuple(
            msgspec.structs.replace(tree, value=tuple(round(value / len(scores), 6) for value in tree.value))
            for tree in trees
        ),
    )


def _mean_term(feature: str, scores: Sequence[LearnedScore]) -> Term:
    """A feature's mean term; a score that leaves it out counts as a weight of 0."""
    found = [term for score in scores for term in score.terms if term.feature == feature]
    low, high = _mean([term.low for term in found]), _mean([term.high for term in found])
    return Term(feature, low, high, round(sum(term.weight for term in found) / len(scores), 4))


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4)


def _linear(
    features: np.ndarray, labels: np.ndarray, weights: np.ndarray, names: Sequence[str], signs: Sequence[int]
) -> tuple[float, tuple[Term, ...]]:
    """Logistic regression with L2, weights >= 0 where the sign asks for it (L-BFGS-B)."""
    low = np.quantile(features, CLIPPED_SHARE, axis=0)
    high = np.maximum(np.quantile(features, 1 - CLIPPED_SHARE, axis=0), low + 1e-6)
    scaled = (np.clip(features, low, high) - low) / (high - low)
    share = weights / weights.sum()

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        logits = parameters[0] + scaled @ parameters[1:]
        error = share * (1.0 / (1.0 + np.exp(-logits)) - labels)
        value = share @ (np.logaddexp(0.0, logits) - labels * logits)
        gradient = np.concatenate([[error.sum()], error @ scaled + 2 * PENALTY * parameters[1:]])
        return float(value + PENALTY * parameters[1:] @ parameters[1:]), gradient

    bounds = [(None, None)] + [(0, None) if sign > 0 else (None, None) for sign in signs]
    found = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    slopes = found[1:] / (high - low)
    terms = tuple(
        Term(name, round(float(low[i]), 4), round(float(high[i]), 4), round(float(slopes[i]), 4))
        for i, name in enumerate(names)
        if abs(found[1 + i]) > LEAST_EFFECT
    )
    return round(float(found[0]), 4), terms


def _boosted(
    features: np.ndarray, labels: np.ndarray, weights: np.ndarray, signs: Sequence[int], seed: int
) -> tuple[float, tuple[Tree, ...]]:
    """Gradient boosting by scikit-learn; a soft label is an example of each class, weighted."""
    yes, no = labels > 0, labels < 1
    boosting = HistGradientBoostingClassifier(
        learning_rate=RATE,
        max_iter=TREES,
        max_depth=DEPTH,
        max_leaf_nodes=None,
        min_samples_leaf=LEAF_EXAMPLES,
        l2_regularization=LEAF_PENALTY,
        max_features=FEATURE_SHARE,
        monotonic_cst=list(signs),
        early_stopping=False,
        random_state=seed,
    )
    boosting.fit(
        np.concatenate([features[yes], features[no]]),
        np.concatenate([np.ones(yes.sum()), np.zeros(no.sum())]),
        np.concatenate([weights[yes] * labels[yes], weights[no] * (1 - labels[no])]),
    )
    trees = tuple(_tree(stage[0].nodes) for stage in boosting._predictors)
    return round(float(boosting._baseline_prediction.item()), 4), trees


def _tree(nodes: np.ndarray) -> Tree:
    leaf = nodes["is_leaf"].astype(bool)
    return Tree(
        feature=tuple(np.where(leaf, LEAF, nodes["feature_idx"]).tolist()),
        split=tuple(round(x, 6) for x in np.where(leaf, 0.0, nodes["num_threshold"]).tolist()),
        left=tuple(np.where(leaf, 0, nodes["left"]).astype(int).tolist()),
        right=tuple(np.where(leaf, 0, nodes["right"]).astype(int).tolist()),
        value=tuple(round(x, 6) for x in nodes["value"].tolist()),
    )
