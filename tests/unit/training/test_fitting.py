"""Fitting a score: examples in, a score out; and the mean of some scores."""

import numpy as np
import pytest

from stream.stories.decision.features import Feature
from stream.stories.decision.model_file import LearnedScore, columns_of
from stream.stories.decision.scorer import Scorer
from stream.training.fitting import Examples, fit, mean_of

FEATURES = (Feature("alike", 1), Feature("far", 0))
SEEDS = (1, 2, 3)


def fitted(seed: int) -> LearnedScore:
    """A score fitted to examples drawn by the seed: yes where they are alike, less so where they are far."""
    rng = np.random.default_rng(seed)
    features = rng.random((600, 2))
    labels = (features[:, 0] - 0.3 * features[:, 1] + 0.2 * rng.normal(size=600) > 0.4).astype(float)
    examples = Examples([features], [labels], [np.ones(600)])
    return fit([examples], FEATURES, threshold=0.2, with_trees=True, seed=seed)


def logits(score: LearnedScore, rows: np.ndarray) -> np.ndarray:
    """The logits of rows, but for a constant: what all features added."""
    scorer = Scorer(score, FEATURES)
    return np.array([sum(factor.weight for factor in scorer.factors(row)) for row in rows])


@pytest.fixture(scope="module")
def scores() -> list[LearnedScore]:
    return [fitted(seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    return 0.1 + 0.8 * np.random.default_rng(9).random((50, 2))  # within what every score clips to


def test_a_score_never_falls_as_a_feature_grows_that_never_speaks_against(scores):
    growing = np.stack([np.linspace(0, 1, 40), np.full(40, 0.5)], axis=1)
    found = logits(scores[0], growing)
    assert (np.diff(found) >= -0.0002).all()  # factors are rounded to 0.0001
    assert found[-1] > found[0] + 1


def test_the_mean_of_scores_scores_as_they_do_on_average(scores, rows):
    average = np.mean([logits(score, rows) for score in scores], axis=0)
    assert np.diff(logits(mean_of(scores), rows)) == pytest.approx(np.diff(average), abs=0.02)


def test_the_mean_of_one_score_is_that_score(scores):
    assert mean_of(scores[:1]) == scores[0]


def test_a_feature_that_one_score_leaves_out_counts_for_less_in_the_mean(scores):
    without = LearnedScore(columns_of(FEATURES), 0.2, 0.0, ())
    mean = mean_of([scores[0], without])
    halved = {term.feature: term.weight / 2 for term in scores[0].terms}
    assert {term.feature: term.weight for term in mean.terms} == pytest.approx(halved, abs=1e-4)
