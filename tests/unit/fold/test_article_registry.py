"""The registry knows every article of the window, and forgets the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.fold import article_registry as register_module
from stream.fold.article_registry import KINDS, NONE, ArticleRegistry, Entry


def entry(name: str, expires: int = 100, story: int = 7) -> Entry:
    return Entry(
        id=name,
        story=story,
        leader=NONE,
        kind="",
        expires=expires,
        partition=0,
        offset=0,
        content=bytes(range(16)),
    )


def test_an_article_is_found_by_id_and_by_number():
    registry = ArticleRegistry()
    number = registry.add(entry("a"))
    assert registry.number_of("a") == number
    assert registry.entry(number) == entry("a")
    assert registry.id_of(number) == "a"


def test_facts_can_be_replaced():
    registry = ArticleRegistry()
    number = registry.add(entry("a"))
    moved = entry("a", story=9)
    registry.replace(number, moved)
    assert registry.story_of(number) == 9


def test_an_article_is_forgotten_exactly_when_its_time_has_come():
    registry = ArticleRegistry()
    number = registry.add(entry("a", expires=100))
    registry.expire(99)
    assert registry.holds(number)
    registry.expire(100)
    assert not registry.holds(number)
    assert registry.number_of("a") is None


def test_an_id_that_came_again_outlives_its_first_entry():
    registry = ArticleRegistry()
    registry.add(entry("a", expires=100))
    second = registry.add(entry("a", expires=200))
    registry.expire(150)
    assert registry.number_of("a") == second


NUMBERS = st.integers(-1, 2**63 - 1)
ENTRIES = st.builds(
    Entry,
    id=st.text(),
    story=NUMBERS,
    leader=NUMBERS,
    kind=st.sampled_from(KINDS),
    expires=st.integers(-(2**63), 2**63 - 1),
    partition=st.integers(0, 2**31 - 1),
    offset=NUMBERS,
    content=st.binary(min_size=16, max_size=16),
)


@given(st.lists(ENTRIES, max_size=3))
def test_every_fact_outlives_a_restart(entries: list[Entry]):
    registry = ArticleRegistry()
    numbers = [registry.add(one) for one in entries]
    restored = ArticleRegistry.restore(registry.snapshot())
    assert [restored.entry(number) for number in numbers] == entries
    assert [restored.story_of(number) for number in numbers] == [one.story for one in entries]
    assert [restored.leader_of(number) for number in numbers] == [one.leader for one in entries]


@given(st.lists(st.integers(0, 5), max_size=40), st.integers(0, 10))
def test_chopping_and_restoring_change_nothing_that_can_be_seen(gaps: list[int], passed: int):
    registry, now = ArticleRegistry(), 0
    for position, gap in enumerate(gaps):
        now += gap
        registry.add(entry(f"a{position % 7}", expires=now))
    registry.expire(passed)
    restored = ArticleRegistry.restore(registry.snapshot())
    for position in range(len(gaps)):
        assert restored.number_of(f"a{position % 7}") == registry.number_of(f"a{position % 7}")
        assert restored.holds(position) == registry.holds(position)
    assert restored.next_number == registry.next_number == len(gaps)


def test_many_expired_rows_are_given_back(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(register_module, "CHOP", 10)
    registry = ArticleRegistry()
    for position in range(100):
        registry.add(entry(f"a{position}", expires=position))
        registry.expire(position)
    assert len(registry) == 0
    assert registry.next_number == 100
    assert registry.snapshot()["story"].size == 0


def test_its_memory_is_counted_and_given_back():
    registry = ArticleRegistry()
    empty = registry.bytes
    for number in range(1_000):
        registry.add(entry(f"article-{number}"))
    held = registry.bytes
    assert held > empty + 1_000 * 100  # a row of 49 bytes, an id of some 60, and its place in two tables
    assert ArticleRegistry.restore(registry.snapshot()).bytes == pytest.approx(held, rel=0.1)
    registry.expire(100)
    registry.snapshot()  # drops the rows that expired
    assert registry.bytes < held - 1_000 * 100
