"""The record of a storyline stays small however long it lives, and readers see the same."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from stream.fold.storyline_record import SHOWN_STORIES, StoryInLine, StorylineRecord, snapshot_of, together

DAY = 86_400_000
SIZES = st.lists(st.integers(1, 90), min_size=SHOWN_STORIES - 2, max_size=SHOWN_STORIES + 40)


def story(number: int, articles: int) -> StoryInLine:
    moment = 1_700_000_000_000 + number * DAY
    return StoryInLine(
        number=number,
        id=f"story {number}",
        headline=f"Day {number} of the trial",
        articles=articles,
        reports=(articles + 1) // 2,
        sources=(f"outlet {number % 7}", f"paper {articles}"),
        first_published=moment if number % 3 else None,
        last_published=moment + DAY if number % 3 else None,
        first_seen=moment,
        last_seen=moment + 2 * DAY,
    )


def line(number: int, sizes) -> StorylineRecord:
    closed = {one: story(one, size) for one, size in enumerate(sizes)}
    return StorylineRecord(number=number, id=f"line {number}", closed=closed)


def shown(record: StorylineRecord):
    return snapshot_of(record, record.closed.values())


def links_no_more(_: int) -> bool:
    return False


@given(sizes=SIZES)
def test_stories_that_are_listed_no_more_are_only_counted_and_readers_see_no_difference(sizes):
    record = line(0, sizes)
    before = shown(record)
    record.shorten(lambda number: number == 3)
    assert len(record.closed) <= SHOWN_STORIES + 1
    assert (3 in record.closed, shown(record)) == (True, before)
    record.shorten(links_no_more)
    assert (len(record.closed), shown(record)) == (min(len(sizes), SHOWN_STORIES), before)


def test_a_storyline_that_merges_into_another_brings_what_it_counted():
    long, short = line(0, [5] * (SHOWN_STORIES + 9)), line(1, [])
    long.shorten(links_no_more)
    short.take_over(long)
    assert (shown(short).counts, shown(short).first_seen) == (
        shown(line(0, [5] * (SHOWN_STORIES + 9))).counts,
        "2023-11-14T22:13:20.000Z",
    )
    assert shown(long).counts.stories == 0


def test_sources_are_kept_in_order_so_that_a_checkpoint_has_the_same_bytes_in_every_process():
    parts = [msgspec.structs.replace(story(0, 3), sources=("Meridian Post", "Halden Press"))]
    whole = together([*parts, story(1, 3)])
    assert whole is not None
    assert list(whole.sources) == ["Halden Press", "Meridian Post", "outlet 1", "paper 3"]
