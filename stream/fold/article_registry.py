"""The registry: what a shard knows of every article in its window, by number and by id.

Numbers are handed out 0, 1, 2, ... in log order. Facts lie in rows of bytes, oldest first, so that a million
articles cost some 200 MB, expiry drops a prefix, and a checkpoint is a handful of arrays.
"""

from struct import Struct
from sys import getsizeof

import msgspec
import numpy as np

NONE = -1  # no story (retracted), or no leader (the article is itself a report)
CHOP = 65_536  # expired rows that may wait before they are cut off; keeps expiry amortised O(1)
KINDS = ("", "exact", "truncated", "extended", "partial")
KIND_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}
# An article's facts as one row of bytes, and all rows as the columns that a checkpoint holds.
ROW = Struct("<qqqbiq16s")
COLUMNS = np.dtype(
    [
        ("story", "<i8"),
        ("leader", "<i8"),
        ("expires", "<i8"),
        ("kind", "i1"),
        ("partition", "<i4"),
        ("offset", "<i8"),
        ("content_high", ">u8"),
        ("content_low", ">u8"),
    ]
)
NUMBER = Struct("<q")  # a story, a leader or a moment
STORY, LEADER, EXPIRES = 0, 8, 16  # where it stands in a row


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
        self._rows = bytearray()
        self._numbers: dict[str, int] = {}
        self._expired = 0
        self._id_bytes = 0

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def bytes(self) -> int:
        """Memory held by the rows, the ids and the table that finds an id."""
        return len(self._rows) + self._id_bytes + getsizeof(self._ids) + getsizeof(self._numbers)

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
        self._rows += _packed(entry)
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
        story, leader, expires, kind, partition, offset, content = ROW.unpack_from(
            self._rows, self._place_of(number)
        )
        return Entry(
            id=self.id_of(number),
            story=story,
            leader=leader,
            kind=KINDS[kind],
            expires=expires,
            partition=partition,
            offset=offset,
            content=content,
        )

    def story_of(self, number: int) -> int:
        """The story a held article was assigned to, or NONE where it was retracted."""
        return self._number_at(self._place_of(number) + STORY)

    def leader_of(self, number: int) -> int:
        """The report that a held article copies, or NONE where it is itself a report."""
        return self._number_at(self._place_of(number) + LEADER)

    def replace(self, number: int, entry: Entry) -> None:
        """Write new facts over those of a held article."""
        place = self._place_of(number)
        self._rows[place : place + ROW.size] = _packed(entry)

    def _place_of(self, number: int) -> int:
        """Where the row of an article begins."""
        return (number - self._first) * ROW.size

    def _number_at(self, place: int) -> int:
        found: int = NUMBER.unpack_from(self._rows, place)[0]
        return found

    def renew(self, count: int, expires: int) -> None:
        """Let the last `count` articles, those still held, expire at this time."""
        for row in range(max(self._expired, len(self._ids) - count), len(self._ids)):
            NUMBER.pack_into(self._rows, row * ROW.size + EXPIRES, expires)

    def expire(self, now: int) -> None:
        """Forget the articles whose time has come, oldest first. Times must be added in ascending order."""
        ids = self._ids
        while self._expired < len(ids) and self._number_at(self._expired * ROW.size + EXPIRES) <= now:
            article_id = ids[self._expired]
            if self._numbers.get(article_id) == self._first + self._expired:
                del self._numbers[article_id]
            self._expired += 1
        if self._expired >= CHOP:
            self._chop()

    def _chop(self) -> None:
        self._id_bytes -= sum(map(getsizeof, self._ids[: self._expired]))
        del self._ids[: self._expired]
        del self._rows[: self._expired * ROW.size]
        self._first += self._expired
        self._expired = 0

    def snapshot(self) -> dict[str, np.ndarray]:
        """The whole registry as arrays."""
        self._chop()
        rows = np.frombuffer(self._rows, COLUMNS)
        arrays = {name: rows[name].astype(rows[name].dtype.newbyteorder("=")) for name in COLUMNS.names or ()}
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
        rows = np.empty(len(registry._ids), COLUMNS)
        for name in COLUMNS.names or ():
            rows[name] = arrays[name]
        registry._rows = bytearray(rows.tobytes())
        registry._numbers = {name: registry._first + row for row, name in enumerate(registry._ids)}
        return registry


def _packed(entry: Entry) -> bytes:
    """The row of an article."""
    return ROW.pack(
        entry.story,
        entry.leader,
        entry.expires,
        KIND_NUMBERS[entry.kind],
        entry.partition,
        entry.offset,
        entry.content,
    )
