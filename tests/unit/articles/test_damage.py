"""One pass says what the clean-up has to see to: a step that it does not ask for would have changed nothing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.articles import cleaning
from stream.articles.damage import COMPOSABLE, MARKUP, MOJIBAKE, SURROGATE, UNTIDY, damage_in

PIECES = st.lists(
    st.sampled_from(
        ["news", "Zoë’s", " ", "  ", "\n", "\n\n", "\n\n\n", "\t", "\u2028", "\x1c", "\u200b", "<p>", "&amp;", "]]>",
         "Ã©", "Â", "é", "é\u0301", "e\u0301", "\ud800", "日本", "が", "か\u3099", "각", "\u1100\u1161", "Ж", "й",
         "и\u0306", "“", "\u212b"]
    ),
    max_size=12,
).map("".join)  # fmt: skip
ANY_TEXT = st.one_of(PIECES, st.text(st.characters(), max_size=60))


@pytest.mark.parametrize(
    ("text", "damage"),
    [
        ("", 0),
        ("Talks resume in Istanbul: “a café here”, 12 €.\n\nAnd once more — 日本", 0),
        ("a < b", MARKUP),
        ("a ]]> b", MARKUP),
        ("Fish &amp; chips", MARKUP),
        ("one  space too many", UNTIDY),
        ("three\n\n\nline feeds", UNTIDY),
        ("a space \nbefore the line's end", UNTIDY),
        ("a tab\there", UNTIDY),
        ("zero\u200bwidth", UNTIDY),
        ("at its end ", UNTIDY),
        ("cafÃ© twice", MOJIBAKE),
        ("e\u0301", COMPOSABLE),
    ],
)
def test_what_a_text_holds_is_named(text: str, damage: int):
    assert damage_in(text) == damage


def test_half_a_pair_is_named():
    assert damage_in("news \ud800 more") & SURROGATE


@given(ANY_TEXT)
def test_a_step_that_is_not_asked_for_would_change_nothing(text: str):
    damage = damage_in(text)
    if not damage & SURROGATE:
        assert cleaning._replace_lone_surrogates(text) == text
    if not damage & MARKUP:
        assert cleaning._extract_from_html(text) == text
    if not damage & (SURROGATE | MOJIBAKE):
        assert cleaning._repair_encoding(text) == text
    if not damage & (SURROGATE | COMPOSABLE):
        assert cleaning.normalize("NFC", text) == text
    if not damage & UNTIDY:
        assert cleaning._tidy_whitespace(text) == text


def test_what_counts_as_composed_neither_changes_nor_joins_its_neighbour():
    everything = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    joining = {
        chr(code) for code in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))
    }  # vowels and ends of Hangul
    for sign in everything:
        parts = unicodedata.decomposition(sign).split()
        if len(parts) > 1 and not parts[0].startswith("<"):
            joining.add(chr(int(parts[1], 16)))
    for sign in everything:
        if not damage_in(sign) & COMPOSABLE:
            assert sign not in joining
            assert not unicodedata.combining(sign)
            assert unicodedata.is_normalized("NFC", sign)


@given(ANY_TEXT)
def test_cleaning_does_what_all_its_steps_do(text: str):
    plain = cleaning._extract_from_html(cleaning._replace_lone_surrogates(text))
    plain = cleaning._tidy_whitespace(cleaning.normalize("NFC", cleaning._repair_encoding(plain)))
    assert cleaning.clean_text(text) == plain[: cleaning.MAX_CLEAN_CHARACTERS].rstrip()


def test_texts_of_all_lengths_are_read_to_their_end():
    for length in range(1, 40):
        assert damage_in("a" * length + "<") & MARKUP
