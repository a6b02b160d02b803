"""The files of a replay, without Kafka."""

import pytest

from stream.board.listing import Wanted, list_page
from stream.board.replayed import load
from stream.board.store import Store
from stream.board.story import whole_story
from stream.errors import SettingsError
from tests.support.board import report_of, storyline_of, with_assignments

FERRY = report_of("ferry-1", "Ferry stranded off Halden")


def test_stories_and_assignments_are_recognised_in_any_order(tmp_path):
    story, assignment = with_assignments("ferry", FERRY)
    (tmp_path / "stories.jsonl").write_bytes(story.value + b"\n")
    (tmp_path / "assignments.jsonl").write_bytes(assignment.value + b"\n\n")
    store, done = Store(tmp_path / "board.sqlite"), []
    load(store, [tmp_path / "assignments.jsonl", tmp_path / "stories.jsonl"], done.append)
    assert [one.story.id for one in list_page(store, Wanted(q="stranded"), 9).stories] == ["ferry"]
    assert sum(done) == 2


def test_storylines_are_read_like_stories(tmp_path):
    messages = [*with_assignments("ferry", FERRY, storyline_id="sea")]
    messages += with_assignments("inquiry", report_of("inquiry-1", "Inquiry opens", 50), storyline_id="sea")
    messages.append(storyline_of("sea", "Ferry stranded off Halden", "inquiry", "ferry"))
    (tmp_path / "all.jsonl").write_bytes(b"".join(message.value + b"\n" for message in messages))
    store = Store(tmp_path / "board.sqlite")
    load(store, [tmp_path / "all.jsonl"], lambda _: None)
    assert whole_story(store, "ferry").storyline.headline == "Ferry stranded off Halden"


@pytest.mark.parametrize(
    "line", [b'{"id": "a1", "title": "An article"}', b"no json", b"[]", b'{"article_id": 7}']
)
def test_a_file_that_is_none_of_these_is_refused_in_words(tmp_path, line):
    (tmp_path / "articles.jsonl").write_bytes(line + b"\n")
    with pytest.raises(
        SettingsError, match=r"line 1: no story, storyline or assignment. Give the files that"
    ):
        load(Store(tmp_path / "board.sqlite"), [tmp_path / "articles.jsonl"], lambda _: None)
