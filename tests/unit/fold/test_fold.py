"""The fold is a function of its log: where it is cut, saved and restored is all one; repeats change nothing."""

import random

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.contract.events import Folded, Method, Outcome, StoryEventType
from stream.copies.fingerprint import fingerprint_of
from stream.copies.settings import CopySettings
from stream.embed.record import EmbeddedArticle, Origin
from stream.fold.changes import described
from stream.fold.fold import Fold
from stream.fold.settings import FoldSettings
from stream.fold.state import FoldState
from stream.stories.settings import StorySettings
from stream.stories.text.evidence import evidence_of
from stream.storylines.settings import StorylineSettings
from tests.support.story_newsroom import TWIN_REPORTS, direction, twin_report, word

HOUR = 3_600_000
TEXTS = (
    "The ferry left the harbour of Halden at dawn with ninety passengers and their luggage aboard for the islands.",
    "Glacier ice above Vestmark has thinned by eleven metres since the survey of the mountain institute began.",
    "Parliament in Castovia passed the railway law after a night of speeches by both of its chambers on Friday.",
)
STEPS = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.integers(0, 2),
        st.sampled_from(["new", "new", "new", "retract"]),
        st.integers(0, 9),
    ),
    max_size=25,
)


def new_fold() -> Fold:
    copies = CopySettings(capacity=64, window_hours=3)
    stories = StorySettings(window_hours=5)
    return Fold(
        FoldState(FoldSettings(register_hours=6, retention_hours=4), copies, stories, StorylineSettings())
    )


def article(
    name: int, text: int, offset: int, *, retracted: bool = False, words: str = ""
) -> EmbeddedArticle:
    origin = Origin(0, offset)
    if retracted:
        return EmbeddedArticle(id=f"a{name}", origin=origin, ingested=0, retracted=True)
    title, body = f"The desk: report {text} of {name}", f"{TEXTS[text]} {words}"
    return EmbeddedArticle(
        id=f"a{name}",
        origin=origin,
        ingested=0,
        title=title,
        content=f"{text}{words}".encode().ljust(16, b"."),
        model="m@1",
        vector=bytes([1 + 40 * text]) * 16,
        fingerprint=fingerprint_of(title, body),
        evidence=evidence_of(title, body, "en"),
    )


def log_of(steps: list[tuple[int, int, str, int]]) -> list[tuple[EmbeddedArticle, int]]:
    """Records and their logged times; the last number of a step is the hours since the one before."""
    log, now = [], 1_770_000_000_000
    for offset, (name, text, kind, hours) in enumerate(steps):
        now += hours * HOUR // 3
        log.append((article(name, text, offset, retracted=kind == "retract"), now))
    return log


def run(fold: Fold, log: list[tuple[EmbeddedArticle, int]]) -> list[bytes]:
    return [msgspec.json.encode(fold.fold(record, logged)) for record, logged in log]


def restored(fold: Fold) -> Fold:
    restored = new_fold()
    restored.state.restore(fold.state.snapshot())
    return restored


@settings(max_examples=60)
@given(STEPS, st.integers(0, 25))
def test_a_fold_restored_at_any_point_goes_on_with_the_same_bytes(
    steps: list[tuple[int, int, str, int]], cut: int
):
    log = log_of(steps)
    undisturbed = run(new_fold(), log)
    first = new_fold()
    before = run(first, log[:cut])
    assert before + run(restored(first), log[cut:]) == undisturbed


def snapshots(folded: list[Folded]) -> dict[tuple[str, int], bytes]:
    events = [event.snapshot for one in folded for event in (*one.stories, *one.storylines)]
    return {(shown.id, shown.version): msgspec.json.encode(shown) for shown in events if shown}


@settings(max_examples=60)
@given(STEPS, st.integers(1, 25))
def test_a_batch_shows_each_version_as_it_was_and_of_each_story_the_last(
    steps: list[tuple[int, int, str, int]], size: int
):
    log = log_of(steps)
    one_by_one, in_batches = new_fold(), new_fold()
    alone = [one_by_one.fold(record, logged) for record, logged in log]
    together = [
        folded
        for begin in range(0, len(log), size)
        for folded in described([in_batches.take_in(*one) for one in log[begin : begin + size]])
    ]
    assert [one.assignments for one in together] == [one.assignments for one in alone]
    every, shown = snapshots(alone), snapshots(together)
    assert shown.items() <= every.items()
    assert {name: max(v for n, v in every if n == name) for name, _ in every} == {
        name: max(v for n, v in shown if n == name) for name, _ in shown
    }


@settings(max_examples=40)
@given(STEPS)
def test_a_record_that_is_delivered_again_at_once_changes_nothing(steps: list[tuple[int, int, str, int]]):
    log = log_of(steps)
    twice = [record for record in log for _ in range(2)]
    fold = new_fold()
    folded = [fold.fold(record, logged) for record, logged in twice]
    assert [msgspec.json.encode(one) for one in folded[::2]] == run(new_fold(), log)
    for repeat in folded[1::2]:
        assert repeat.outcome is Outcome.REPEATED
        assert not repeat.assignments


def outcomes(*records: EmbeddedArticle) -> list[Folded]:
    fold = new_fold()
    return [fold.fold(record, 1_770_000_000_000 + n) for n, record in enumerate(records)]


def test_the_same_content_under_the_same_id_is_a_repeat():
    assert outcomes(article(0, 0, 0), article(0, 0, 5))[1].outcome is Outcome.REPEATED


def test_an_older_delivery_after_a_correction_does_not_bring_the_old_text_back():
    folded = outcomes(article(0, 0, 0), article(0, 0, 1, words="Corrected."), article(0, 0, 0))
    assert [one.outcome for one in folded] == [Outcome.UNIQUE, Outcome.CORRECTION, Outcome.REPEATED]


def test_a_retraction_of_the_last_article_closes_its_story():
    folded = outcomes(article(0, 0, 0), article(0, 0, 1, retracted=True))
    assert [event.type for event in folded[1].stories] == [StoryEventType.CLOSED]
    (assignment,) = folded[1].assignments
    assert assignment.story_id is None


def test_a_retracted_article_may_be_published_again():
    folded = outcomes(article(0, 0, 0), article(0, 0, 1, retracted=True), article(0, 0, 2))
    assert folded[2].assignments[0].story_id is not None


def test_a_retraction_that_overtook_its_article_keeps_the_older_delivery_out():
    folded = outcomes(article(0, 0, 3, retracted=True), article(0, 0, 2))
    assert folded[1].outcome is Outcome.REPEATED


def twins(*, wire: bool = False, retracted: bool = False) -> list[EmbeddedArticle]:
    """Two reports each of fifteen events, then those of two nearly alike; with `wire` another outlet carries each of
    the first five; with `retracted` those of side 1 among these are withdrawn again.
    """
    records = []
    for report in range(30):
        event, drawn = report // 2, random.Random(report)
        own = [word(random.Random(1_000 * event + n), 5) for n in range(60)]
        text = " ".join(drawn.sample(own, 40))
        records.append(
            record_of(f"other{report}", len(records), text[:40], text, direction(200 + event, report))
        )
    for number in range(TWIN_REPORTS):
        side, title, text, vector = twin_report(number)
        record = record_of(f"twin{number}", len(records), title, text, vector)
        records.append(record)
        if wire and number < 5:
            carried = msgspec.structs.replace(record, id=f"wire{number}", origin=Origin(0, len(records)))
            records.append(carried)
        if retracted and number < 5 and side == 1:
            gone = EmbeddedArticle(id=record.id, origin=Origin(0, len(records)), ingested=0, retracted=True)
            records.append(gone)
    return records


def record_of(name: str, offset: int, title: str, text: str, vector: np.ndarray) -> EmbeddedArticle:
    return EmbeddedArticle(
        id=name,
        origin=Origin(0, offset),
        ingested=0,
        title=title,
        content=name.encode().ljust(16, b"."),
        model="m@1",
        vector=vector.tobytes(),
        fingerprint=fingerprint_of(title, text),
        evidence=evidence_of(title, text, "en"),
    )


def fold_twins(records: list[EmbeddedArticle]) -> list[Folded]:
    fold = new_fold()
    return [fold.fold(record, 1_770_000_000_000 + 60_000 * n) for n, record in enumerate(records)]


def last_story_of(results: list[Folded]) -> dict[str, str | None]:
    return {one.article_id: one.story_id for result in results for one in result.assignments}


def test_a_parted_story_says_so_of_both_stories_and_of_each_article_that_moved():
    results = fold_twins(twins(wire=True))
    (divided,) = [
        result
        for result in results
        if any(
            one.snapshot and one.snapshot.split_from and one.snapshot.version == 1 for one in result.stories
        )
    ]
    left, fresh = (event.snapshot for event in divided.stories)
    assert left
    assert fresh
    assert left.id == fresh.split_from
    assert fresh.version == 1
    moved = [one for one in divided.assignments if one.method is Method.MOVED]
    assert {one.story_id for one in moved} == {fresh.id}
    assert {one.moved_from for one in moved} == {left.id}
    assert len(moved) == fresh.counts.articles > fresh.counts.reports
    for one in moved:
        assert one.score is not None
        assert one.threshold is not None
        assert one.score < one.threshold
        assert one.factors


def test_after_a_split_each_article_and_its_copies_are_told_in_the_story_of_their_event():
    stories = last_story_of(fold_twins(twins(wire=True)))
    sides = [
        {stories[f"twin{n}"] for n in range(TWIN_REPORTS) if twin_report(n)[0] == side} for side in (0, 1)
    ]
    assert [len(side) for side in sides] == [1, 1]
    assert sides[0] != sides[1]
    assert all(stories[f"wire{n}"] == stories[f"twin{n}"] for n in range(5))


def test_withdrawn_articles_are_no_part_of_a_split():
    results = fold_twins(twins(retracted=True))
    for result in results:
        for one in result.assignments:
            assert one.method is not Method.MOVED or one.story_id
        for event in result.stories:
            assert (
                event.snapshot is None or event.snapshot.status == "closed" or event.snapshot.counts.articles
            )
    stories = last_story_of(results)
    assert all(stories[f"twin{number}"] for number in range(5, TWIN_REPORTS))


@pytest.mark.parametrize("cut", range(34, 46))
def test_a_fold_restored_around_a_split_goes_on_with_the_same_bytes(cut: int):
    log = [(record, 1_770_000_000_000 + 60_000 * n) for n, record in enumerate(twins(wire=True))]
    straight = run(new_fold(), log)
    first = new_fold()
    begun = run(first, log[:cut])
    assert begun + run(restored(first), log[cut:]) == straight


def test_of_the_updates_of_a_story_in_one_batch_the_last_goes_out():
    fold = new_fold()
    batch = [fold.take_in(article(number, 0, number), 1_770_000_000_000) for number in range(3)]
    events = [event for one in described(batch) for event in one.stories]
    assert [event.type for event in events] == [StoryEventType.CREATED, StoryEventType.UPDATED]
    assert events[-1].snapshot is not None
    assert events[-1].snapshot.counts.articles == 3


def test_an_assignment_shows_its_article_because_a_story_lists_no_copies():
    (shown,) = outcomes(article(0, 0, 0))[0].assignments
    assert shown.article is not None
    assert shown.article.title == "The desk: report 0 of 0"
    (withdrawn,) = outcomes(article(0, 0, 0), article(0, 0, 1, retracted=True))[1].assignments
    assert withdrawn.article is None
