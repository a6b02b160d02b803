import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.stories import evidence_of
from stream.stories.evidence import MAX_KEYTERMS, MAX_NAMES, MAX_TERMS
from stream.stories.names import names_of
from stream.stories.words import term_bucket, without_boilerplate, words_of


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
