"""The language of an article: tags that say the same are one, and a text that says otherwise has the last word."""

import pytest

from stream.articles.language import _by_function_words, contradicts, language_code, language_of

GERMAN = (
    "Der Stadtrat von Altenfurt hat am Dienstag beschlossen, die alte Brücke über die Lache noch in diesem Jahr zu "
    "erneuern."
)
SPANISH = "El ayuntamiento de Villarrueda aprobó el martes reparar el viejo puente sobre el río antes de fin de año."


@pytest.mark.parametrize(
    ("tag", "code"),
    [("en-GB", "en"), ("EN_us", "en"), ("nb-NO", "no"), ("nn", "no"), ("no", "no"), ("pt-BR", "pt"),
     ("zh-Hans", "zh"), ("zh-CN", "zh"), ("cmn", "zh"), ("sr-Latn", "sr"), ("iw", "he"),
     ("", None), ("English", None), ("und", None)],
)  # fmt: skip
def test_tags_that_say_the_same_are_one_code(tag: str, code: str | None):
    assert language_code(tag) == code


def test_a_language_that_is_not_named_is_found():
    assert language_of(None, "Brücke wird erneuert", GERMAN) == "de"


def test_a_tag_that_the_text_contradicts_is_overruled():
    assert language_of("en", "Brücke wird erneuert", GERMAN) == "de"
    assert language_of("en", "", SPANISH) == "es"


def test_a_tag_stands_where_the_text_is_short_or_of_a_language_easily_taken_for_it():
    assert language_of("en", "Altenfurt: Brücke", "") == "en"
    assert language_of("gl", "", SPANISH) == "gl"


def test_capitals_are_read_as_small_letters():
    assert language_of(None, "COUNCIL OF ALTENFURT VOTES TO RENEW THE OLD BRIDGE THIS YEAR", "") == "en"


def test_function_words_tell_a_language_without_the_model(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("stream.articles.language._detector", lambda: pytest.fail("the model was asked"))
    english = "The council has decided that the old bridge over the river will be renewed before the winter."
    text = f"{english} Nobody spoke against it, and work is to begin when the water is low."
    assert language_of(None, "", text) == "en"


def test_a_text_in_two_languages_is_left_to_the_model():
    mixed = (
        f"{GERMAN} The mayor said that they would not wait for the money and that work will begin at once."
    )
    assert _by_function_words(mixed) is None
    assert _by_function_words("Altenfurt Brücke Lache Dienstag " * 10) is None


def test_a_short_passage_of_the_expected_language_contradicts_nothing():
    assert not contradicts("They said that the harbour would be dug out with the help of all.", "en")
    assert contradicts("Wir verwenden Cookies und ähnliche Verfahren, um Inhalte anzupassen.", "en")
