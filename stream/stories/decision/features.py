"""What a feature is, and what the features of joining and of merging compute alike."""

from math import exp
from typing import NamedTuple

import numpy as np

from embeddings.jit import part
from stream.stories.index.time_gaps import PROXIMITY_DAYS

ROUNDING = float(1 << 20)  # features are rounded to multiples of 1 / 2^20
# The numbers below are those that the shipped model was fitted with: chosen by hand when the features were first
# written, so that quotients stay bounded and a feature without evidence says neither yes nor no. Another value is
# another feature: it wants a new name, and a model fitted to it.
LEAST_COHESION = 0.02  # that a story is credited with above its baseline
COHESION_DAMPING = 0.03  # added to a cohesion that a similarity is divided by
MARGIN_DAMPING = 0.05  # added to the similarity that a margin, or that of other stories, is divided by
NAMES_DAMPING = 15.0  # rarity added to that of an article's names: some three rare names
# Where a date is unknown: half way between at once and never (proximity), as chance has it (likelihood).
UNKNOWN_PROXIMITY, UNKNOWN_PROXIMITY_OVER_BASELINE = 0.5, 0.3
UNKNOWN_LIKELIHOOD, UNKNOWN_LIKELIHOOD_BELOW_PEAK = 0.0, -1.0
LEAST_LIKELIHOOD, MOST_LIKELIHOOD = -3.0, 4.0  # logits that a gap in time can count for
FARTHEST_BELOW_PEAK = -5.0
SPAN_DAYS = 1.0  # added to a story's span that a gap is divided by


class Feature(NamedTuple):
    """One column of what a decision sees.

    `name` is how model files call it. `sign` 1: more of it never speaks against joining or merging. What readers see
    is in stream.contract.factors.
    """

    name: str
    sign: int


@part
def over_cohesion(similarity, cohesion, baseline):  # type: ignore[no-untyped-def]
    """A similarity above its baseline, in units of how far a story's cohesion is above it."""
    return (similarity - baseline) / (max(cohesion - baseline, LEAST_COHESION) + COHESION_DAMPING)


@part
def margin(own, other):  # type: ignore[no-untyped-def]
    """How far a similarity is ahead of another one."""
    return (own - other) / (max(own, other) + MARGIN_DAMPING)


@part
def proximity(gap):  # type: ignore[no-untyped-def]
    """How close in time two things are, given the days between them: 1 at once, 1/e after three days."""
    return exp(-gap / PROXIMITY_DAYS)


@part
def proximity_over_span(gap, span):  # type: ignore[no-untyped-def]
    """The same, for a story that lasted `span` days: a long affair may pause for long."""
    return exp(-gap / (span + SPAN_DAYS))


@part
def bounded_likelihood(likelihood):  # type: ignore[no-untyped-def]
    """How much likelier a gap in time is within one event, in logits, within bounds."""
    return min(MOST_LIKELIHOOD, max(LEAST_LIKELIHOOD, likelihood))


@part
def below_peak(likelihood, peak):  # type: ignore[no-untyped-def]
    """How far that is below the gap likeliest within one event."""
    return max(FARTHEST_BELOW_PEAK, likelihood - peak)


@part
def round_features(features, count):  # type: ignore[no-untyped-def]
    """Round the first rows, so that they are the same on every machine whatever its last bits of exp and log."""
    for place in range(count):
        for i in range(features.shape[1]):
            features[place, i] = np.rint(features[place, i] * ROUNDING) / ROUNDING
