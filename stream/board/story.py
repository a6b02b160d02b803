"""One story in full: its reports with their copies, what became of it, and what is near it."""

from collections import Counter, defaultdict
from typing import Any

import msgspec

from stream.board.listing import Listed, listed, newest_time, reports_over_time
from stream.board.messages import Assignment, assignment_decoder, story_decoder
from stream.board.store import Store
from stream.board.storylines import Affair, affair_of
from stream.contract.events import Reason

MAX_REPORTS = 300  # on a page, the newest; a story of thousands is read elsewhere
MAX_HOPS = 100  # from a merged story to its survivor
SIZE_BINS = 60
NEAR = 6  # stories named that came second for its articles
UNRELATED_SCORE = -10.0  # of a story that is no closer than unrelated articles are: nothing else was weighed


class Copy(msgspec.Struct):
    """A copy, as the report it copies shows it."""

    article: "Entry"
    kind: str
    containment: float | None
    coverage: float | None


class Entry(msgspec.Struct):
    """An article of a story. `time`: milliseconds since the epoch, by the stream."""

    id: str
    title: str
    url: str | None
    source: str | None
    language: str | None
    published: int | None
    time: int | None
    story_id: str | None
    assignment: Assignment | None
    copies: list[Copy] = []


class Turn(msgspec.Struct):
    """A turn in a story's life: `merged` into it, `split` off it, or the story it was `begun` from."""

    kind: str
    story_id: str
    headline: str
    moved: int
    score: float | None
    threshold: float | None


class Near(msgspec.Struct):
    """A story near this one: `how` says in words."""

    story_id: str
    headline: str
    how: str


class Whole(msgspec.Struct):
    """All that the page of a story shows."""

    listed: Listed
    value: bytes
    reports: list[Entry]
    unlisted: int
    sources: list[tuple[str, int]]
    languages: list[tuple[str, int]]
    size: list[int]
    turns: list[Turn]
    near: list[Near]
    storyline: Affair | None


def survivor_of(store: Store, story_id: str) -> str | None:
    """The story under which a story lives on, itself where it was not merged; None where it is not known."""
    for _ in range(MAX_HOPS):
        row = store.reader.execute("SELECT merged_into FROM stories WHERE id = ?", (story_id,)).fetchone()
        if row is None:
            return None
        if row["merged_into"] is None:
            return story_id
        story_id = row["merged_into"]
    return None


def whole_story(store: Store, story_id: str) -> Whole | None:
    """A story with everything about it, or None where it is not known."""
    row = store.reader.execute("SELECT * FROM stories WHERE id = ?", (story_id,)).fetchone()
    if row is None:
        return None
    shown = listed(store, row, newest_time(store))
    entries = entries_of(store, story_id)
    reports = _folded(entries)
    return Whole(
        listed=shown,
        value=row["value"],
        reports=reports[:MAX_REPORTS],
        unlisted=len(reports[MAX_REPORTS:]),
        sources=Counter(entry.source for entry in entries if entry.source).most_common(),
        languages=Counter(entry.language for entry in entries if entry.language).most_common(),
        size=reports_over_time(store, story_id, row["first_time"], row["last_time"], SIZE_BINS),
        turns=_turns(store, row),
        near=_near(store, shown, entries),
        storyline=affair_of(store, row["storyline"], story_id),
    )


def entries_of(store: Store, story_id: str) -> list[Entry]:
    """All articles of a story, the newest first."""
    rows = store.reader.execute(
        """SELECT * FROM articles WHERE story_id = ?
           ORDER BY coalesce(event_time, published, 0) DESC, id""",
        (story_id,),
    )
    return [_entry(row) for row in rows]


def entry_of(store: Store, article_id: str) -> Entry | None:
    """One article, or None where it is not known."""
    row = store.reader.execute("SELECT * FROM articles WHERE id = ?", (article_id,)).fetchone()
    return _entry(row) if row else None


def headline_of(store: Store, story_id: str) -> str:
    """The headline of a story; its id where it is not known."""
    row = store.reader.execute("SELECT value FROM stories WHERE id = ?", (story_id,)).fetchone()
    return (story_decoder.decode(row["value"]).headline if row else "") or story_id


def _entry(row: Any) -> Entry:
    return Entry(
        id=row["id"],
        title=row["title"] or row["id"],
        url=row["url"],
        source=row["source"],
        language=row["language"],
        published=row["published"],
        time=row["event_time"] if row["event_time"] is not None else row["published"],
        story_id=row["story_id"],
        assignment=assignment_decoder.decode(row["value"]) if row["value"] is not None else None,
    )


def _folded(entries: list[Entry]) -> list[Entry]:
    """The reports, each with its copies; a copy whose report is not here stands for itself."""
    here = {entry.id for entry in entries}
    copies: dict[str, list[Copy]] = defaultdict(list)
    reports = []
    for entry in entries:
        copy = entry.assignment.copy_of if entry.assignment else None
        if copy is not None and copy.article_id in here and copy.article_id != entry.id:
            copies[copy.article_id].append(Copy(entry, copy.kind, copy.containment, copy.coverage))
        else:
            reports.append(entry)
    for report in reports:
        report.copies = copies.pop(report.id, [])[::-1]
    reports += [
        copy.article for left in copies.values() for copy in left
    ]  # of a report that is a copy itself
    return reports


def _turns(store: Store, row: Any) -> list[Turn]:
    turns = [
        _turn(store, "merged", other["id"], other["value"], other["id"], row["id"])
        for other in store.reader.execute("SELECT id, value FROM stories WHERE merged_into = ?", (row["id"],))
    ]
    turns += [
        _turn(store, "split", other["id"], other["value"], row["id"], other["id"])
        for other in store.reader.execute("SELECT id, value FROM stories WHERE split_from = ?", (row["id"],))
    ]
    if row["split_from"]:
        origin = row["split_from"]
        found = store.reader.execute("SELECT value FROM stories WHERE id = ?", (origin,)).fetchone()
        turns.append(_turn(store, "begun", origin, found["value"] if found else None, origin, row["id"]))
    return turns


def _turn(store: Store, kind: str, other: str, value: bytes | None, left: str, joined: str) -> Turn:
    """A turn with the score of the decision, from an article that moved by it."""
    moved = store.reader.execute(
        "SELECT count(*) AS number, max(value) AS one FROM articles WHERE moved_from = ? AND story_id = ?",
        (left, joined),
    ).fetchone()
    why = assignment_decoder.decode(moved["one"]) if moved["one"] else None
    headline = story_decoder.decode(value).headline if value else other
    return Turn(
        kind,
        other,
        headline or other,
        moved["number"],
        why.score if why else None,
        why.threshold if why else None,
    )


def turn_between(store: Store, one: str, other: str) -> Turn | None:
    """The split or merge that lies between two stories, seen from the first; None where there was none."""
    row = store.reader.execute("SELECT * FROM stories WHERE id = ?", (one,)).fetchone()
    return next((turn for turn in _turns(store, row) if turn.story_id == other), None) if row else None


def _near(store: Store, shown: Listed, entries: list[Entry]) -> list[Near]:
    """Stories that it goes on, that are related by evidence, or that came second for its articles."""
    story, near = shown.story, list[Near]()
    if story.continues:
        near.append(Near(story.continues, headline_of(store, story.continues), "It goes on from this story."))
    for related in story.related:
        if isinstance(related, dict) and (other := related.get("story_id")):
            words = ", ".join(map(str, related.get("words") or ()))
            near.append(
                Near(other, headline_of(store, other), f"Related by {words}." if words else "Related.")
            )
    known = {one.story_id for one in near}
    for rival, times in _seconds(entries).most_common(NEAR):
        survivor = survivor_of(store, rival)
        if survivor and survivor != story.id and survivor not in known:
            known.add(survivor)
            reports = "one report" if times == 1 else f"{times} reports"
            near.append(Near(survivor, headline_of(store, survivor), f"Came second for {reports}."))
    return near


def _seconds(entries: list[Entry]) -> Counter[str]:
    """The stories that came second for these articles, unless they were no closer than unrelated ones."""
    rivals = [entry.assignment.rival for entry in entries if entry.assignment and entry.assignment.rival]
    return Counter(
        rival.story_id
        for rival in rivals
        if rival.reason != Reason.NOT_CLOSER_THAN_UNRELATED and (rival.score or 0.0) > UNRELATED_SCORE
    )
