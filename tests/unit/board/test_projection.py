"""The store is what the topics say: whatever the batches, and wherever it is killed."""

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.board import projection
from stream.board.listing import Sort, Wanted, changed_since, list_page
from stream.board.projection import Kind, Message, apply, sweep
from stream.board.store import FORMAT, Store
from stream.board.story import survivor_of, whole_story
from tests.support.board import (
    HOUR_MS,
    assignment_of,
    moment,
    report_of,
    story_of,
    storyline_of,
    with_assignments,
)

FERRY = report_of("ferry-1", "Ferry stranded off Halden", 0.0)
FERRY_2 = report_of("ferry-2", "Ferry towed to Halden", 2.0, source="Meridian Post")
ICE = report_of("ice-1", "Glacier thins above Vestmark", 1.0, source="Atlas Ledger")


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "board.sqlite")


def rows(store: Store) -> dict[str, list]:
    """Everything that the store says of the topics, its own numbers left out."""
    stories = "SELECT id, version, status, first_time, last_time, activity, value FROM stories ORDER BY id"
    articles = "SELECT * FROM articles ORDER BY id"
    words = """SELECT id, headline, story_text.reports FROM stories JOIN story_text ON story_text.rowid = number
               ORDER BY id"""
    return {sql: [tuple(row) for row in store.reader.execute(sql)] for sql in (stories, articles, words)}


def test_a_story_is_kept_as_the_topic_has_it(store):
    sent = story_of("s1", FERRY, FERRY_2)
    apply(store, [sent, assignment_of(FERRY, "s1", "new"), assignment_of(FERRY_2, "s1")], {("stories", 0): 3})
    (row,) = store.reader.execute("SELECT value FROM stories")
    assert row["value"] == sent.value
    assert store.offsets() == {("stories", 0): 3}
    whole = whole_story(store, "s1")
    assert [report.title for report in whole.reports] == [
        "Ferry towed to Halden",
        "Ferry stranded off Halden",
    ]
    assert whole.sources == [("Meridian Post", 1), ("Harbour Gazette", 1)]


def test_the_assignment_may_come_before_its_story(store):
    apply(store, [assignment_of(FERRY, "s1", "new")], {})
    apply(store, [story_of("s1", FERRY)], {})
    assert [one.story.id for one in list_page(store, Wanted(q="halden"), 10).stories] == ["s1"]


def test_a_null_value_deletes_a_story_and_its_words(store):
    apply(store, with_assignments("s1", FERRY), {})
    before = store.revision
    apply(store, [Message(Kind.STORY, "s1", None)], {})
    assert list_page(store, Wanted(), 10).total == list_page(store, Wanted(q="ferry"), 10).total == 0
    assert changed_since(store, Wanted(), before) == ["s1"]


def test_a_null_value_deletes_an_assignment(store):
    apply(store, [*with_assignments("s1", FERRY, FERRY_2), Message(Kind.ASSIGNMENT, "ferry-1", None)], {})
    assert [report.id for report in whole_story(store, "s1").reports] == ["ferry-2"]


def test_a_copy_is_folded_under_its_report(store):
    copy = report_of("copy", "Ferry stranded", 1.0, source="Evening Lantern")
    of = {"article_id": "ferry-1", "kind": "truncated", "containment": 1.0, "coverage": 0.4}
    apply(store, [*with_assignments("s1", FERRY), assignment_of(copy, "s1", "copy", copy_of=of)], {})
    (report,) = whole_story(store, "s1").reports
    assert [(one.article.source, one.kind, one.coverage) for one in report.copies] == [
        ("Evening Lantern", "truncated", 0.4)
    ]


def test_a_merged_story_leads_to_its_heir_and_leaves_the_list(store):
    apply(store, [*with_assignments("s1", FERRY), *with_assignments("s2", FERRY_2)], {})
    moved = assignment_of(FERRY_2, "s1", "moved", moved_from="s2", score=1.4, threshold=0.8)
    apply(store, [story_of("s2", FERRY_2, version=2, status="merged", merged_into="s1"), moved], {})
    assert survivor_of(store, "s2") == "s1"
    assert [one.story.id for one in list_page(store, Wanted(), 10).stories] == ["s1"]
    (turn,) = whole_story(store, "s1").turns
    assert (turn.kind, turn.story_id, turn.moved, turn.score) == ("merged", "s2", 1, 1.4)


def test_a_circle_of_merges_has_no_heir(store):
    apply(store, [story_of("a", FERRY, merged_into="b"), story_of("b", FERRY, merged_into="a")], {})
    assert survivor_of(store, "a") is None


def test_fields_of_later_versions_are_ignored_and_missing_ones_empty(store):
    bare = {"id": "s1", "headline": "Bare", "mood": {"of": "the day"}}
    apply(store, [Message(Kind.STORY, "s1", json.dumps(bare).encode())], {})
    assert list_page(store, Wanted(), 10).stories[0].story.headline == "Bare"


@pytest.mark.parametrize(
    "value", [b"not json", b"[1]", b'{"id": 7}', b'{"version": 1}', b'{"id": "x", "version": 1e400}']
)
def test_what_cannot_be_read_is_counted_and_the_rest_of_the_batch_written(store, value):
    applied = apply(store, [Message(Kind.STORY, "x", value), story_of("s1", FERRY)], {("stories", 0): 2})
    assert applied.refused == 1
    assert list_page(store, Wanted(), 10).total == 1
    assert store.offsets() == {("stories", 0): 2}


def test_a_batch_that_fails_leaves_neither_rows_nor_offsets(store, monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(projection, "set_offsets", fail)
    with pytest.raises(RuntimeError):
        apply(store, with_assignments("s1", FERRY), {("stories", 0): 1})
    assert list_page(store, Wanted(), 10).total == 0
    assert store.offsets() == {}


def log_of(steps: list[tuple[int, int, bool]]) -> list[Message]:
    """A log of few stories and articles that change, move and end."""
    messages: list[Message] = []
    for version, (story, article, ends) in enumerate(steps, 1):
        report = report_of(f"a{article}", f"Title {version} of {article}", article)
        name = f"s{story}"
        if ends:
            messages.append(Message(Kind.STORY, name, None))
        else:
            messages += [story_of(name, report, version=version), assignment_of(report, name)]
    return messages


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 6), st.integers(0, 5).map(lambda n: n == 0)), max_size=20
    ),
    st.lists(st.integers(1, 7), min_size=1, max_size=8),
)
def test_the_store_is_the_same_whatever_the_batches(tmp_path_factory, steps, sizes):
    log, folder = log_of(steps), tmp_path_factory.mktemp("stores")
    one, many = Store(folder / "one.sqlite"), Store(folder / "many.sqlite")
    apply(one, log, {})
    at = 0
    while at < len(log):
        size = sizes[at % len(sizes)]
        apply(many, log[at : at + size], {("t", 0): at + size})
        at += size
    assert rows(one) == rows(many)
    one.close()
    many.close()


def test_stories_beyond_the_retention_and_the_limit_go(store):
    for day in range(10):
        report = report_of(f"a{day}", f"Day {day}", day * 24.0)
        apply(store, with_assignments(f"s{day}", report), {})
    assert sweep(store, retention_days=6, max_stories=100) == 3
    assert sweep(store, retention_days=6, max_stories=2) == 5
    kept = [one.story.id for one in list_page(store, Wanted(sort=Sort.NEWEST), 10).stories]
    assert kept == ["s9", "s8"]
    assert store.reader.execute("SELECT count(*) FROM articles").fetchone()[0] == 2


def test_a_store_of_another_format_is_made_anew(tmp_path):
    path = tmp_path / "board.sqlite"
    old = Store(path)
    apply(old, with_assignments("s1", FERRY), {("stories", 0): 2})
    with old.writing() as connection:
        connection.execute("COMMIT")
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
        connection.execute("BEGIN")
    old.close()
    renewed = Store(path)
    assert renewed.offsets() == {}


def test_the_list_filters_and_sorts(store):
    other = report_of("eis-1", "Gletscher schmilzt", 5.0, language="de", source="Atlas Ledger")
    apply(store, [*with_assignments("ferry", FERRY, FERRY_2), *with_assignments("ice", ICE)], {})
    apply(store, with_assignments("eis", other, status="closed"), {})

    def found(**asked: object) -> list[str]:
        return [one.story.id for one in list_page(store, Wanted.model_validate(asked), 10).stories]

    assert found() == ["ferry", "eis", "ice"]
    assert found(sort="newest") == ["eis", "ferry", "ice"]
    assert found(sort="sources")[0] == "ferry"
    assert found(language="de") == found(status="closed") == ["eis"]
    assert found(source="Atlas Ledger") == ["eis", "ice"]
    assert found(least_sources=2) == ["ferry"]
    assert found(hours=3) == ["ferry", "eis"]
    assert found(q="ferry towed") == ["ferry"]
    assert found(q='"towed ferry"') == []
    assert found(q="schmil") == ["eis"]


def test_activity_is_the_rate_of_reports(store):
    busy = [report_of(f"b{n}", "Busy", n * 0.5) for n in range(13)]
    apply(store, [*with_assignments("busy", *busy), *with_assignments("slow", ICE)], {})
    busy_one, slow_one = list_page(store, Wanted(), 10).stories
    assert busy_one.story.id == "busy"
    assert 1.0 < busy_one.reports_an_hour < 2.0  # two an hour for six hours, and nothing before
    assert slow_one.reports_an_hour < 0.2
    assert sum(busy_one.line) == 13
    assert busy_one.last_time - busy_one.first_time == 6 * HOUR_MS


def test_an_article_listed_by_a_story_is_known_before_its_assignment(store):
    apply(store, [story_of("s1", FERRY)], {})
    (report,) = whole_story(store, "s1").reports
    assert (report.title, report.assignment) == ("Ferry stranded off Halden", None)
    assert msgspec.json.decode(story_of("s1", FERRY).value)["first_published"] == moment(0)


def test_a_storyline_that_was_merged_leads_to_the_one_it_lives_on_in(store):
    apply(store, with_assignments("s1", FERRY, storyline_id="old"), {})
    apply(store, with_assignments("s2", FERRY_2, storyline_id="new"), {})
    merged = storyline_of("old", "Ferries", merged_into="new")
    apply(store, [merged, storyline_of("new", "Ships", "s2", "s1")], {})
    assert whole_story(store, "s1").storyline.headline == "Ships"
    (listed,) = list_page(store, Wanted(storyline="old"), 10).stories
    assert (listed.story.id, listed.storyline.headline) == ("s2", "Ships")


def test_a_long_storyline_shows_the_stories_around_the_one_that_is_read(store):
    names = [f"s{number:02}" for number in range(20)]
    for hours, name in enumerate(names):
        report = report_of(f"{name}-1", f"Ferry, day {hours}", hours)
        apply(store, with_assignments(name, report, storyline_id="l1"), {})
    apply(store, [storyline_of("l1", "Ferries", *names[::-1])], {})
    affair = whole_story(store, "s10").storyline
    assert [one.story_id for one in affair.episodes] == names[6:15]
    assert (affair.earlier, affair.later, affair.stories) == (6, 5, 20)


def test_a_storyline_and_related_stories_are_named_by_their_headlines(store):
    apply(store, [*with_assignments("s2", FERRY_2), *with_assignments("s3", ICE)], {})
    related = [{"story_id": "s3", "score": 1.2, "words": ["vestmark"]}]
    apply(store, with_assignments("s1", FERRY, storyline_id="l1", continues="s2", related=related), {})
    apply(store, [storyline_of("l1", "Ferries", "s2", "s1", mood=1)], {})
    whole = whole_story(store, "s1")
    assert (whole.storyline.headline, whole.storyline.stories) == ("Ferries", 2)
    episodes = [(one.story_id, one.headline) for one in whole.storyline.episodes]
    assert episodes == [("s1", "Ferry stranded off Halden"), ("s2", "Ferry towed to Halden")]
    assert [(near.story_id, near.headline) for near in whole.near] == [
        ("s2", "Ferry towed to Halden"),
        ("s3", "Glacier thins above Vestmark"),
    ]
    apply(store, [Message(Kind.STORYLINE, "l1", None)], {})
    assert whole_story(store, "s1").storyline is None
