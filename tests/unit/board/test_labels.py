"""From marks to labels."""

import pytest

from stream.board.labels import labels_of, with_unmarked
from stream.board.marks import MarkKind, Marks
from stream.board.projection import apply
from stream.board.store import Store
from tests.support.board import assignment_of, report_of, story_of, with_assignments

FERRY = [report_of(f"ferry-{n}", f"Ferry {n}", n) for n in range(3)]
TUG = [report_of(f"tug-{n}", f"Tug {n}", n) for n in range(2)]
ICE = [report_of("ice-0", "Ice", 0)]


@pytest.fixture
def store(tmp_path) -> Store:
    store = Store(tmp_path / "board.sqlite")
    copy = report_of("copy", "Ferry 1 again", 1.5)
    apply(
        store,
        [*with_assignments("ferry", *FERRY), *with_assignments("tug", *TUG), *with_assignments("ice", *ICE)],
        {},
    )
    apply(
        store, [assignment_of(copy, "ferry", "copy", copy_of={"article_id": "ferry-1", "kind": "exact"})], {}
    )
    return store


@pytest.fixture
def marks(tmp_path) -> Marks:
    return Marks(tmp_path / "marks.sqlite")


def test_a_fine_story_labels_its_articles(store, marks):
    marks.add(store, MarkKind.FINE, "tug")
    assert labels_of(marks.all()) == {"tug-0": "tug", "tug-1": "tug"}


def test_what_does_not_belong_leaves_with_its_copies(store, marks):
    marks.add(store, MarkKind.APART, "ferry", "ferry-1")
    labels = labels_of(marks.all())
    assert labels["ferry-0"] == labels["ferry-2"] == "ferry"
    assert labels["ferry-1"] == labels["copy"] == "apart:ferry-1"


def test_what_belongs_elsewhere_is_labelled_there(store, marks):
    marks.add(store, MarkKind.APART, "ferry", "ferry-1", "tug")
    labels = labels_of(marks.all())
    assert labels["ferry-1"] == labels["tug-0"] == "tug"


def test_stories_that_are_the_same_have_one_label(store, marks):
    marks.add(store, MarkKind.SAME, "ferry", other_story_id="tug")
    marks.add(store, MarkKind.SAME, "tug", other_story_id="ice")
    assert len(set(labels_of(marks.all()).values())) == 1


def test_a_mark_says_the_same_when_its_story_has_changed_since(store, marks):
    marks.add(store, MarkKind.FINE, "tug")
    later = report_of("tug-2", "Tug 2", 2)
    apply(store, [story_of("tug", *TUG, later, version=2), assignment_of(later, "tug")], {})
    assert "tug-2" not in labels_of(marks.all())


def test_the_same_mark_again_takes_the_place_of_the_first_and_can_be_taken_back(store, marks):
    first = marks.add(store, MarkKind.FINE, "tug")
    second = marks.add(store, MarkKind.FINE, "tug")
    assert [mark.number for mark in marks.all()] == [second.number]
    assert not marks.remove(first.number)
    assert marks.remove(second.number)
    assert marks.all() == []


def test_unmarked_stories_can_be_taken_as_right(store, marks):
    marks.add(store, MarkKind.APART, "ferry", "ferry-1")
    labels = with_unmarked(store, labels_of(marks.all()), marks.all())
    assert labels["tug-1"] == "tug"
    assert labels["ice-0"] == "ice"
    assert labels["ferry-1"] == "apart:ferry-1"
