"""The store of the board: one SQLite file, written by one thread and read by many.

Rows and the offsets up to which the topics were read are written in one transaction: a kill at any moment loses and
doubles nothing. WAL lets readers go on while a batch is written.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import structlog

from stream.errors import SettingsError

log = structlog.get_logger(__name__)

SCHEMA = Path(__file__).with_name("schema.sql")
FORMAT = 1  # of the tables; a store of another format is a view that is made anew
BUSY_MS = 10_000  # that a writer waits for a checkpoint of the WAL
CACHE_KIB = 4_096  # pages that each connection keeps; bounds memory
WAL_BYTES = 16 << 20  # to which the log is cut after a checkpoint

TABLES = ("facts", "offsets", "stories", "story_languages", "articles", "storylines", "removed", "story_text")

Source = tuple[str, int]  # topic and partition


class Connection(sqlite3.Connection):
    """A connection that is closed when nothing holds it any more: that of a reader lasts as long as its thread."""

    def __del__(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # it could not be opened
            self.close()


class Store:
    """The stories and articles as the topics have them, and how far the topics were read."""

    def __init__(self, path: Path) -> None:
        """Open the store at `path`, or make it.

        Raises:
            SettingsError: the file cannot be written, or is not a store.
        """
        self.path = path
        self._local = threading.local()
        self._writing = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = self._opened()
        except (OSError, sqlite3.Error) as error:
            raise SettingsError(f"NEWSFOLD_BOARD__FOLDER: {path} cannot be used: {error}") from error

    def _opened(self) -> sqlite3.Connection:
        writer = _connect(self.path)
        if writer.execute("PRAGMA user_version").fetchone()[0] not in (0, FORMAT):
            log.info("board_store_renewed", path=str(self.path), reason="made by another version")
            writer.close()
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)
            writer = _connect(self.path)
        writer.executescript(SCHEMA.read_text(encoding="utf8"))
        writer.execute(f"PRAGMA user_version = {FORMAT}")
        return writer

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; all of it is written, or nothing."""
        with self._writing:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                self._writer.rollback()
                raise
            self._writer.commit()

    @property
    def reader(self) -> sqlite3.Connection:
        """This thread's connection for queries."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = _connect(self.path)
            connection.execute("PRAGMA query_only = 1")
        return connection

    @property
    def revision(self) -> int:
        """The number of the last batch that changed a story."""
        return int(self.fact("revision") or 0)

    def fact(self, name: str) -> Any:
        """A single value that the store keeps, or None."""
        row = self.reader.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def offsets(self) -> dict[Source, int]:
        """The offset to read next of each partition that was ever read."""
        rows = self.reader.execute("SELECT topic, partition, next FROM offsets")
        return {(row["topic"], row["partition"]): row["next"] for row in rows}

    def clear(self) -> None:
        """Forget everything; the revision goes on, so that open pages notice."""
        with self.writing() as connection:
            revision = connection.execute("SELECT value FROM facts WHERE name = 'revision'").fetchone()
            for table in TABLES:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            set_fact(connection, "revision", (revision[0] if revision else 0) + 1)

    def close(self) -> None:
        """Close the writing connection; readers close with their threads."""
        with self._writing:
            self._writer.close()


def set_fact(connection: sqlite3.Connection, name: str, value: object) -> None:
    """Keep a single value."""
    connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))


def set_offsets(connection: sqlite3.Connection, offsets: dict[Source, int]) -> None:
    """Keep how far the topics were read."""
    rows = [(topic, partition, after) for (topic, partition), after in offsets.items()]
    connection.executemany("INSERT OR REPLACE INTO offsets VALUES (?, ?, ?)", rows)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=BUSY_MS / 1000, factory=Connection
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES}")
    return connection
