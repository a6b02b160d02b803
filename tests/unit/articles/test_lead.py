"""How an article begins, for readers: whole sentences, bounded, without what the page says about itself."""

from hypothesis import given
from hypothesis import strategies as st

from stream.articles.lead import LEAST_LEAD_CHARACTERS, MAX_LEAD_CHARACTERS, lead_of

FERRY = "The night ferry crossed the strait again on Monday after six weeks in the yard at Pirel. "
CREW = "Its crew of forty had been paid in full, the owner said in the harbour office. "


def test_a_short_text_is_its_own_lead():
    assert lead_of(FERRY.strip()) == FERRY.strip()


def test_a_long_text_ends_with_its_last_whole_sentence():
    lead = lead_of((FERRY + CREW) * 5)
    assert lead.startswith(FERRY)
    assert lead.endswith(("Pirel.", "office."))
    assert LEAST_LEAD_CHARACTERS <= len(lead) <= MAX_LEAD_CHARACTERS


def test_one_endless_sentence_is_cut_between_words():
    lead = lead_of("word " * 300)
    assert lead.endswith("word…")
    assert len(lead) <= MAX_LEAD_CHARACTERS


def test_notices_of_the_page_are_no_lead():
    assert lead_of("Sign up to our newsletter.\n\n" + FERRY) == FERRY.strip()


def test_japanese_sentences_end_without_a_space():
    lead = lead_of("首相は月曜日に島を訪れた。" * 60)
    assert lead.endswith("。")
    assert len(lead) <= MAX_LEAD_CHARACTERS


@given(st.text(max_size=2_000))
def test_any_text_has_a_lead_within_bounds(text: str):
    assert len(lead_of(text)) <= MAX_LEAD_CHARACTERS
