"""Withdrawn and corrected articles: what others carry lives on, what nobody carries is gone."""

import msgspec
import numpy as np

from stream.contract.events import Folded, Method, Reason, StorySnapshot
from stream.embed.record import EmbeddedArticle, Origin
from tests.unit.fold.test_fold import TEXTS, article, new_fold

NOW = 1_770_000_000_000


class Log:
    """A fold that is handed one record after another; `stories` holds the last snapshot of each story."""

    def __init__(self) -> None:
        self.fold = new_fold()
        self.offset = 0
        self.stories: dict[str, StorySnapshot] = {}
        self.last: dict[str, str | None] = {}

    def add(self, record: EmbeddedArticle) -> Folded:
        record = msgspec.structs.replace(record, origin=Origin(0, self.offset))
        self.offset += 1
        folded = self.fold.fold(record, NOW + self.offset)
        for event in folded.stories:
            if event.snapshot is not None:
                self.stories[event.story_id] = event.snapshot
        for one in folded.assignments:
            self.last[one.article_id] = one.story_id
        return folded

    def story(self, name: str) -> StorySnapshot:
        return self.stories[self.last[f"a{name}"] or ""]


def dated(
    name: str, text: int, title: str, published: int, keyterms: tuple[str, ...] = ()
) -> EmbeddedArticle:
    record = article(name, text, 0)
    assert record.evidence is not None
    evidence = msgspec.structs.replace(record.evidence, keyterms=keyterms or record.evidence.keyterms)
    vector = np.array([100, -100 if text else 100] * 8, np.int8).tobytes()
    return msgspec.structs.replace(
        record,
        title=title,
        lead=TEXTS[text],
        published=published,
        language="en",
        evidence=evidence,
        vector=vector,
    )


def withdrawal(name: str) -> EmbeddedArticle:
    return article(name, 0, 0, retracted=True)


def test_a_copy_takes_the_place_of_a_withdrawn_leader():
    log = Log()
    log.add(dated("wire", 0, "Ferry leaves Halden", NOW - 9_000))
    for number in range(2):
        log.add(dated(f"k{number}", 0, f"Ninety leave by ferry {number}", NOW - 5_000 + number))
    said = log.add(withdrawal("wire")).assignments
    story = log.story("k0")
    assert story.headline == "Ninety leave by ferry 0"
    assert [one.article_id for one in story.articles] == ["ak0"]
    assert (story.counts.articles, story.counts.reports, story.counts.copies) == (2, 1, 1)
    assert story.first_published == story.articles[0].published
    assert {one.article_id: one.copy_of and one.copy_of.article_id for one in said} == {
        "ak0": None, "ak1": "ak0", "awire": None,
    }  # fmt: skip
    assert {one.reason for one in said} == {Reason.LEADER_WITHDRAWN, Reason.RETRACTED}


def test_later_copies_of_a_withdrawn_text_find_each_other():
    log = Log()
    log.add(dated("wire", 0, "Ferry leaves Halden", NOW - 9_000))
    log.add(withdrawal("wire"))
    log.add(dated("k0", 0, "Ferry leaves", NOW - 8_000))
    found = log.add(dated("k1", 0, "Ferry leaves", NOW - 7_000)).assignments[-1]
    assert found.copy_of is not None
    assert found.copy_of.article_id == "ak0"


def test_a_restored_leader_is_a_copy_of_what_took_its_place():
    log = Log()
    log.add(dated("wire", 0, "Ferry leaves Halden", NOW - 9_000))
    log.add(dated("k0", 0, "Ninety leave", NOW - 8_000))
    log.add(withdrawal("wire"))
    log.add(dated("wire", 0, "Ferry leaves Halden", NOW - 9_000))
    counts = log.story("k0").counts
    assert (counts.articles, counts.reports) == (2, 1)


def test_nothing_of_a_withdrawn_text_stays_in_what_is_shown():
    log = Log()
    log.add(dated("r", 0, "Ferry leaves Halden", NOW - 9_000, ("ferry",)))
    log.add(dated("k", 0, "Ninety leave", NOW - 8_000, ("ferry",)))
    log.add(msgspec.structs.replace(dated("x", 0, "In French", NOW - 99_000), language="fr"))
    log.add(withdrawal("x"))
    story = log.story("r")
    assert story.languages == ("en",)
    assert story.first_published == story.articles[0].published


def test_an_id_that_turns_to_another_event_moves_there():
    log = Log()
    log.add(dated("slot", 0, "Ferry leaves Halden with passengers", NOW - 9_000))
    ferry = log.last["aslot"]
    log.add(dated("r", 0, "Ninety leave", NOW - 8_900))
    said = log.add(dated("slot", 1, "Glacier above Vestmark thins", NOW - 3_000)).assignments[-1]
    assert (said.method, said.reason, said.moved_from) == (Method.MOVED, Reason.CORRECTED, ferry)
    assert log.story("slot").headline == "Glacier above Vestmark thins"
    assert log.story("r").counts.articles == 1


def test_an_id_that_takes_on_a_known_text_becomes_its_copy():
    log = Log()
    log.add(dated("wire", 0, "Ferry leaves Halden", NOW - 9_000))
    log.add(dated("x", 1, "Glacier above Vestmark thins", NOW - 8_000))
    said = log.add(dated("x", 0, "Ferry leaves Halden", NOW - 7_000)).assignments[-1]
    assert said.copy_of is not None
    assert said.copy_of.article_id == "awire"
    assert log.story("wire").counts.articles == 2


def test_a_correction_of_a_few_words_stays_in_its_story():
    log = Log()
    log.add(dated("r", 0, "Ferry leaves Halden", NOW - 9_000))
    changed = msgspec.structs.replace(
        dated("r", 0, "Ferry leaves Halden late", NOW - 9_000), content=b"another version."
    )
    said = log.add(changed).assignments[-1]
    assert (said.method, said.moved_from) == (Method.CORRECTION, None)
    assert log.story("r").headline == "Ferry leaves Halden late"


def test_a_copy_that_takes_on_a_text_of_its_own_is_a_report():
    log = Log()
    log.add(dated("wire", 0, "Ferry leaves Halden", NOW - 9_000))
    log.add(dated("x", 0, "Ferry leaves Halden", NOW - 8_000))
    log.add(dated("x", 2, "Castovia passes its railway law", NOW - 7_000))
    found = log.add(dated("y", 2, "Railway law passes", NOW - 6_000)).assignments[-1]
    assert found.copy_of is not None
    assert found.copy_of.article_id == "ax"
    assert log.story("wire").counts.articles == 1


def test_a_text_that_its_article_gave_up_is_led_by_the_next_one_that_carries_it():
    log = Log()
    log.add(dated("slot", 0, "Ferry leaves Halden with passengers", NOW - 9_000))
    log.add(dated("slot", 1, "Glacier above Vestmark thins", NOW - 8_000))
    first = log.add(dated("a", 0, "Ferry leaves Halden", NOW - 7_000)).assignments[-1]
    second = log.add(dated("b", 0, "Ferry leaves Halden", NOW - 6_000)).assignments[-1]
    assert first.copy_of is None
    assert second.copy_of is not None
    assert second.copy_of.article_id == "aa"
    assert log.last["aslot"] != log.last["aa"]
