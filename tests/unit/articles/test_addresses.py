"""One article, one address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.articles.addresses import address_of

FERRY = "https://press.example/harbour/ferry"


@pytest.mark.parametrize(
    "url",
    [
        "http://press.example/harbour/ferry",
        "https://www.press.example/harbour/ferry/",
        "https://press.example:443/harbour/ferry#comments",
        "https://press.example/harbour/ferry?utm_source=rss&utm_medium=feed&fbclid=IwAR0",
        "https://m.press.example/harbour/ferry",
        "https://mobile.press.example/harbour/ferry",
        "https://amp.press.example/harbour/ferry",
        "https://press.example/harbour/ferry/amp/",
        "https://press.example/harbour/ferry.amp.html",
        "https://press.example/amp/harbour/ferry",
        "https://press.example/harbour/ferry?outputType=amp",
        "https://press-example.cdn.ampproject.org/c/s/press.example/harbour/ferry/amp",
        "https://www.google.com/amp/s/press.example/harbour/ferry%3Futm_source=x",
        " HTTPS://PRESS.EXAMPLE/harbour/ferry ",
    ],
)
def test_all_forms_of_one_url_are_one_address(url: str):
    assert address_of(url) == FERRY


@pytest.mark.parametrize(
    "url",
    [
        "https://press.example/harbour/ferry?id=7",
        "https://press.example/harbour/ferry?page=2",
        "https://press.example/Harbour/ferry",
        "https://press.example/harbour/example",
        "https://press.example:8443/harbour/ferry",
        "https://news.press.example/harbour/ferry",
        "https://m.example/harbour/ferry",
    ],
)
def test_what_may_be_another_article_stays_another(url: str):
    assert address_of(url) == url


@pytest.mark.parametrize(
    "text", ["", "urn:newsml:press.example:1", "https://[::1", "https://a.example:x/", "4711"]
)
def test_what_is_no_web_address_stays_as_it_is(text: str):
    assert address_of(text) == text


@given(st.text(max_size=60).map(lambda rest: f"https://press.example/{rest}"))
def test_an_address_is_its_own_address(url: str):
    address = address_of(url)
    assert address_of(address) == address
