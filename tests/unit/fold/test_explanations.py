"""What an assignment says adds up: the rule that decided, the bias, and factors in words that a reader knows."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.contract.events import Assignment, FactorShown, Method, Reason
from stream.contract.factors import UNRELATED_WORDS
from stream.contract.sentences import BEGINS, explained, rival_sentence, sentence
from stream.corpus import ARTICLES as CORPUS
from stream.evaluation.offline import replay_file
from stream.fold.explanations import DIGITS, shown_bias
from stream.settings import Settings
from stream.stories.assign import NO_JOIN
from stream.stories.decision.scorer import scorers


@pytest.fixture(scope="module")
def assignments() -> list[Assignment]:
    return replay_file(CORPUS, Settings(), 1_800_000_000_000, lambda _: None).assignments


def decimal(number: float) -> Decimal:
    return Decimal(repr(number))


def test_bias_and_factors_add_up_to_the_score_exactly_as_shown(assignments: list[Assignment]):
    scored = [one for one in assignments if one.score is not None]
    assert len(scored) > 100
    for one in scored:
        assert one.bias is not None
        total = decimal(one.bias) + sum(decimal(factor.weight) for factor in one.factors)
        assert total == decimal(one.score)  # type: ignore[arg-type]


def test_the_bias_shown_is_the_models(assignments: list[Assignment]):
    join, merge, halves = scorers("")
    biases = {Reason.STORIES_MERGED: merge.bias, Reason.STORY_SPLIT: halves.bias}
    for one in assignments:
        if one.bias is not None:
            rounding = len(one.factors) * 0.5 * 10**-DIGITS + 1e-4
            assert one.bias == pytest.approx(biases.get(one.reason, join.bias), abs=rounding)


def test_the_reason_is_the_rule_that_decided(assignments: list[Assignment]):
    for one in assignments:
        if one.reason is Reason.NO_CANDIDATE:
            assert one.score is None
            assert one.rival is None
        if one.reason is Reason.JOINED:
            assert one.score is not None
            assert one.threshold is not None
            assert one.score >= one.threshold
        if one.reason in (Reason.BELOW_THRESHOLD, Reason.NOT_CLOSER_THAN_UNRELATED):
            assert one.method is Method.NEW
            assert one.score is not None
            assert one.threshold is not None
            assert one.score < one.threshold
            assert one.rival is not None
            assert one.rival.reason is one.reason
        ruled_out = [f for f in one.factors if f.name == UNRELATED_WORDS.name]
        assert bool(ruled_out) == (one.reason is Reason.NOT_CLOSER_THAN_UNRELATED)
        assert not ruled_out or one.score == NO_JOIN
    found = Counter(one.reason for one in assignments)
    seen = {Reason.NOT_CLOSER_THAN_UNRELATED, Reason.BELOW_THRESHOLD, Reason.JOINED, Reason.COPY}
    assert seen <= set(found)


def test_what_is_ruled_out_names_the_rule_first_although_its_evidence_adds_up_to_more(
    assignments: list[Assignment],
):
    ruled_out = [one for one in assignments if one.reason is Reason.NOT_CLOSER_THAN_UNRELATED]
    assert any(one.factors[0].name == UNRELATED_WORDS.name for one in ruled_out)
    assert {explained(one)[0] for one in ruled_out} == {BEGINS[Reason.NOT_CLOSER_THAN_UNRELATED]}


def test_every_factor_has_a_sentence_and_no_more_than_three_are_said_first(assignments: list[Assignment]):
    for one in assignments:
        assert 1 <= len(explained(one)) <= 3
        for factor in one.factors:
            assert not sentence(factor, one.reason).endswith(f": {factor.value:g}.")
        rival = rival_sentence(one)
        assert (rival is None) == (one.rival is None)


WEIGHTS = st.lists(st.floats(-20, 20).map(lambda weight: round(weight, DIGITS)), max_size=22)


@given(st.floats(-30, 30), WEIGHTS)
def test_the_bias_closes_the_sum_whatever_was_rounded(score: float, weights: list[float]):
    shown = [FactorShown("shared words", 0.0, weight) for weight in weights]
    bias = shown_bias(score, shown)
    assert decimal(bias) + sum(map(decimal, weights)) == decimal(round(score, DIGITS))
