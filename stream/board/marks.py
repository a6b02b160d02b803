"""Marks: what an editor says of a decision. Kept beside the store in a file of their own, which lasts.

A mark keeps what it was made of, the articles of its stories at that moment, so that it still says the same when the
stories have changed or are gone.
"""

import sqlite3
import threading
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from time import time

import msgspec

from stream.board.store import Connection, Store
from stream.errors import SettingsError

SCHEMA = """
CREATE TABLE IF NOT EXISTS marks (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again, so that an old page cannot undo another mark
    made_at INTEGER NOT NULL,  -- milliseconds since the epoch
    kind TEXT NOT NULL,
    story_id TEXT NOT NULL,
    article_id TEXT,           -- of 'apart'
    other_story_id TEXT,       -- of 'same'; of 'apart' the story it belongs to, where the editor says so
    members TEXT NOT NULL      -- JSON: story id -> ids of its articles then; copies follow their report
) STRICT;
"""


class MarkKind(StrEnum):
    """What an editor says."""

    APART = "apart"  # the article does not belong to the story
    SAME = "same"  # the two stories are one
    FINE = "fine"  # the story is as it should be


class Mark(msgspec.Struct, frozen=True):
    """One mark. `members`: the articles of each story it names, as (report, its copies ...) groups."""

    number: int
    made_at: int
    kind: MarkKind
    story_id: str
    article_id: str | None
    other_story_id: str | None
    members: dict[str, list[list[str]]]


class Marks:
    """All marks, in an SQLite file."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it.

        Raises:
            SettingsError: it cannot be written, or holds something else.
        """
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, factory=Connection
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.executescript(SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise SettingsError(f"NEWSFOLD_BOARD__FOLDER: {path} cannot be used: {error}") from error

    def add(
        self,
        store: Store,
        kind: MarkKind,
        story_id: str,
        article_id: str | None = None,
        other_story_id: str | None = None,
    ) -> Mark:
        """Keep a mark. The same mark again takes the place of the earlier one."""
        members = {name: members_of(store, name) for name in (story_id, other_story_id) if name}
        with self._lock:
            self._connection.execute(
                "DELETE FROM marks WHERE kind = ? AND story_id = ? AND article_id IS ? AND other_story_id IS ?",
                (kind.value, story_id, article_id, other_story_id),
            )
            cursor = self._connection.execute(
                """INSERT INTO marks (made_at, kind, story_id, article_id, other_story_id, members)
                   VALUES (?, ?, ?, ?, ?, ?) RETURNING *""",
                (
                    round(time() * 1000),
                    kind.value,
                    story_id,
                    article_id,
                    other_story_id,
                    msgspec.json.encode(members).decode(),
                ),
            )
            return _mark(cursor.fetchone())

    def remove(self, number: int) -> bool:
        """Take a mark back; False where there is none of this number."""
        with self._lock:
            return self._connection.execute("DELETE FROM marks WHERE number = ?", (number,)).rowcount > 0

    def all(self) -> list[Mark]:
        """Every mark, the oldest first."""
        with self._lock:
            return [_mark(row) for row in self._connection.execute("SELECT * FROM marks ORDER BY number")]

    def of_story(self, story_id: str) -> list[Mark]:
        """The marks that name a story."""
        return [mark for mark in self.all() if story_id in (mark.story_id, mark.other_story_id)]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def members_of(store: Store, story_id: str) -> list[list[str]]:
    """The articles of a story: each report with its copies after it."""
    rows = store.reader.execute(
        "SELECT id, leader FROM articles WHERE story_id = ? ORDER BY coalesce(event_time, published, 0), id",
        (story_id,),
    ).fetchall()
    here = {row["id"] for row in rows}
    groups: dict[str, list[str]] = {}
    for row in rows:
        if row["leader"] not in here:
            groups[row["id"]] = [row["id"]]
    for row in rows:
        if row["leader"] in here:
            groups.setdefault(row["leader"], [row["leader"]]).append(row["id"])
    return list(groups.values())


def _mark(row: Sequence[object]) -> Mark:
    number, made_at, kind, story_id, article_id, other_story_id, members = row
    return Mark(
        number=int(str(number)),
        made_at=int(str(made_at)),
        kind=MarkKind(str(kind)),
        story_id=str(story_id),
        article_id=None if article_id is None else str(article_id),
        other_story_id=None if other_story_id is None else str(other_story_id),
        members=msgspec.json.decode(str(members), type=dict[str, list[list[str]]]),
    )
