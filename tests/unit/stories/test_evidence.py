import msgspec
import numpy as np
import pytest
import xxhash
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stream.articles.boilerplate import without_boilerplate
from stream.articles.unicode_version import without_newer_characters
from stream.corpus import ARTICLES as CORPUS
from stream.stories.text.entities import names_of
from stream.stories.text.evidence import MAX_KEYTERMS, MAX_NAMES, MAX_TERMS, Evidence, evidence_of
from stream.stories.text.tokenizer import (
    function_words,
    name_bucket,
    plain_text,
    term_bucket,
    words_of,
)


def holds_word(evidence: Evidence, word: str) -> bool:
    return term_bucket(word) in np.frombuffer(evidence.terms, "<u4")


def holds_name(evidence: Evidence, name: str) -> bool:
    return name_bucket(name) in np.frombuffer(evidence.names, "<u4")


@given(st.text(max_size=3000), st.text(max_size=3000))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_bounded_evidence_and_always_the_same(title, text):
    evidence = evidence_of(title, text, None)
    terms = np.frombuffer(evidence.terms, "<u4")
    names = np.frombuffer(evidence.names, "<u4")
    assert len(terms) == len(evidence.counts) == len(evidence.leads) <= MAX_TERMS
    assert len(names) == len(evidence.name_counts) <= MAX_NAMES
    assert len(evidence.keyterms) <= MAX_KEYTERMS
    assert (np.diff(terms.astype(np.int64)) > 0).all()
    assert evidence == evidence_of(title, text, None)


def test_a_long_text_keeps_its_heaviest_words():
    text = " ".join(f"filler{i}" for i in range(600)) + " quagga quagga quagga quagga"
    terms = np.frombuffer(evidence_of("", text, "en").terms, "<u4")
    assert len(terms) == MAX_TERMS
    assert term_bucket("quagga") in terms


def test_the_lead_is_title_and_beginning():
    evidence = evidence_of("Quagga returns", " ".join(["plain"] * 60) + " okapi", "en")
    leads = dict(zip(np.frombuffer(evidence.terms, "<u4").tolist(), evidence.leads, strict=True))
    assert leads[term_bucket("quagga")] == 1
    assert leads[term_bucket("okapi")] == 0


@pytest.mark.parametrize(
    "notice",
    [
        "Please make sure your browser supports JavaScript and cookies.",
        "By signing up you agree to our Terms of Service and our Privacy Policy.",
        "Related Articles",
        "Read more: five things to know",
        "Sign up to our newsletter",
    ],
)
def test_what_a_page_says_about_itself_is_not_evidence(notice):
    story = "The dam above Querl gave way at dawn."
    assert without_boilerplate(f"{story}\n{notice}").strip() == story
    assert evidence_of("", notice, "en").terms == b""


@pytest.mark.parametrize(
    "offer",
    [
        "This part of the site is for subscribers only. Already a subscriber?",
        "La suite est réservée aux abonnés. Déjà abonné ?",
        "Jetzt abonnieren ab 2 Euro. Oder mit Abo weiterlesen.",
        "Contenido para suscriptores. Suscríbete por un euro al mes.",
        "Contenuto riservato agli abbonati. Già abbonato?",
        "Conteúdo exclusivo para assinantes. Já é assinante?",
        "Denne saken er for abonnenter. Bli abonnent for en krone.",
    ],
)
def test_the_offer_of_a_subscription_is_not_evidence(offer):
    teaser = "The ferry to Selmo stays in port after a crack was found in its rudder."
    assert evidence_of("", f"{teaser} {offer}", "en") == evidence_of("", teaser, "en")


def test_prose_about_such_things_stays():
    prose = (
        "Lawmakers argued for nine hours about whether the sellers of advertising may go on following readers from "
        "one site to the next by cookies, a practice which the regulator of the region had called a plague upon the "
        "trust of citizens, and which three earlier bills, each with fewer votes than the one before it, had already "
        "failed to end."
    )
    assert without_boilerplate(prose) == prose


def test_inflections_meet():
    assert len({term_bucket(word) for word in ("dam", "dam's", "dam’s")}) == 1
    assert term_bucket("floods") == term_bucket("flood")
    assert term_bucket("glass") != term_bucket("glas")


def test_scripts_without_spaces_give_pairs():
    assert words_of("地震発生") == ["地震", "震発", "発生"]
    assert words_of("M7.1 地震") == ["m7", "1", "地震"]


@given(st.text(st.characters(max_codepoint=127)))
def test_words_of_ascii_are_those_of_the_same_text_among_other_letters(text: str):
    assert words_of(f"{text} é") == [*words_of(text), "é"]


def test_names_are_spans_and_their_parts():
    names, numbers = names_of(
        "", "On Monday the minister Ada Querl of Port Vessel said 1,200 homes were lost. Rain fell."
    )
    assert names["ada querl port vessel"] == 1
    assert {"ada", "querl", "port", "vessel", "monday"} <= set(names)
    assert "rain" not in names
    assert numbers["1200"] == 1


def test_a_headline_in_capitals_gives_no_spans():
    names, _ = names_of("Dam Gives Way Above Querl Valley", "")
    assert not [name for name in names if " " in name]
    assert "querl" in names


def test_a_turkish_name_meets_itself_with_and_without_an_ending():
    for text in ("İstanbul bekliyor", "Görüşmeler İstanbul'da", "ve İstanbul’un"):
        evidence = evidence_of("", f"Bugün {text} başladı.", "tr")
        assert holds_word(evidence, "istanbul")
        assert holds_name(evidence, "istanbul")


def test_a_dotted_capital_is_one_letter_in_every_language():
    assert holds_name(evidence_of("", "The talks in İstanbul ended.", "en"), "istanbul")


def test_an_elided_article_is_no_part_of_its_word():
    evidence = evidence_of("", "Hier, l'accord d’Emmanuel Macron et de l'Élysée.", "fr")
    assert holds_word(evidence, "accord")
    assert holds_name(evidence, "emmanuel macron")
    assert holds_name(evidence, "élysée")
    assert holds_word(evidence_of("", "dopo il terremoto dell'Aquila", "it"), "aquila")


@pytest.mark.parametrize(
    ("language", "text", "word"),
    [
        ("fr", "Après la grève, les aiguilleurs avec une", "aiguilleurs"),
        ("de", "Nach dem Brand und mit der Feuerwehr", "feuerwehr"),
        ("es", "Los muertos de la ciudad con el sismo", "sismo"),
        ("nb", "Etter brannen er det ikke noen", "brannen"),
        ("ja", "これはペンです", "ペン"),
    ],
)
def test_function_words_are_no_evidence(language, text, word):
    evidence = evidence_of("", text, language)
    assert holds_word(evidence, word)
    assert not [
        said for said in words_of(text) if said in function_words(language) and holds_word(evidence, said)
    ]
    assert not [said for said in evidence.keyterms if said in function_words(language)]
    assert len(evidence.terms) < len(evidence_of("", text, None).terms)


def test_a_name_neither_begins_with_a_function_word_nor_is_one():
    names, _ = names_of("", "Dann sah Der Kanzler die Stadt. Die Stadt sah Nach Süden.", function_words("de"))
    assert set(names) == {"kanzler", "stadt", "süden"}


def test_vowel_signs_belong_to_their_word():
    assert words_of("हिन्दी समाचार") == ["हिन्दी", "समाचार"]


@given(st.text())
def test_english_text_is_left_as_it_is(text):
    assume("İ" not in text and "i\u0307" not in text and without_newer_characters(text) == text)
    for language in ("en", None):
        assert plain_text(text, language) == text
        assert not function_words(language)


def test_english_evidence_is_what_the_shipped_model_was_trained_on():
    """Other evidence wants a model trained anew, and a new digest here."""
    digest = xxhash.xxh3_64()
    for line in CORPUS.read_bytes().splitlines():
        article = msgspec.json.decode(line)
        if article.get("language") == "en":
            evidence = evidence_of(article["title"], article.get("text", ""), "en")
            digest.update(
                evidence.terms + evidence.counts + evidence.leads + evidence.names + evidence.name_counts
            )
    assert digest.hexdigest() == "d846c1b3ecdc309c"
