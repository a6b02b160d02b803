"""The register knows every article of the window, and forgets the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream import register as register_module
from stream.register import NONE, Entry, Register


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
    register = Register()
    number = register.add(entry("a"))
    assert register.number_of("a") == number
    assert register.entry(number) == entry("a")
    assert register.id_of(number) == "a"


def test_facts_can_be_replaced():
    register = Register()
    number = register.add(entry("a"))
    moved = entry("a", story=9)
    register.replace(number, moved)
    assert register.story_of(number) == 9


def test_an_article_is_forgotten_exactly_when_its_time_has_come():
    register = Register()
    number = register.add(entry("a", expires=100))
    register.expire(99)
    assert register.holds(number)
    register.expire(100)
    assert not register.holds(number)
    assert register.number_of("a") is None


def test_an_id_that_came_again_outlives_its_first_entry():
    register = Register()
    register.add(entry("a", expires=100))
    second = register.add(entry("a", expires=200))
    register.expire(150)
    assert register.number_of("a") == second


@given(st.lists(st.integers(0, 5), max_size=40), st.integers(0, 10))
def test_chopping_and_restoring_change_nothing_that_can_be_seen(gaps: list[int], passed: int):
    register, now = Register(), 0
    for position, gap in enumerate(gaps):
        now += gap
        register.add(entry(f"a{position % 7}", expires=now))
    register.expire(passed)
    restored = Register.restore(register.snapshot())
    for position in range(len(gaps)):
        assert restored.number_of(f"a{position % 7}") == register.number_of(f"a{position % 7}")
        assert restored.holds(position) == register.holds(position)
    assert restored.next_number == register.next_number == len(gaps)


def test_many_expired_rows_are_given_back(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(register_module, "CHOP", 10)
    register = Register()
    for position in range(100):
        register.add(entry(f"a{position}", expires=position))
        register.expire(position)
    assert len(register) == 0
    assert register.next_number == 100
    assert register.snapshot()["story"].size == 0
