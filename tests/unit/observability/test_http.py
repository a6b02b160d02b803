"""The worker's pages: the metrics ask for the token where one is set, health and readiness never do."""

import asyncio
from typing import Any

import pytest
from pydantic import SecretStr

from stream.observability.http import GUESS_SECONDS, MOST_ADDRESSES, MOST_GUESSES, Guesses, add_pages
from stream.observability.metrics import Metrics
from stream.observability.settings import WebSettings


class Site:
    """Stands for Faust's app: keeps the pages, and answers them with their status."""

    def __init__(self, token: str | None = None, **readiness: bool) -> None:
        self.pages: dict[str, Any] = {}
        web = WebSettings(token=SecretStr(token) if token else None)
        add_pages(self, web, Metrics(), lambda: readiness, lambda: None)

    def page(self, path: str) -> Any:
        return lambda handler: self.pages.setdefault(path, handler)

    def json(self, value: Any, status: int = 200) -> int:
        del value
        return status

    def bytes(self, value: bytes, content_type: str) -> int:
        assert value
        assert content_type == "text/plain"
        return 200

    def status(self, path: str, **headers: str) -> int:
        request = type("Request", (), {"headers": headers, "remote": "192.0.2.1"})
        status: int = asyncio.run(self.pages[path](self, request))
        return status


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (None, 401),
        ("swordfish", 401),
        ("Bearer swordfis", 401),
        ("Bearer swordfish2", 401),
        ("Bearer \udcff", 401),
        ("Bearer swordfish", 200),
    ],
)
def test_the_metrics_ask_for_the_token(authorization: str | None, status: int):
    headers = {"Authorization": authorization} if authorization else {}
    assert Site("swordfish").status("/metrics", **headers) == status


def test_without_a_token_the_metrics_are_open():
    assert Site().status("/metrics") == 200


def test_health_and_readiness_are_open_and_tell_the_state():
    assert Site("swordfish").status("/health") == 200
    assert Site("swordfish", shards=True, encoder=True).status("/ready") == 200
    assert Site("swordfish", shards=False, encoder=True).status("/ready") == 503


def test_after_many_wrong_tokens_even_the_right_one_has_to_wait():
    site = Site("swordfish")
    for _ in range(MOST_GUESSES):
        assert site.status("/metrics", Authorization="Bearer guess") == 401
    assert site.status("/metrics", Authorization="Bearer swordfish") == 429


def test_guesses_are_forgotten_after_a_minute_and_counted_for_each_address():
    now = [0.0]
    guesses = Guesses(lambda: now[0])
    for _ in range(MOST_GUESSES):
        guesses.add("one")
    assert guesses.are_too_many("one")
    assert not guesses.are_too_many("another")
    now[0] = GUESS_SECONDS + 1
    assert not guesses.are_too_many("one")


def test_of_too_many_addresses_the_one_that_guessed_longest_ago_is_forgotten():
    guesses = Guesses(lambda: 0.0)
    for _ in range(MOST_GUESSES):
        guesses.add("first")
    for number in range(MOST_ADDRESSES - 1):
        guesses.add(str(number))
    assert guesses.are_too_many("first")
    guesses.add("one more")
    assert not guesses.are_too_many("first")
