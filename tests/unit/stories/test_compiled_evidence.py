"""The compiled reading of evidence gives what the plain rules give, on any text."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.corpus import ARTICLES as CORPUS
from stream.stories.text.evidence import evidence_of, evidence_of_each
from tests.support.plain_evidence import plain_evidence_of

LANGUAGES = st.sampled_from([None, "en", "fr", "tr", "de", "el", "th", "zh"])
# What the rules look at, so that short examples meet them often.
PIECES = st.sampled_from(
    [
        *(
            "Bank of England",
            "U.S.",
            "O’Brien's",
            "it's",
            "AT&T",
            "van",
            "The",
            "x-Ray",
            "a_b",
            "É",
            "l’État",
        ),
        *("1,234.5", "7%", "12kg", "２０", "²", "ΣΑΣ ΟΔΟΣ", "İstanbul", "地震発生", "ภาษาไทย", "ガ", "हिन्दी"),
        *("Straße", "Ёлка", "٣٫٥", "١٢٬٠٠٠", "كتاب", "G20,000", "1,000,000", "12,34"),
        *("\n", ". ", " ", "“", "’", "\u200d"),
    ]
)
WRITTEN = st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=40).map("".join)


@given(WRITTEN, WRITTEN, LANGUAGES)
@settings(max_examples=400)
def test_any_text_gives_the_evidence_of_the_plain_rules(title: str, text: str, language: str | None):
    assert evidence_of(title, text, language) == plain_evidence_of(title, text, language)


@given(st.lists(st.tuples(WRITTEN, WRITTEN, LANGUAGES), max_size=5))
@settings(max_examples=50)
def test_a_batch_gives_what_each_article_gives_alone(articles: list[tuple[str, str, str | None]]):
    assert evidence_of_each(articles) == [evidence_of(*article) for article in articles]


@pytest.mark.parametrize("language", [None, "en"])
def test_the_sample_corpus_gives_the_evidence_of_the_plain_rules(language: str | None):
    articles = [
        msgspec.json.decode(line) for line in CORPUS.read_bytes().splitlines() if line.startswith(b"{")
    ]
    texts = [(str(one.get("title") or ""), str(one.get("text") or one.get("body") or "")) for one in articles]
    assert evidence_of_each([(*one, language) for one in texts]) == [
        plain_evidence_of(*one, language) for one in texts
    ]


def test_more_words_than_are_kept_leave_the_same_ones_out():
    text = " ".join(f"Name{i} Surname{i} went to place{i % 97} on day {i}.{i % 7}" for i in range(900))
    assert evidence_of("Many Names", text, "en") == plain_evidence_of("Many Names", text, "en")
