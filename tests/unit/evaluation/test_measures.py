"""Scores, checked against values worked out by hand."""

import pytest

from stream.evaluation.measures import b_cubed, copies_found, pairwise

TRUE = {"a": "x", "b": "x", "c": "x", "d": "y"}


def test_a_perfect_result_scores_one():
    assert b_cubed(TRUE, TRUE).f1 == pairwise(TRUE, TRUE).f1 == 1.0


def test_b_cubed_by_hand():
    found = {"a": "1", "b": "1", "c": "2", "d": "2"}
    measured = b_cubed(TRUE, found)
    assert measured.precision == pytest.approx((1 + 1 + 0.5 + 0.5) / 4)
    assert measured.recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)


def test_pairwise_by_hand():
    found = {"a": "1", "b": "1", "c": "2", "d": "2"}
    measured = pairwise(TRUE, found)
    assert (measured.precision, measured.recall) == (pytest.approx(1 / 2), pytest.approx(1 / 3))


def test_an_article_that_was_not_found_counts_as_alone():
    assert b_cubed({"a": "x", "b": "x"}, {}).recall == pytest.approx(0.5)


def test_copies_of_copies_belong_to_one_text():
    true = {"b": "a", "c": "b"}
    assert copies_found(true, {"b": "a", "c": "a"}).f1 == 1.0


def test_it_does_not_matter_which_article_of_a_text_came_first():
    assert copies_found({"b": "a", "c": "a"}, {"a": "c", "b": "c"}).f1 == 1.0


def test_a_wrong_leader_counts_against_both():
    measured = copies_found({"b": "a"}, {"b": "z"})
    assert (measured.precision, measured.recall) == (0.0, 0.0)
