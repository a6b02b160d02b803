"""A story's life as readers see it: versions rise, counts add up, ended stories are deleted in time."""

from collections import Counter

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stream.contract.events import StoryEvent, StoryEventType, StorySnapshot
from stream.contract.moments import iso
from stream.fold import story_store as story_store_module
from stream.fold.changes import StoryChange
from stream.fold.report import Report
from stream.fold.story_record import SHOWN_ARTICLES, StoryRecord
from stream.fold.story_store import StoryStore

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


def event_of(change: StoryChange) -> StoryEvent:
    return change if isinstance(change, StoryEvent) else change.event()


def story(store: StoryStore, number: int, *reports: Report) -> StoryRecord:
    record = store.create(number, reports[0].number, reports[0].article_id, seen=0)
    for position, one in enumerate(reports):
        one.keyterms = ("talks",)
        record.add_report(one, seen=5, joined=position > 0)
        store.changed(record)
    return record


def snapshot(store: StoryStore, record: StoryRecord) -> StorySnapshot:
    event = event_of(store.changed(record))
    assert event.snapshot is not None
    return event.snapshot


def test_the_first_version_is_created_and_later_ones_are_updates():
    store = StoryStore(RETENTION)
    record = store.create(0, 0, "a0", seen=0)
    record.add_report(report(0), seen=0, joined=False)
    first, second = event_of(store.changed(record)), event_of(store.changed(record))
    assert (first.type, second.type) == (StoryEventType.CREATED, StoryEventType.UPDATED)
    assert [event.snapshot.version for event in (first, second) if event.snapshot] == [1, 2]


def test_ids_depend_on_the_first_article_alone():
    one, other = StoryStore(RETENTION), StoryStore(RETENTION)
    assert one.create(0, 0, "a0", 0).id == other.create(5, 9, "a0", 77).id


def test_an_article_that_comes_back_after_its_story_ended_begins_another():
    store = StoryStore(RETENTION)
    first = story(store, 0, report(0))
    store.close(0, now=0)
    assert store.create(1, 0, "a0", seen=1).id != first.id


def test_copies_count_as_articles_but_not_as_reports_nor_twice_as_sources():
    store = StoryStore(RETENTION)
    record = story(store, 0, report(0))
    for number in (1, 2):
        record.add_copy(number, leader=0, source="Evening Lantern", language="en", published=None, seen=6)
    counts = snapshot(store, record).counts
    assert (counts.articles, counts.reports, counts.copies, counts.sources) == (3, 1, 2, 2)


def test_an_article_without_a_source_adds_none():
    store = StoryStore(RETENTION)
    assert snapshot(store, story(store, 0, report(0, source=None))).counts.sources == 0


def test_the_most_central_report_stands_for_the_story():
    store = StoryStore(RETENTION)
    record = story(store, 0, report(0), report(1, centrality=0.2), report(2, centrality=0.9))
    assert snapshot(store, record).headline == "Title 2"


def test_a_widely_carried_report_outweighs_a_slightly_more_central_one():
    store = StoryStore(RETENTION)
    record = story(store, 0, report(0), report(1, centrality=0.5), report(2, centrality=0.55))
    for number in range(3, 10):
        record.add_copy(number, leader=1, source="X", language=None, published=None, seen=6)
    assert snapshot(store, record).headline == "Title 1"


def test_the_list_of_articles_is_bounded_and_keeps_the_representative_and_the_newest():
    store = StoryStore(RETENTION)
    record = story(store, 0, report(0), report(1, centrality=0.99), *(report(n) for n in range(2, 100)))
    shown = snapshot(store, record)
    assert len(shown.articles) == SHOWN_ARTICLES
    assert [one.article_id for one in shown.articles[:2]] == ["a1", "a99"]
    assert shown.counts.articles == 100


def test_a_retracted_article_leaves_counts_and_list():
    store = StoryStore(RETENTION)
    record = story(store, 0, report(0), report(1, source="Other"))
    record.withdraw(1, leader=1, seen=9)
    shown = snapshot(store, record)
    assert (shown.counts.articles, shown.counts.sources) == (1, 1)
    assert [one.article_id for one in shown.articles] == ["a0"]


def test_the_text_of_a_retracted_leader_lives_on_in_its_copies():
    store = StoryStore(RETENTION)
    record = story(store, 0, report(0))
    record.add_copy(1, leader=0, source="Other", language=None, published=None, seen=6)
    record.withdraw(0, leader=0, seen=9)
    counts = snapshot(store, record).counts
    assert (counts.articles, counts.reports, counts.copies) == (1, 1, 0)


def test_a_merged_story_names_its_survivor_and_hands_over_all_it_has():
    store = StoryStore(RETENTION)
    older, younger = story(store, 0, report(0)), story(store, 1, report(1, source="Other"))
    ended, survivor, moved = store.merge(absorbed=1, survivor=0, now=0)
    assert ended.type is StoryEventType.MERGED
    assert ended.snapshot is not None
    assert (ended.snapshot.status, ended.snapshot.merged_into) == ("merged", older.id)
    assert (survivor, moved) == (older, [1])
    assert snapshot(store, older).counts.sources == 2
    assert store.open_record(1) is older
    assert younger.version == 2


def test_a_story_that_is_split_gives_up_reports_and_their_copies_to_a_new_one():
    store = StoryStore(RETENTION)
    record = story(store, 0, report(0), report(1, source="Other"), report(2), report(3, source="Third"))
    record.add_copy(4, leader=3, source="Wire", language="fr", published=9_000, seen=6)
    fresh, moved = store.split(record, 7, [1, 3], {4: 3}, seen=9)
    stayed, went = snapshot(store, record), snapshot(store, fresh)
    assert moved == [1, 3, 4]
    assert went.split_from == stayed.id != went.id
    assert [one.article_id for one in stayed.articles] == ["a0", "a2"]
    assert {one.article_id: one.copies for one in went.articles} == {"a1": 0, "a3": 1}
    assert (stayed.languages, went.languages) == (("en",), ("en", "fr"))
    assert (stayed.counts.sources, went.counts.sources) == (1, 3)
    assert (stayed.last_published, went.last_published) == (iso(2_000), iso(9_000))
    assert (stayed.keywords, went.keywords) == (("talks",), ("talks",))
    assert store.open_record(7) is fresh


def test_the_new_story_of_a_split_is_created_under_an_id_that_no_story_had():
    store = StoryStore(RETENTION)
    record = story(store, 0, report(0), report(1))
    story(store, 1, report(2))
    store.merge(absorbed=1, survivor=0, now=0)
    fresh, _ = store.split(record, 2, [2], {}, seen=9)
    event = event_of(store.changed(fresh))
    assert event.type is StoryEventType.CREATED
    assert event.story_id != store.create(9, 2, "a2", seen=9).id


SPLIT_REPORTS = st.lists(
    st.tuples(st.sampled_from(["A", "B", "C"]), st.sampled_from(["en", "fr"]), st.integers(0, 3)),
    min_size=2,
    max_size=12,
)


@given(SPLIT_REPORTS, st.sets(st.integers(0, 11), min_size=1))
def test_what_two_parts_of_a_story_hold_is_what_the_whole_held(
    reports: list[tuple[str, str, int]], chosen: set[int]
):
    store = StoryStore(RETENTION)
    record = store.create(0, 0, "a0", seen=0)
    leaders: dict[int, int] = {}
    for number, (source, language, copies) in enumerate(reports):
        one = msgspec.structs.replace(report(number, source=source), language=language, languages={})
        one.keyterms = (source, language)
        record.add_report(one, seen=number, joined=number > 0)
        for copy in range(copies):
            leaders[100 * (number + 1) + copy] = number
            record.add_copy(100 * (number + 1) + copy, number, "Wire", language, None, seen=number)
    leaving = sorted(chosen & set(range(1, len(reports))))
    assume(leaving)
    whole = msgspec.msgpack.decode(msgspec.msgpack.encode(record), type=StoryRecord)
    fresh, _ = store.split(record, 1, leaving, leaders, seen=99)
    for held in ("members", "carried", "sources", "languages", "keyterms"):
        parts = Counter(getattr(record, held)), Counter(getattr(fresh, held))
        if held == "members":
            assert getattr(record, held) | getattr(fresh, held) == whole.members
        else:
            assert parts[0] + parts[1] == Counter(getattr(whole, held))
    assert {one.number for one in fresh.reports} == set(leaving)
    assert [one.number for one in record.reports] == [n for n in range(len(reports)) if n not in leaving]
    assert (record.founder, fresh.founder) == (0, leaving[0])


def test_an_ended_story_gets_its_tombstone_after_the_retention():
    store = StoryStore(RETENTION)
    record = story(store, 0, report(0))
    closed = store.close(0, now=0)
    assert closed.snapshot is not None
    assert closed.snapshot.status == "closed"
    assert store.expire(RETENTION - 1) == []
    (tombstone,) = store.expire(RETENTION)
    assert (tombstone.type, tombstone.story_id, tombstone.snapshot) == (
        StoryEventType.EXPIRED,
        record.id,
        None,
    )


def test_a_restored_store_goes_on_as_the_old_one_would():
    store = StoryStore(RETENTION)
    record = story(store, 0, report(0), report(1))
    story(store, 1, report(2))
    store.merge(absorbed=1, survivor=0, now=0)
    restored = StoryStore.restore(RETENTION, store.snapshot())
    same = restored.open_record(1)
    assert same is not None
    assert snapshot(restored, same) == snapshot(store, record)
    assert restored.expire(RETENTION) == store.expire(RETENTION)


def test_a_restored_store_writes_the_same_checkpoint():
    store = StoryStore(RETENTION)
    for number in range(100):
        story(store, number, report(number))
    written = store.snapshot()
    assert StoryStore.restore(RETENTION, written).snapshot().tobytes() == written.tobytes()


@given(kept=st.integers(0, 3), asked=st.lists(st.integers(0, 5), max_size=20))
def test_a_record_that_was_packed_is_as_it_was(kept: int, asked: list[int]):
    packing, plain = StoryStore(RETENTION), StoryStore(RETENTION)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(story_store_module, "UNPACKED", kept)
        for number in range(6):
            for store in (packing, plain):
                story(store, number, report(number))
        for place, number in enumerate(asked):
            packing.pack()
            for store in (packing, plain):
                record = store.record_of(number)
                assert record is not None
                record.add_report(report(10 + place), seen=place, joined=True)
            assert event_of(packing.changed(packing.record_of(number))) == event_of(
                plain.changed(plain.record_of(number))
            )
    assert len(packing) == len(plain) == 6
    assert packing.snapshot().tobytes() == plain.snapshot().tobytes()
