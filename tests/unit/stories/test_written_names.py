"""Names for readers: as they are written, each once, without what only a sentence's beginning capitalises."""

from hypothesis import given
from hypothesis import strategies as st

from stream.stories.text.written_names import MAX_WRITTEN_NAMES, written_names

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


@given(st.text(max_size=500), st.text(max_size=500), st.sampled_from(["en", "de", "fr", None]))
def test_any_text_gives_distinct_names_within_bounds(title: str, text: str, language: str | None):
    names = written_names(title, text, language)
    assert len(names) == len(set(names)) <= MAX_WRITTEN_NAMES
    assert all(len(name) > 2 for name in names)
