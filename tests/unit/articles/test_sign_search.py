"""Phrases are found in any case and anywhere, all in one pass: what one plain search for each finds."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.articles.sign_search import automaton, phrases_in

PHRASES = ("cookie", "cook", "ok", "oki ", "sign up ", "k", "ad block")
IN_LINES = ("kie", "photo:", "ad", "cookie")
SHORT = 12
PIECES = st.sampled_from(
    [*PHRASES, *IN_LINES, "coo", "COOKIE", "\u212aie", "s\u0130gn up ", "\n", "é", "phot"]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=12).map("".join)


def plainly(text: str) -> tuple[int, int]:
    """The phrases found, as bits."""
    short = "\n".join(line for line in text.split("\n") if len(line) <= SHORT).lower()
    anywhere = sum(1 << n for n, phrase in enumerate(PHRASES) if phrase in text.lower())
    return anywhere, sum(1 << n for n, phrase in enumerate(IN_LINES) if phrase in short)


@given(st.lists(TEXTS, max_size=4))
@settings(max_examples=400)
def test_any_text_holds_the_phrases_that_plain_search_finds(texts: list[str]):
    assert phrases_in(texts, automaton(PHRASES, IN_LINES), SHORT) == [plainly(text) for text in texts]


def test_no_other_character_becomes_ascii_in_lower_case():
    lowered = {chr(code): chr(code).lower() for code in range(0x80, sys.maxunicode + 1)}
    assert {sign for sign, lower in lowered.items() if any(map(str.isascii, lower))} == {"\u0130", "\u212a"}


@pytest.mark.parametrize("phrase", ["Cookie", "café"])
def test_a_phrase_that_could_never_be_found_is_refused(phrase: str):
    with pytest.raises(ValueError, match="lower case ASCII"):
        automaton([phrase], [])
