"""A line that repeats is let through once in a while, and says how many like it were held."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from stream.observability import logging as logs
from stream.observability.settings import LogSettings


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


@pytest.fixture
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The logs are configured as they were, afterwards."""
    monkeypatch.setattr(logging.getLogger(), "handlers", logging.getLogger().handlers)
    levels = {name: logging.getLogger(name).level for name in ("", *logs.QUIET)}
    yield
    structlog.reset_defaults()
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.usefixtures("as_before")
def test_our_own_repeats_are_held_by_event_partition_and_reason(
    monkeypatch: pytest.MonkeyPatch, clock: list[float]
):
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    logs.configure_logs(LogSettings(format="json"))
    own_log = structlog.get_logger("own")
    for second in (0, 1, 2, 11):
        clock[0] = second
        for reason in ("undecodable", "no_text"):
            own_log.warning("article_refused", offset=second, reason=reason)
        own_log.critical("fold_failed", offset=second)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    refused = [line for line in lines if line["event"] == "article_refused"]
    assert [(line["reason"], line["offset"], line.get("more_like_it")) for line in refused] == [
        ("undecodable", 0, None),
        ("no_text", 0, None),
        ("undecodable", 11, 2),
        ("no_text", 11, 2),
    ]
    assert [line["offset"] for line in lines if line["event"] == "fold_failed"] == [0, 1, 2, 11]


@pytest.mark.usefixtures("clock")
def test_other_lines_and_information_pass():
    held = logs.HoldRepeats(seconds=10)
    assert held.filter(record("one"))
    assert held.filter(record("another"))
    assert all(held.filter(record("information", logging.INFO)) for _ in range(5))


@pytest.mark.usefixtures("clock")
def test_what_is_remembered_is_bounded():
    held = logs.HoldRepeats(seconds=10)
    for number in range(logs.TRACKED_LINES):
        assert held.filter(record(f"{number}"))
    assert not held.filter(record("0"))
    assert held.filter(record("one more"))
    assert held.filter(record("0")), "as if for the first time"
