"""Stream time drives every window; it comes from the articles, never from a wall clock."""

from hypothesis import given
from hypothesis import strategies as st

from stream.fold.stream_time import StreamTime


def test_a_dated_article_happened_when_its_source_says():
    assert StreamTime().event_time(published=1_000, logged=5_000) == 1_000


def test_but_never_after_it_was_logged():
    assert StreamTime().event_time(published=9_000, logged=5_000) == 5_000


def test_an_undated_article_happened_as_much_later_as_was_logged_since():
    time = StreamTime()
    time.event_time(published=1_000, logged=5_000)
    assert time.event_time(published=None, logged=5_250) == 1_250


def test_an_undated_first_article_happened_when_it_was_logged():
    assert StreamTime().event_time(published=None, logged=5_000) == 5_000


def test_a_late_article_keeps_its_own_time_and_turns_nothing_back():
    time = StreamTime()
    time.event_time(published=3_000, logged=5_000)
    assert time.event_time(published=1_000, logged=5_001) == 1_000
    assert time.now == 3_000


moments = st.lists(st.tuples(st.none() | st.integers(0, 10**6), st.integers(0, 10**6)), max_size=30)


@given(moments)
def test_stream_time_never_runs_backwards_nor_ahead_of_the_log(records: list[tuple[int | None, int]]):
    time, latest = StreamTime(), 0
    for published, logged in records:
        before = time.now
        event_time = time.event_time(published, logged)
        latest = max(latest, logged)
        assert before <= time.now <= latest
        assert event_time <= logged
