"""The formats of others: each is recognised by its own fields, read for what it says, and refused in words."""

import json
import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.articles.formats.registry import FORMATS, FormatName, adapted
from stream.articles.message import Article, Retraction
from stream.articles.reading import read_message
from stream.errors import InvalidArticleError
from tests.support.feed_samples import BROKEN, SAMPLES, TEXT, TITLE, URL, Broken, Sample

LIMIT = 1_048_576


def read(value: bytes, wanted: FormatName = FormatName.AUTO) -> Article:
    article = read_message(value, None, LIMIT, wanted)
    assert isinstance(article, Article)
    return article


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_message_is_recognised_and_read(sample: Sample):
    article = read(sample.value)
    assert {name: getattr(article, name) for name in sample.expected} == sample.expected
    assert article.dates_refused == 0


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_message_is_refused_in_words(broken: Broken):
    with pytest.raises(InvalidArticleError, match=re.escape(broken.words)) as refused:
        read(broken.value)
    assert refused.value.reason == broken.reason


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_is_recognised_by_one_format_alone(sample: Sample):
    if sample.value.startswith(b"<") or b'"payload"' in sample.value:
        return
    message = json.loads(sample.value)
    assert len([one.name for one in FORMATS if one.recognises(message)]) == 1


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_the_signs_of_a_format_are_in_its_samples(one):
    own = [sample.value for sample in SAMPLES if sample.name.startswith(one.name)]
    assert own
    for value in own:
        assert value.startswith(b"<") or any(sign in value for sign in one.signs)


def test_the_corpus_own_format_is_left_as_it_is():
    value = json.dumps({"id": "a", "title": TITLE, "text": TEXT, "published_at": "2026-03-03"}).encode()
    assert adapted(value) == (value, None)


def test_a_fixed_format_reads_what_would_not_be_recognised():
    value = json.dumps({"url": URL, "title": TITLE, "content": TEXT}).encode()
    assert read(value, FormatName.NEWSAPI).text == TEXT


def test_newsfolds_own_format_can_be_fixed_so_that_nothing_is_taken_for_another():
    value = json.dumps({"id": "a", "title": TITLE, "seendate": "x"}).encode()
    assert read(value, FormatName.NEWSFOLD).id == "a"


@pytest.mark.parametrize(
    "message",
    [
        {"uri": "urn:1", "pubStatus": "canceled", "headlines": []},
        {"guid": "urn:1", "pubStatus": "withheld"},
        {"op": "d", "before": {"id": "urn:1", "title": TITLE}, "after": None},
    ],
)
def test_what_a_publisher_or_a_database_withdraws_is_retracted(message: dict[str, object]):
    assert read_message(json.dumps(message).encode(), None, LIMIT) == Retraction(id="urn:1", tombstone=False)


def test_a_feed_of_several_items_is_no_message():
    feed = b"<rss version='2.0'><channel><item><title>A</title></item><item><title>B</title></item></channel></rss>"
    with pytest.raises(InvalidArticleError, match="a feed of 2 items"):
        read(feed)


def test_a_picture_that_is_no_web_address_is_left_out():
    value = json.dumps({"url": URL, "title": TITLE, "urlToImage": "javascript:alert(1)", "publishedAt": None})
    assert read(value.encode()).image is None


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = (
    *("@type", "@graph", "@id", "headline", "articleBody", "publisher", "image", "uri", "guid", "pubStatus"),
    *(
        "bodies",
        "headlines",
        "renditions",
        "associations",
        "thread",
        "uuid",
        "publishedAt",
        "source",
        "content",
    ),
    *(
        "seendate",
        "maintext",
        "url",
        "title",
        "pubDate",
        "content_html",
        "enclosures",
        "payload",
        "schema",
        "op",
    ),
)


@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=8))
def test_whatever_the_fields_hold_a_message_is_read_or_refused(message: dict[str, object]):
    with suppress(InvalidArticleError):
        read_message(json.dumps(message).encode(), None, LIMIT)


@given(st.binary(max_size=200).map(lambda inside: b"<rss><channel><item>" + inside))
def test_whatever_xml_comes_is_read_or_refused(value: bytes):
    with suppress(InvalidArticleError):
        read_message(value, None, LIMIT)
