"""A story's life as readers see it: versions rise, counts add up, ended stories are buried in time."""

from stream.events import StoryEventType, StorySnapshot
from stream.story_record import SHOWN_ARTICLES, Report, StoryRecord
from stream.storybook import Storybook

RETENTION = 1_000


def report(number: int, source: str | None = "Halden Press", centrality: float = 0.5) -> Report:
    return Report(
        number=number,
        article_id=f"a{number}",
        title=f"Title {number}",
        url=None,
        source=source,
        language="en",
        published=number * 1_000,
        centrality=centrality,
    )


def story(book: Storybook, number: int, *reports: Report) -> StoryRecord:
    record = book.create(number, reports[0].number, reports[0].article_id, seen=0)
    for position, one in enumerate(reports):
        record.add_report(one, ("talks",), seen=5, joined=position > 0)
        book.changed(record)
    return record


def snapshot(book: Storybook, record: StoryRecord) -> StorySnapshot:
    event = book.changed(record)
    assert event.snapshot is not None
    return event.snapshot


def test_the_first_version_is_created_and_later_ones_are_updates():
    book = Storybook(RETENTION)
    record = book.create(0, 0, "a0", seen=0)
    record.add_report(report(0), (), seen=0, joined=False)
    first, second = book.changed(record), book.changed(record)
    assert (first.type, second.type) == (StoryEventType.CREATED, StoryEventType.UPDATED)
    assert [event.snapshot.version for event in (first, second) if event.snapshot] == [1, 2]


def test_ids_depend_on_the_first_article_alone():
    one, other = Storybook(RETENTION), Storybook(RETENTION)
    assert one.create(0, 0, "a0", 0).id == other.create(5, 9, "a0", 77).id


def test_an_article_that_comes_back_after_its_story_ended_begins_another():
    book = Storybook(RETENTION)
    first = story(book, 0, report(0))
    book.close(0, now=0)
    assert book.create(1, 0, "a0", seen=1).id != first.id


def test_copies_count_as_articles_but_not_as_reports_nor_twice_as_sources():
    book = Storybook(RETENTION)
    record = story(book, 0, report(0))
    for number in (1, 2):
        record.add_copy(number, leader=0, source="Evening Lantern", language="en", published=None, seen=6)
    counts = snapshot(book, record).counts
    assert (counts.articles, counts.reports, counts.copies, counts.sources) == (3, 1, 2, 2)


def test_an_article_without_a_source_adds_none():
    book = Storybook(RETENTION)
    assert snapshot(book, story(book, 0, report(0, source=None))).counts.sources == 0


def test_the_most_central_report_stands_for_the_story():
    book = Storybook(RETENTION)
    record = story(book, 0, report(0), report(1, centrality=0.2), report(2, centrality=0.9))
    assert snapshot(book, record).headline == "Title 2"


def test_a_widely_carried_report_outweighs_a_slightly_more_central_one():
    book = Storybook(RETENTION)
    record = story(book, 0, report(0), report(1, centrality=0.5), report(2, centrality=0.55))
    for number in range(3, 10):
        record.add_copy(number, leader=1, source="X", language=None, published=None, seen=6)
    assert snapshot(book, record).headline == "Title 1"


def test_the_list_of_articles_is_bounded_and_keeps_the_representative_and_the_newest():
    book = Storybook(RETENTION)
    record = story(book, 0, report(0), report(1, centrality=0.99), *(report(n) for n in range(2, 100)))
    shown = snapshot(book, record)
    assert len(shown.articles) == SHOWN_ARTICLES
    assert [one.article_id for one in shown.articles[:2]] == ["a1", "a99"]
    assert shown.counts.articles == 100


def test_a_retracted_article_leaves_counts_and_list():
    book = Storybook(RETENTION)
    record = story(book, 0, report(0), report(1, source="Other"))
    record.withdraw(1, leader=1, seen=9)
    shown = snapshot(book, record)
    assert (shown.counts.articles, shown.counts.sources) == (1, 1)
    assert [one.article_id for one in shown.articles] == ["a0"]


def test_the_text_of_a_retracted_leader_lives_on_in_its_copies():
    book = Storybook(RETENTION)
    record = story(book, 0, report(0))
    record.add_copy(1, leader=0, source="Other", language=None, published=None, seen=6)
    record.withdraw(0, leader=0, seen=9)
    counts = snapshot(book, record).counts
    assert (counts.articles, counts.reports, counts.copies) == (1, 1, 0)


def test_a_merged_story_names_its_survivor_and_hands_over_all_it_has():
    book = Storybook(RETENTION)
    older, younger = story(book, 0, report(0)), story(book, 1, report(1, source="Other"))
    ended, survivor, moved = book.merge(absorbed=1, survivor=0, now=0)
    assert ended.type is StoryEventType.MERGED
    assert ended.snapshot is not None
    assert (ended.snapshot.status, ended.snapshot.merged_into) == ("merged", older.id)
    assert (survivor, moved) == (older, [1])
    assert snapshot(book, older).counts.sources == 2
    assert book.open_record(1) is older
    assert younger.version == 2


def test_an_ended_story_gets_its_tombstone_after_the_retention():
    book = Storybook(RETENTION)
    record = story(book, 0, report(0))
    closed = book.close(0, now=0)
    assert closed.snapshot is not None
    assert closed.snapshot.status == "closed"
    assert book.expire(RETENTION - 1) == []
    (tombstone,) = book.expire(RETENTION)
    assert (tombstone.type, tombstone.story_id, tombstone.snapshot) == (
        StoryEventType.EXPIRED,
        record.id,
        None,
    )


def test_a_restored_storybook_goes_on_as_the_old_one_would():
    book = Storybook(RETENTION)
    record = story(book, 0, report(0), report(1))
    story(book, 1, report(2))
    book.merge(absorbed=1, survivor=0, now=0)
    restored = Storybook.restore(RETENTION, book.snapshot())
    twin = restored.open_record(1)
    assert twin is not None
    assert snapshot(restored, twin) == snapshot(book, record)
    assert restored.expire(RETENTION) == book.expire(RETENTION)
