"""Names for readers: as they are written, each once, without what only a sentence's beginning capitalises."""

import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from stream.stories.text.compiled.title_case import TITLED
from stream.stories.text.written_names import MAX_WRITTEN_NAMES, written_names, written_names_of_each
from tests.support.plain_names import plain_written_names

LANGUAGES = st.sampled_from(["en", "de", "fr", "tr", "el", "nl", None])
# What the rules look at, so that short examples meet them often.
PIECES = st.sampled_from(
    [
        *(
            "Ana Korvel",
            "Korvel",
            "ANA KORVEL",
            "Bank of England",
            "van der Berg",
            "The",
            "Monday",
            "O’Brien's",
        ),
        *(
            "Korvel’s",
            "JEAN-LUC D'ARC",
            "AT&T",
            "A",
            "Al",
            "La",
            " of ",
            " de ",
            " y ",
            " ",
            "\n",
            "\u00a0",
            ". ",
        ),
        *(
            "ÉTIENNE ÇA",
            "İSTANBUL İL",
            "İstanbul",
            "ΟΔΥΣΣΕΥΣ ΣΑΣ",
            "Σ",
            "ǄOLE ǅOLE Ǆ",
            "Ǆ",
            "ᾈ ᾈ",
            "ª",
            "Ⅷ",
            "“",
            "’",
        ),
        *("Velmar ", "Ostvik ", "Lindmoor ", "a_B", "2A", "Straße", "Ёлка", "地震"),
    ]
)
WRITTEN = st.lists(st.one_of(PIECES, PIECES, st.text(max_size=8)), max_size=40).map("".join)

TEXT = (
    "Delegations met in Istanbul on Monday. Prime Minister Ana Korvel of Talvara said the talks were open. "
    "Korvel left for the airport. Talvara's army stayed. In Istanbul the Red Crescent waited."
)


def test_names_are_shown_as_they_are_written():
    names = written_names("Talvara opens talks in Istanbul", TEXT, "en")
    assert {"Istanbul", "Talvara", "Red Crescent"} <= set(names)


def test_a_part_of_a_longer_name_is_not_named_again():
    assert not {"Ana", "Korvel", "Red"} & set(written_names("", TEXT, "en"))


def test_openers_and_days_are_no_names():
    assert not {"Delegations", "Monday", "In"} & set(written_names("", TEXT, "en"))


def test_of_german_only_names_of_several_words_count():
    assert written_names("", "Die Kanzlerin Ana Korvel sah den Hafen und das Schiff.", "de") == (
        "Kanzlerin Ana Korvel",
    )


def test_shouted_names_are_written_as_others():
    assert "Ana Korvel" in written_names("", "We saw ANA KORVEL there.", "en")


@given(WRITTEN, WRITTEN, LANGUAGES)
@settings(max_examples=1_000)
def test_any_text_gives_the_names_of_the_plain_rules(title: str, text: str, language: str | None):
    names = written_names(title, text, language)
    assert names == plain_written_names(title, text, language)
    assert len(names) == len(set(names)) <= MAX_WRITTEN_NAMES
    assert all(len(name) > 2 for name in names)


@given(st.lists(st.tuples(WRITTEN, WRITTEN, LANGUAGES), max_size=5))
@settings(max_examples=50)
def test_a_batch_gives_what_each_article_gives_alone(articles: list[tuple[str, str, str | None]]):
    assert written_names_of_each(articles) == [written_names(*article) for article in articles]


def test_capitals_that_are_titled_otherwise_are_known():
    capitals = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isupper()]
    others = {ord(one): one.title() for one in capitals if one.title() != one}
    assert {int(code): chr(titled) for code, titled in TITLED} == others
