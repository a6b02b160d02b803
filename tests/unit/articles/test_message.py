"""What an article must look like, and what becomes of one that does not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.articles.message import Article, Retraction, read_article
from stream.errors import InvalidArticleError

LIMIT = 100_000


def read(fields: object, key: bytes | None = None) -> Article:
    article = read_article(json.dumps(fields).encode(), key, LIMIT)
    assert isinstance(article, Article)
    return article


def reason_of(value: bytes | None, key: bytes | None = None) -> str:
    with pytest.raises(InvalidArticleError) as caught:
        read_article(value, key, LIMIT)
    return caught.value.reason


def test_an_id_and_a_title_are_enough():
    article = read({"id": "a1", "title": "Talks resume"})
    assert (article.id, article.title, article.source, article.published) == (
        "a1",
        "Talks resume",
        None,
        None,
    )


def test_the_url_serves_as_id_where_there_is_none():
    assert read({"url": "https://x.example/1", "title": "T"}).id == "https://x.example/1"


def test_numbers_are_ids_too():
    assert read({"id": 17, "title": "T"}).id == "17"


@pytest.mark.parametrize(
    ("sent", "field"), [("body", "text"), ("description", "summary"), ("lang", "language")]
)
def test_names_that_feeds_use_are_accepted(sent: str, field: str):
    assert getattr(read({"id": "a", "title": "T", sent: "fr"}), field) == "fr"


def test_unknown_fields_are_ignored():
    assert read({"id": "a", "title": "T", "paywalled": True, "authors": [{"name": "N"}]}).title == "T"


def test_a_source_may_be_an_object_with_a_name():
    assert (
        read({"id": "a", "title": "T", "source": {"id": "hp", "name": "Halden Press"}}).source
        == "Halden Press"
    )


@pytest.mark.parametrize(
    ("sent", "milliseconds"),
    [
        ("2026-03-02T08:20:00Z", 1_772_439_600_000),
        ("2026-03-02T09:20:00+01:00", 1_772_439_600_000),
        ("2026-03-02T08:20:00", 1_772_439_600_000),
        ("Mon, 02 Mar 2026 08:20:00 GMT", 1_772_439_600_000),
        ("2026-03-02", 1_772_409_600_000),
        (1_772_439_600, 1_772_439_600_000),
        (1_772_439_600_000, 1_772_439_600_000),
    ],
)
def test_dates_are_read_in_the_forms_that_feeds_use(sent: object, milliseconds: int):
    assert read({"id": "a", "title": "T", "published_at": sent}).published == milliseconds


@pytest.mark.parametrize("sent", ["yesterday", "0001-01-01", "9999-12-31", -1e300, 1e300, "2026-13-45"])
def test_a_date_that_cannot_be_believed_leaves_the_article_undated_and_is_counted(sent: object):
    article = read({"id": "a", "title": "T", "published_at": sent})
    assert (article.published, article.dates_refused) == (None, 1)


def test_published_and_updated_are_kept_apart():
    article = read({"id": "a", "title": "T", "published_at": "2026-03-02", "updated_at": "2026-03-03"})
    assert article.updated == (article.published or 0) + 86_400_000


def test_a_language_tag_is_reduced_to_its_language():
    assert read({"id": "a", "title": "T", "language": "nb-NO"}).language == "no"


@pytest.mark.parametrize("status", ["canceled", "cancelled", "withheld"])
def test_a_withdrawn_article_is_a_retraction(status: str):
    value = json.dumps({"id": "a", "status": status}).encode()
    assert read_article(value, None, LIMIT) == Retraction(id="a", tombstone=False)


@pytest.mark.parametrize("value", [None, b"", b"null", b" null\n"])
def test_a_null_value_in_any_spelling_retracts_the_article_of_its_key(value: bytes | None):
    assert read_article(value, b"a", LIMIT) == Retraction(id="a", tombstone=True)


@pytest.mark.parametrize(
    "value",
    [
        b'\xef\xbb\xbf{"id": "a", "title": "Ferry back in service"}',
        b'{"id": "a", "title": "Ferry back in service", "mood": NaN}',
        b'{"id": "a", "title": "Ferry back in service", "summary": "cut \\ud83d"}',
        b'{"id": ["a"], "title": "Ferry back in service"}',
        b'{"id": {"$oid": "a"}, "title": "Ferry back in service"}',
    ],
)
def test_what_other_writers_of_json_write_is_read(value: bytes):
    article = read_article(value, None, LIMIT)
    assert isinstance(article, Article)
    assert (article.id, article.title, article.fields_refused) == ("a", "Ferry back in service", 0)


@pytest.mark.parametrize(
    "odd", [{"language": 7}, {"status": 1}, {"source": 3.5}, {"summary": {"html": "x"}}, {"url": ["u", "v"]}]
)
def test_an_oddly_typed_field_costs_that_field_and_is_counted(odd: dict[str, object]):
    article = read({"id": "a", "title": "T", "text": "Ferry back in service", **odd})
    assert (article.text, article.fields_refused) == ("Ferry back in service", 1)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"not json", "undecodable"),
        (b"\xff\xfe", "undecodable"),
        (b"[1, 2]", "invalid"),
        (b'{"id": "a", "title": 7}', "no_text"),
        (b'{"id": "a", "title": "T"', "undecodable"),
        (b'{"title": "T"}', "no_id"),
        (b'{"id": "  ", "title": "T"}', "no_id"),
        (b'{"id": "a"}', "no_text"),
        (b'{"id": "a", "title": " ", "text": ""}', "no_text"),
        (b"[" * 50_000, "undecodable"),
        (b'{"deep":' * 10_000, "undecodable"),
        (b" " * (LIMIT + 1), "oversized"),
        (None, "no_value"),
    ],
)
def test_what_cannot_be_an_article_is_refused_with_a_reason(value: bytes | None, reason: str):
    assert reason_of(value) == reason


@given(st.binary(max_size=300))
def test_no_bytes_whatever_do_more_than_be_refused(value: bytes):
    with pytest.raises(InvalidArticleError):
        read_article(value, None, LIMIT)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
fields = st.sampled_from(["id", "url", "title", "text", "source", "published_at", "lang", "status", "other"])


@given(st.dictionaries(fields, json_values))
def test_any_json_object_is_an_article_or_refused(sent: dict[str, object]):
    refusal = None
    try:
        read_article(json.dumps(sent).encode(), None, LIMIT)
    except InvalidArticleError as error:
        refusal = error.reason
    assert refusal in {None, "invalid", "no_id", "no_text", "undecodable"}
