"""From messages of the topics to rows of the store."""

import sqlite3
from collections.abc import Iterable
from enum import StrEnum

import msgspec
import structlog

from stream.board.activity import activity_of
from stream.board.full_text import indexed
from stream.board.messages import (
    Assignment,
    Shown,
    Story,
    assignment_decoder,
    milliseconds,
    story_decoder,
    storyline_decoder,
)
from stream.board.store import Source, Store, set_fact, set_offsets

log = structlog.get_logger(__name__)

REPORTS_WEIGHED = (
    500  # newest reports that a story's activity counts; older ones of so large a story add nothing
)
REMOVED_KEPT = 10_000  # names of stories that are gone; a page left open for longer is loaded anew
DAY_MS = 86_400_000


class Kind(StrEnum):
    """What a topic carries."""

    STORY = "story"
    ASSIGNMENT = "assignment"
    STORYLINE = "storyline"


class Message(msgspec.Struct, frozen=True):
    """One message of a topic; without a value it deletes."""

    kind: Kind
    key: str
    value: bytes | None


class Applied(msgspec.Struct):
    """What a batch came to: the stories it touched, and the messages that could not be read."""

    revision: int
    touched: set[str] = set()
    refused: int = 0


def apply(store: Store, messages: Iterable[Message], offsets: dict[Source, int]) -> Applied:
    """Write a batch and the offsets behind it, in one transaction."""
    with store.writing() as connection:
        applied = Applied(_next_revision(connection))
        for message in messages:
            _apply_one(connection, message, applied)
        for story_id in applied.touched:
            _derive(connection, story_id, applied.revision)
        if applied.touched:
            set_fact(connection, "revision", applied.revision)
        set_offsets(connection, offsets)
    return applied


def _next_revision(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT value FROM facts WHERE name = 'revision'").fetchone()
    return (row[0] if row else 0) + 1


def _apply_one(connection: sqlite3.Connection, message: Message, applied: Applied) -> None:
    try:
        if message.kind is Kind.STORY:
            _apply_story(connection, message, applied)
        elif message.kind is Kind.ASSIGNMENT:
            _apply_assignment(connection, message, applied)
        else:
            _apply_storyline(connection, message)
    except (msgspec.DecodeError, UnicodeDecodeError, OverflowError, sqlite3.InterfaceError) as error:
        applied.refused += 1
        log.warning("board_message_refused", kind=message.kind.value, key=message.key[:200], error=str(error))


def _apply_story(connection: sqlite3.Connection, message: Message, applied: Applied) -> None:
    if message.value is None:
        remove_story(connection, message.key, applied.revision)
        applied.touched.discard(message.key)
        set_fact(connection, "revision", applied.revision)
        return
    story = story_decoder.decode(message.value)
    connection.execute(
        """INSERT INTO stories (id, version, status, merged_into, split_from, storyline, articles, reports, sources,
               first_time, last_time, activity, revision, value)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?)
           ON CONFLICT (id) DO UPDATE SET version = excluded.version, status = excluded.status,
               merged_into = excluded.merged_into, split_from = excluded.split_from, storyline = excluded.storyline,
               articles = excluded.articles, reports = excluded.reports, sources = excluded.sources,
               value = excluded.value""",
        (
            story.id,
            story.version,
            story.status,
            story.merged_into,
            story.split_from,
            story.storyline_id,
            story.counts.articles,
            story.counts.reports,
            story.counts.sources,
            applied.revision,
            message.value,
        ),
    )
    connection.execute("DELETE FROM removed WHERE id = ?", (story.id,))
    if story.status != "merged":  # what it lists is the survivor's
        _note_articles(connection, story)
    applied.touched.add(story.id)


def _note_articles(connection: sqlite3.Connection, story: Story) -> None:
    connection.executemany(
        """INSERT INTO articles (id, story_id, title, url, source, language, published) VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET title = excluded.title, url = excluded.url, source = excluded.source,
               language = excluded.language, published = excluded.published""",
        [(shown.article_id, story.id, *_facts(shown)) for shown in story.articles if shown.article_id],
    )


def _facts(shown: Shown) -> tuple[str | None, str | None, str | None, str | None, int | None]:
    return shown.title, shown.url, shown.source, shown.language, milliseconds(shown.published)


def _apply_assignment(connection: sqlite3.Connection, message: Message, applied: Applied) -> None:
    before = connection.execute("SELECT story_id FROM articles WHERE id = ?", (message.key,)).fetchone()
    if before and before["story_id"]:
        applied.touched.add(before["story_id"])
    if message.value is None:
        connection.execute("DELETE FROM articles WHERE id = ?", (message.key,))
        return
    one = assignment_decoder.decode(message.value)
    connection.execute(
        """INSERT INTO articles (id, story_id, leader, rival, moved_from, event_time, value, title, url, source,
               language, published)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET story_id = excluded.story_id, leader = excluded.leader,
               rival = excluded.rival, moved_from = excluded.moved_from, value = excluded.value,
               event_time = coalesce(excluded.event_time, event_time), title = coalesce(excluded.title, title),
               url = coalesce(excluded.url, url), source = coalesce(excluded.source, source),
               language = coalesce(excluded.language, language), published = coalesce(excluded.published, published)
        """,
        (*_decision(one, message.value), *(_facts(one.article) if one.article else (None,) * 5)),
    )
    if one.story_id:
        applied.touched.add(one.story_id)


def _decision(one: Assignment, value: bytes) -> tuple[object, ...]:
    leader = one.copy_of.article_id if one.copy_of else None
    rival = one.rival.story_id if one.rival else None
    return one.article_id, one.story_id, leader, rival, one.moved_from, milliseconds(one.event_time), value


def _apply_storyline(connection: sqlite3.Connection, message: Message) -> None:
    if message.value is None:
        connection.execute("DELETE FROM storylines WHERE id = ?", (message.key,))
        return
    storyline_decoder.decode(message.value)  # one that cannot be read is refused here, not on a page
    connection.execute("INSERT OR REPLACE INTO storylines VALUES (?, ?)", (message.key, message.value))


def _derive(connection: sqlite3.Connection, story_id: str, revision: int) -> None:
    """Bring what follows from a story and its articles up to date: times, activity, languages, search."""
    row = connection.execute("SELECT number, value FROM stories WHERE id = ?", (story_id,)).fetchone()
    if row is None:  # its assignments came first
        return
    story = story_decoder.decode(row["value"])
    times = connection.execute(
        """SELECT coalesce(event_time, published) AS time FROM articles
           WHERE story_id = ? AND leader IS NULL AND time IS NOT NULL ORDER BY time DESC LIMIT ?""",
        (story_id, REPORTS_WEIGHED),
    ).fetchall()
    moments = [time for (time,) in times]
    first = milliseconds(story.first_published) or min(moments, default=milliseconds(story.first_seen) or 0)
    last = max(moments, default=milliseconds(story.last_published) or milliseconds(story.last_seen) or 0)
    connection.execute(
        "UPDATE stories SET first_time = ?, last_time = ?, activity = ?, revision = ? WHERE number = ?",
        (min(first, last), last, activity_of(moments), revision, row["number"]),
    )
    connection.execute("DELETE FROM story_languages WHERE story = ?", (row["number"],))
    connection.executemany(
        "INSERT OR IGNORE INTO story_languages VALUES (?, ?)",
        [(row["number"], name) for name in story.languages],
    )
    _index(connection, row["number"], story)


def _index(connection: sqlite3.Connection, number: int, story: Story) -> None:
    connection.execute("DELETE FROM story_text WHERE rowid = ?", (number,))
    if story.status == "merged":
        return
    keywords = [*story.keywords, *(name.name for name in story.names)]
    reports = [f"{shown.title} {shown.source or ''}" for shown in story.articles]
    leads = [lead.text for lead in story.summary]
    connection.execute(
        "INSERT INTO story_text (rowid, headline, keywords, reports) VALUES (?, ?, ?, ?)",
        (
            number,
            indexed(story.headline),
            indexed(" ".join(keywords)),
            indexed("\n".join([*reports, *leads])),
        ),
    )


def remove_story(connection: sqlite3.Connection, story_id: str, revision: int) -> None:
    """Delete a story. Its articles stay as the topic has them, until they are older than the retention."""
    row = connection.execute("SELECT number FROM stories WHERE id = ?", (story_id,)).fetchone()
    if row is None:
        return
    connection.execute("DELETE FROM story_text WHERE rowid = ?", (row["number"],))
    connection.execute("DELETE FROM story_languages WHERE story = ?", (row["number"],))
    connection.execute("DELETE FROM stories WHERE number = ?", (row["number"],))
    connection.execute("INSERT OR REPLACE INTO removed VALUES (?, ?)", (story_id, revision))


def sweep(store: Store, retention_days: int, max_stories: int) -> int:
    """Delete what is older than the retention, and the least recent stories beyond the limit; return how many."""
    with store.writing() as connection:
        newest = connection.execute("SELECT max(last_time) FROM stories").fetchone()[0] or 0
        oldest = newest - retention_days * DAY_MS
        gone = connection.execute("SELECT id FROM stories WHERE last_time < ?", (oldest,)).fetchall()
        gone += connection.execute(
            "SELECT id FROM stories WHERE last_time >= ? ORDER BY last_time DESC LIMIT -1 OFFSET ?",
            (oldest, max_stories),
        ).fetchall()
        revision = _next_revision(connection)
        for (story_id,) in gone:
            remove_story(connection, story_id, revision)
            connection.execute("DELETE FROM articles WHERE story_id = ?", (story_id,))
        connection.execute(
            """DELETE FROM articles WHERE coalesce(event_time, published, 0) < ?
               AND NOT EXISTS (SELECT 1 FROM stories WHERE id = story_id)""",
            (oldest,),
        )
        if gone:
            set_fact(connection, "revision", revision)
        connection.execute(
            "DELETE FROM removed WHERE id NOT IN (SELECT id FROM removed ORDER BY revision DESC LIMIT ?)",
            (REMOVED_KEPT,),
        )
    return len(gone)
