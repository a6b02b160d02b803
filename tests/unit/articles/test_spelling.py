"""What houses and keyboards write differently compares as one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.articles.spelling import one_spelling


@pytest.mark.parametrize(
    ("one", "other"),
    [("٤٢٠ شخصا", "420 شخصا"), ("४२० लोग", "420 लोग"), ("كتاب علي", "کتاب علی"), ("ёлка", "елка"),
     ("Straße", "Strasse"), ("1,250 homes", "1250 homes"),
     ("1\u202f250 maisons", "1250 maisons"), ("مـــدينة", "مدينة")],
)  # fmt: skip
def test_two_spellings_meet(one: str, other: str):
    assert one_spelling(one) == one_spelling(other)


@pytest.mark.parametrize(
    "text", ["3.5 million, 12 of them", "in 1998, 2001 and 2004", "1,25 Euro", "café", "東京"]
)
def test_what_has_one_spelling_stays(text: str):
    assert one_spelling(text) == text


@given(st.text(max_size=60))
def test_once_is_enough(text: str):
    assert one_spelling(one_spelling(text)) == one_spelling(text)


@given(st.text(alphabet="12٣a,.\u00a0\u202f ", max_size=20))
def test_separators_of_thousands_are_left_out(text: str):
    plain = re.sub(r"(?<=\d)[,\u00a0\u202f](?=\d{3}(?!\d))", "", text.replace("٣", "3"))
    assert one_spelling(text) == plain
