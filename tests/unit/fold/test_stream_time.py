"""Stream time drives every window; it comes from the articles, never from a wall clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.fold.stream_time import LIVE, VOTES, StreamTime

DAY = 86_400_000
NOW = 20_000 * DAY  # when all of an archive is logged


def settled_at(moment: int) -> StreamTime:
    time = StreamTime()
    for _ in range(VOTES):
        time.event_time(published=moment, logged=NOW)
    return time


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
    time = settled_at(DAY)
    assert time.event_time(published=DAY - 5_000, logged=NOW) == DAY - 5_000
    assert time.now == DAY


@pytest.mark.parametrize("wrong", [NOW + 70 * 365 * DAY, NOW - DAY, 3])
@pytest.mark.parametrize("place", [0, 1, 2, 8])
def test_one_wrong_date_leaves_the_clock_where_most_recent_articles_are(wrong: int, place: int):
    time = StreamTime()
    dates = [1_000 * DAY + hour * 3_600_000 for hour in range(12)]
    dates.insert(place, wrong)
    for published in dates:
        time.event_time(published, NOW)
    assert time.now == dates[-1]


def test_the_clock_leaps_where_most_recent_articles_do():
    time = settled_at(DAY)
    for _ in range(2):
        time.event_time(published=60 * DAY, logged=NOW)
        assert time.now == DAY
    time.event_time(published=60 * DAY, logged=NOW)
    assert time.now == 60 * DAY


def test_the_log_confirms_a_leap_that_it_made_too():
    time = settled_at(DAY)
    time.event_time(published=30 * DAY, logged=NOW + 29 * DAY)
    assert time.now == 30 * DAY


def test_an_undated_first_article_of_an_archive_does_not_set_the_clock_to_today():
    time = StreamTime()
    time.event_time(published=None, logged=NOW)
    time.event_time(published=DAY, logged=NOW)
    assert time.now == DAY


moments = st.lists(st.tuples(st.none() | st.integers(0, 10**6), st.integers(0, 10**6)), max_size=30)


@given(moments)
def test_stream_time_never_runs_ahead_of_the_log_nor_once_settled_backwards(
    records: list[tuple[int | None, int]],
):
    time, latest = StreamTime(), 0
    for published, logged in records:
        before, settled = time.now, time.settled
        event_time = time.event_time(published, logged)
        latest = max(latest, logged)
        assert time.now <= latest
        assert time.now >= before or not settled
        assert event_time <= logged


def test_an_undated_article_among_dated_ones_happened_about_when_they_did():
    assert settled_at(DAY).dates_undated


def test_in_a_shuffled_archive_nothing_says_when_an_undated_article_happened():
    time = settled_at(60 * DAY)
    for day in (1, 40, 12):
        time.event_time(published=day * DAY, logged=NOW)
    assert not time.dates_undated


def test_where_no_article_has_a_date_the_log_must_have_gone_on_for_long():
    time = StreamTime()
    for _ in range(1_000):
        time.event_time(published=None, logged=NOW)
    assert not time.dates_undated  # an archive, logged at once
    time.event_time(published=None, logged=NOW + LIVE)
    assert time.dates_undated
