"""The sample corpus is what its README says: complete, labelled, and honest about its copies."""

import html
import json
import re
from collections import Counter
from datetime import UTC, datetime
from itertools import combinations, pairwise

import pytest

from stream.corpus import FOLDER as CORPUS

CORRECTED = "eveninglantern-20260307-01"
NOTHING_ADDED = 0.99  # a truncated copy has no shingle of its own
NOTHING_LOST = 0.95  # an extended copy may lose the agency's dateline, no more
STILL_A_COPY = 0.70  # a partial copy is mostly the wire's words
NOT_A_COPY = 0.30  # distinct texts share an outlet's footer, a quotation or a template at most

Shingles = frozenset[tuple[str, ...]]


def read_lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (CORPUS / name).read_text(encoding="utf-8").splitlines()]


LINES = read_lines("articles.jsonl")
LABELS = {label["id"]: label for label in read_lines("labels.jsonl")}
COPIES = {article_id: label for article_id, label in LABELS.items() if label["copy_of"]}


def id_of(line: dict) -> str:
    return line.get("id") or line["url"]


def text_of(line: dict) -> str:
    return line.get("text") or line.get("body") or line.get("summary") or line["description"]


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", html.unescape(re.sub(r"<[^>]+>", " ", text)).casefold())


def shingles_of(text: str) -> Shingles:
    words = words_of(text)
    return frozenset(tuple(words[start : start + 3]) for start in range(len(words) - 2))


FIRST = {id_of(line): line for line in reversed(LINES)}  # the first line of each id wins
SHINGLES = {article_id: shingles_of(text_of(line)) for article_id, line in FIRST.items()}
POSITION = {article_id: position for position, article_id in reversed(list(enumerate(map(id_of, LINES))))}


def share_found(part: Shingles, whole: Shingles) -> float:
    return len(part & whole) / len(part)


def sources_of(story: str) -> set[str]:
    return {FIRST[article_id]["source"] for article_id, label in LABELS.items() if label["story"] == story}


def test_every_article_has_one_label_and_every_label_an_article():
    assert len(read_lines("labels.jsonl")) == len(LABELS)
    assert set(LABELS) == set(FIRST)
    assert all(
        set(label) == {"id", "story", "event", "affair", "copy_of", "copy_kind"} for label in LABELS.values()
    )


def test_corpus_is_as_large_as_promised():
    assert len(FIRST) >= 150
    assert len({label["story"] for label in LABELS.values()}) >= 20
    assert len({line["source"] for line in LINES}) >= 14


def test_one_article_is_corrected_later_and_no_other_id_repeats():
    repeats = {article_id: n for article_id, n in Counter(map(id_of, LINES)).items() if n > 1}
    assert repeats == {CORRECTED: 2}
    first, second = (line for line in LINES if id_of(line) == CORRECTED)
    assert text_of(first) != text_of(second)
    assert second["updated_at"] > second["published_at"] == first["published_at"]


def test_times_are_in_the_week_but_for_what_follows_from_the_talks_and_mostly_in_order():
    published = [datetime.fromisoformat(line["published_at"]) for line in LINES if "published_at" in line]
    assert len(published) == len(LINES) - 1  # one article is undated
    assert datetime(2026, 3, 2, tzinfo=UTC) <= min(published)
    after = [id_of(line) for line in LINES if line.get("published_at", "") >= "2026-03-10"]
    assert {LABELS[i]["story"] for i in after} == {"prisoner-exchange", "keldra-railway-talks"}
    late = sum(later < earlier for earlier, later in pairwise(published))
    assert 3 <= late <= 8


def test_at_least_three_other_languages_have_stories_of_their_own():
    languages: dict[str, set[str]] = {}
    for article_id, label in LABELS.items():
        line = FIRST[article_id]
        languages.setdefault(label["story"], set()).add(line.get("language") or line["lang"])
    assert all(len(spoken) == 1 for spoken in languages.values())
    assert set().union(*languages.values()) == {"en", "es", "fr", "de", "tr"}


def test_stories_in_other_languages_name_the_event_they_share():
    events = {(label["story"], label["event"]) for label in LABELS.values()}
    abroad = {(story, event) for story, event in events if story != event}
    assert ("istanbul-talks-es", "istanbul-talks") in abroad
    assert {event for _, event in abroad} <= {label["story"] for label in LABELS.values()}


def test_istanbul_talks_are_covered_by_six_outlets_over_three_days():
    reports = [FIRST[i] for i, label in LABELS.items() if label["story"] == "istanbul-talks"]
    days = {report["published_at"][:10] for report in reports}
    assert len(sources_of("istanbul-talks")) >= 6
    assert days >= {"2026-03-03", "2026-03-04", "2026-03-05"}
    assert sum(label["story"] == "istanbul-talks" for label in COPIES.values()) >= 5


def test_the_talks_and_what_follows_them_are_one_affair_of_three_events_over_more_than_two_weeks():
    affair = {i: label for i, label in LABELS.items() if label["affair"] == "talvara-orsenia"}
    assert {label["event"] for label in affair.values()} == {
        "istanbul-talks",
        "prisoner-exchange",
        "keldra-railway-talks",
    }
    days = sorted(FIRST[i]["published_at"][:10] for i in affair)
    assert (days[0], days[-1]) == ("2026-03-02", "2026-03-27")
    assert all(label["affair"] is None for i, label in LABELS.items() if i not in affair)


def test_odd_forms_of_input_are_there():
    assert sum("published_at" not in line for line in LINES) == 1
    assert sum("id" not in line for line in LINES) == 1
    assert sum("text" not in line and "body" not in line for line in LINES) == 1
    assert sum({"body", "description", "lang"} <= set(line) for line in LINES) == 1
    assert sum("<p>" in text_of(line) for line in LINES) == 2


def test_copies_come_in_every_kind():
    assert len(COPIES) >= 35
    kinds = {label["copy_kind"] for label in COPIES.values()}
    assert kinds == {"exact", "truncated", "extended", "partial"}
    assert all(label["copy_kind"] is None for i, label in LABELS.items() if i not in COPIES)


@pytest.mark.parametrize("copy", COPIES)
def test_copy_holds_its_leaders_words_as_its_kind_says(copy: str):
    leader = COPIES[copy]["copy_of"]
    containment = share_found(SHINGLES[copy], SHINGLES[leader])
    coverage = share_found(SHINGLES[leader], SHINGLES[copy])
    same_words = words_of(text_of(FIRST[copy])) == words_of(text_of(FIRST[leader]))
    kind = COPIES[copy]["copy_kind"]

    assert POSITION[leader] < POSITION[copy]
    assert LABELS[leader]["copy_of"] is None
    assert LABELS[leader]["story"] == LABELS[copy]["story"]
    assert same_words == (kind == "exact")
    if kind == "truncated":
        assert containment >= NOTHING_ADDED
        assert coverage < 1
    elif kind == "extended":
        assert containment < NOTHING_ADDED
        assert coverage >= NOTHING_LOST
    elif kind == "partial":
        assert STILL_A_COPY <= containment < NOTHING_ADDED
        assert coverage < NOTHING_LOST


def test_wire_texts_stay_recognisable_when_cut():
    assert all(len(words_of(text_of(FIRST[label["copy_of"]]))) >= 120 for label in COPIES.values())
    shortest = min(share_found(SHINGLES[label["copy_of"]], SHINGLES[i]) for i, label in COPIES.items())
    assert 0.25 <= shortest <= 0.45


def test_distinct_reports_are_not_copies_of_each_other():
    report = {article_id: label["copy_of"] or article_id for article_id, label in LABELS.items()}
    alike = [
        (one, other)
        for one, other in combinations(SHINGLES, 2)
        if report[one] != report[other]
        and max(share_found(SHINGLES[one], SHINGLES[other]), share_found(SHINGLES[other], SHINGLES[one]))
        >= NOT_A_COPY
    ]
    assert alike == []


def test_earnings_briefs_share_a_template_and_nothing_more():
    briefs = [i for i, line in FIRST.items() if line["title"].startswith("Q4 in brief")]
    overlaps = [share_found(SHINGLES[one], SHINGLES[other]) for one, other in combinations(briefs, 2)]
    assert len({LABELS[brief]["story"] for brief in briefs}) == len(briefs) == 4
    assert all(0.1 < overlap < NOT_A_COPY for overlap in overlaps)
