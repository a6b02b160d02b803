"""The registry: what a shard knows of every article in its window, by number and by id.

Numbers are handed out 0, 1, 2, ... in log order. Facts lie in flat columns, oldest first, so that a million
articles cost some 200 MB, expiry drops a prefix, and a checkpoint is a handful of arrays.
"""

from array import array
from sys import getsizeof

import msgspec
import numpy as np

NONE = -1  # no story (retracted), or no leader (the article is itself a report)
CHOP = 65_536  # expired rows that may wait before the columns are cut; keeps expiry amortised O(1)
KINDS = ("", "exact", "truncated", "extended", "partial")
COLUMN_TYPES = {
    "story": "q",
    "leader": "q",
    "kind": "b",
    "expires": "q",
    "partition": "i",
    "offset": "q",
    "content_high": "Q",
    "content_low": "Q",
}


class Entry(msgspec.Struct, gc=False):
    """One article as the registry knows it. `leader` is NONE for a report; `content` is a 16-byte hash."""

    id: str
    story: int
    leader: int
    kind: str
    expires: int
    partition: int
    offset: int
    content: bytes


class ArticleRegistry:
    """Articles of the window by id and by number."""

    def __init__(self) -> None:
        self._first = 0
        self._ids: list[str] = []
        self._columns = {name: array(code) for name, code in COLUMN_TYPES.items()}
        self._numbers: dict[str, int] = {}
        self._expired = 0
        self._id_bytes = 0

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def bytes(self) -> int:
        """Memory held by the columns, the ids and the table that finds an id."""
        columns = sum(len(column) * column.itemsize for column in self._columns.values())
        return columns + self._id_bytes + getsizeof(self._ids) + getsizeof(self._numbers)

    @property
    def next_number(self) -> int:
        """The number of the article that comes next."""
        return self._first + len(self._ids)

    def add(self, entry: Entry) -> int:
        """Record an article and return its number; the same id again takes the place of the earlier entry."""
        number = self.next_number
        self._ids.append(entry.id)
        self._id_bytes += getsizeof(entry.id)
        self._numbers[entry.id] = number
        for column, value in zip(self._columns.values(), _row(entry), strict=True):
            column.append(value)
        return number

    def number_of(self, article_id: str) -> int | None:
        """The number of an article of the window, or None."""
        return self._numbers.get(article_id)

    def holds(self, number: int) -> bool:
        """Whether the registry still knows the article of this number."""
        return number - self._first >= self._expired and number < self.next_number

    def id_of(self, number: int) -> str:
        """The id of a held article."""
        return self._ids[number - self._first]

    def entry(self, number: int) -> Entry:
        """All that is known of a held article."""
        row = number - self._first
        column = self._columns
        content = column["content_high"][row].to_bytes(8, "big") + column["content_low"][row].to_bytes(
            8, "big"
        )
        return Entry(
            id=self._ids[row],
            story=column["story"][row],
            leader=column["leader"][row],
            kind=KINDS[column["kind"][row]],
            expires=column["expires"][row],
            partition=column["partition"][row],
            offset=column["offset"][row],
            content=content,
        )

    def story_of(self, number: int) -> int:
        """The story a held article was assigned to, or NONE where it was retracted."""
        return int(self._columns["story"][number - self._first])

    def leader_of(self, number: int) -> int:
        """The report that a held article copies, or NONE where it is itself a report."""
        return int(self._columns["leader"][number - self._first])

    def replace(self, number: int, entry: Entry) -> None:
        """Write new facts over those of a held article."""
        row = number - self._first
        for column, value in zip(self._columns.values(), _row(entry), strict=True):
            column[row] = value

    def renew(self, count: int, expires: int) -> None:
        """Let the last `count` articles, those still held, expire at this time."""
        column = self._columns["expires"]
        for row in range(max(self._expired, len(column) - count), len(column)):
            column[row] = expires

    def expire(self, now: int) -> None:
        """Forget the articles whose time has come, oldest first. Times must be added in ascending order."""
        expires = self._columns["expires"]
        while self._expired < len(self._ids) and expires[self._expired] <= now:
            article_id = self._ids[self._expired]
            if self._numbers.get(article_id) == self._first + self._expired:
                del self._numbers[article_id]
            self._expired += 1
        if self._expired >= CHOP:
            self._chop()

    def _chop(self) -> None:
        self._id_bytes -= sum(map(getsizeof, self._ids[: self._expired]))
        del self._ids[: self._expired]
        for column in self._columns.values():
            del column[: self._expired]
        self._first += self._expired
        self._expired = 0

    def snapshot(self) -> dict[str, np.ndarray]:
        """The whole registry as arrays."""
        self._chop()
        arrays = {name: np.array(column) for name, column in self._columns.items()}
        arrays["first"] = np.array([self._first])
        arrays["ids"] = np.frombuffer(msgspec.msgpack.encode(self._ids), np.uint8)
        return arrays

    @classmethod
    def restore(cls, arrays: dict[str, np.ndarray]) -> "ArticleRegistry":
        """The registry that gave this snapshot."""
        registry = cls()
        registry._first = int(arrays["first"][0])
        registry._ids = msgspec.msgpack.decode(arrays["ids"].tobytes(), type=list[str])
        registry._id_bytes = sum(map(getsizeof, registry._ids))
        for name, code in COLUMN_TYPES.items():
            registry._columns[name] = array(code, arrays[name].tobytes())
        registry._numbers = {name: registry._first + row for row, name in enumerate(registry._ids)}
        return registry


def _row(entry: Entry) -> tuple[int, ...]:
    """The facts in the order of the columns."""
    return (
        entry.story,
        entry.leader,
        KINDS.index(entry.kind),
        entry.expires,
        entry.partition,
        entry.offset,
        int.from_bytes(entry.content[:8], "big"),
        int.from_bytes(entry.content[8:16], "big"),
    )
