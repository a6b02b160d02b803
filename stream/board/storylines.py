"""The affair that a story is part of: its storyline, with the stories in the order in which they began."""

from typing import Any

import msgspec

from stream.board.messages import Counts, Storyline, story_decoder, storyline_decoder
from stream.board.store import Store

AROUND = 4  # stories shown on each side of the one that is read; the list has them all
MAX_HOPS = 100  # from a merged storyline to the one it lives on in


class Episode(msgspec.Struct):
    """One story of a storyline. Times: milliseconds since the epoch."""

    story_id: str
    headline: str
    first_time: int
    last_time: int
    counts: Counts


class Affair(msgspec.Struct):
    """A storyline as the page of one of its stories shows it.

    `episodes`: the stories around that one, by their beginning; `earlier` and `later` are not shown. `stories`: all.
    """

    id: str
    headline: str
    stories: int
    episodes: list[Episode]
    earlier: int = 0
    later: int = 0


class Membership(msgspec.Struct):
    """The storyline of a story, as a card names it."""

    id: str
    headline: str
    stories: int


def membership_of(store: Store, storyline_id: str | None) -> Membership | None:
    """The storyline of this id; None where it is not known or of one story only."""
    storyline = living_storyline(store, storyline_id)
    if storyline is None or storyline.counts.stories < 2:
        return None
    return Membership(storyline.id, storyline.headline or storyline.id, storyline.counts.stories)


def affair_of(store: Store, storyline_id: str | None, story_id: str) -> Affair | None:
    """The storyline with the stories around this one; None where it is not known or holds no other story."""
    storyline = living_storyline(store, storyline_id)
    if storyline is None:
        return None
    names = {*storyline.stories, story_id}
    places = ", ".join("?" * len(names))
    rows = store.reader.execute(
        f"""SELECT id, first_time, last_time, value FROM stories
            WHERE id IN ({places}) AND status <> 'merged' ORDER BY first_time, id""",  # noqa: S608
        tuple(names),
    ).fetchall()
    here = next((place for place, row in enumerate(rows) if row["id"] == story_id), None)
    if here is None or len(rows) < 2:
        return None
    begin, end = max(0, here - AROUND), here + AROUND + 1
    return Affair(
        storyline.id,
        storyline.headline or storyline.id,
        max(storyline.counts.stories, len(rows)),
        [_episode(row) for row in rows[begin:end]],
        begin,
        max(0, len(rows) - end),
    )


def _episode(row: Any) -> Episode:
    story = story_decoder.decode(row["value"])
    return Episode(row["id"], story.headline or row["id"], row["first_time"], row["last_time"], story.counts)


def living_storyline(store: Store, storyline_id: str | None) -> Storyline | None:
    """The storyline, or the one that it lives on in; None where it is not known."""
    for _ in range(MAX_HOPS):
        row = store.reader.execute("SELECT value FROM storylines WHERE id = ?", (storyline_id,)).fetchone()
        if row is None:
            return None
        storyline = storyline_decoder.decode(row["value"])
        if storyline.merged_into is None:
            return storyline
        storyline_id = storyline.merged_into
    return None
