"""A line that repeats is let through once in a while, and says how many like it were held."""

import logging

import pytest

from stream import logs


def record(message: str, level: int = logging.ERROR) -> logging.LogRecord:
    return logging.LogRecord("aiokafka", level, __file__, 1, message, None, None)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(logs, "monotonic", lambda: now[0])
    return now


def test_repeats_are_held_and_counted(clock: list[float]):
    held = logs.HoldRepeats(seconds=10)
    assert [held.filter(record("no broker")) for _ in range(75)] == [True] + [False] * 74
    clock[0] = 10.0
    again = record("no broker")
    assert held.filter(again)
    assert again.msg == "no broker (and 74 more like it)"


@pytest.mark.usefixtures("clock")
def test_other_lines_and_information_pass():
    held = logs.HoldRepeats(seconds=10)
    assert held.filter(record("one"))
    assert held.filter(record("another"))
    assert all(held.filter(record("told", logging.INFO)) for _ in range(5))


@pytest.mark.usefixtures("clock")
def test_what_is_remembered_is_bounded():
    held = logs.HoldRepeats(seconds=10)
    for number in range(3 * logs.TRACKED_LINES):
        held.filter(record(f"{number}"))
    assert len(held._last) <= logs.TRACKED_LINES
