"""The story_store: every open story as readers see it, with its counts, its versions and its life.

Deciding which story an article belongs to is the work of stream/stories; here is kept what follows from it.
"""

from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID, uuid5

import msgspec
import numpy as np

from stream.contract.events import StoryEvent, StoryEventType, StorySnapshot
from stream.fold.changes import StoryChange, StoryUpdate
from stream.fold.story_record import StoryRecord
from stream.fold.story_snapshot import snapshot_of

STORY_NAMESPACE = UUID("6f0f8a52-0f5c-5b0e-9d0c-6e657773666f")  # fixed for ever: ids are uuid5 of it


class _Ended(msgspec.Struct, array_like=True, gc=False):
    id: str
    number: int
    survivor: int
    forget_at: int


class _Page(msgspec.Struct):
    """A story_store as a checkpoint holds it, the records by rising number."""

    records: dict[int, msgspec.Raw]
    taken: list[str]
    ended: list[_Ended]


# A record takes 5 kB as objects and 1.2 kB packed, and most stories get no further article.
UNPACKED = 4_096  # records that are kept as objects: 20 MB
_record_decoder = msgspec.msgpack.Decoder(StoryRecord)
_record_encoder = msgspec.msgpack.Encoder()


class StoryStore:
    """Records of open stories by number, and the ids of ended ones until their tombstone."""

    def __init__(self, retention: int) -> None:
        """`retention`: milliseconds of stream time from a story's end to its tombstone."""
        self._retention = retention
        self._records: OrderedDict[int, StoryRecord] = OrderedDict()  # those that were asked for of late
        self._packed: dict[int, msgspec.Raw] = {}  # the others
        self._ended: deque[_Ended] = deque()
        self._survivors: dict[int, int] = {}
        self._taken: set[str] = set()

    def __len__(self) -> int:
        return len(self._records) + len(self._packed)

    def open_record(self, number: int) -> StoryRecord | None:
        """The record of a story, of the one it was merged into, or None where that is closed."""
        return self.record_of(self.survivor_of(number))

    def record_of(self, number: int) -> StoryRecord | None:
        """The record of a story, or None where it has ended: closed, or merged into another."""
        record = self._records.get(number)
        if record is None and (packed := self._packed.pop(number, None)) is not None:
            record = self._records[number] = _record_decoder.decode(packed)
        return record

    def pack(self) -> None:
        """Pack the records that were unpacked first, but for UNPACKED. Whoever holds one must ask for it again."""
        while len(self._records) > UNPACKED:
            number, record = self._records.popitem(last=False)
            self._packed[number] = msgspec.Raw(_record_encoder.encode(record))

    def _take(self, number: int) -> StoryRecord:
        self.record_of(number)
        return self._records.pop(number)

    def survivor_of(self, number: int) -> int:
        """The number under which a story lives on."""
        while number in self._survivors:
            number = self._survivors[number]
        return number

    def create(self, number: int, founder: int, article_id: str, seen: int) -> StoryRecord:
        """Begin a story; its id is the uuid5 of the id of its first article, number `founder`."""
        story_id = str(uuid5(STORY_NAMESPACE, article_id))
        if story_id in self._taken:  # the article came back after its story ended
            story_id = str(uuid5(STORY_NAMESPACE, f"{article_id}#{number}"))
        self._taken.add(story_id)
        record = StoryRecord(number=number, id=story_id, founder=founder, first_seen=seen, last_seen=seen)
        self._records[number] = record
        return record

    def changed(self, record: StoryRecord) -> StoryChange:
        """The next version of a story after its record was changed."""
        record.version += 1
        if record.version == 1:
            return StoryEvent(StoryEventType.CREATED, record.id, snapshot_of(record))
        return StoryUpdate(record.id, partial(snapshot_of, record))

    def merge(self, absorbed: int, survivor: int, now: int) -> tuple[StoryEvent, StoryRecord, list[int]]:
        """Fold one story into another; return the absorbed one's end, the survivor, and what moved."""
        gone, stays = self._take(absorbed), self._take(survivor)
        self._records[survivor] = stays
        gone.merged_into = stays.id
        final = self._end(gone, "merged", now, survivor)
        stays.absorb(gone)
        self._survivors[absorbed] = survivor
        return StoryEvent(StoryEventType.MERGED, gone.id, final), stays, list(gone.members)

    def split(
        self, record: StoryRecord, fresh: int, leaving: Sequence[int], copies: Mapping[int, int], seen: int
    ) -> tuple[StoryRecord, list[int]]:
        """Let reports of a story, with their copies, be a story of their own; return it and the articles that moved.

        `leaving`: of the reports that the record lists, at least one.
        """
        founder = min(leaving)
        article_id = next(report.article_id for report in record.reports if report.number == founder)
        separate = self.create(fresh, founder, article_id, seen)
        separate.split_from = record.id
        moved = record.split_off(leaving, copies, separate)
        record.last_seen = separate.last_seen = seen
        return separate, moved

    def close(self, number: int, now: int) -> StoryEvent:
        """End a story that is idle or empty."""
        record = self._take(number)
        return StoryEvent(StoryEventType.CLOSED, record.id, self._end(record, "closed", now, -1))

    def renew(self, now: int) -> None:
        """Let what ended by a clock that was ahead be forgotten a retention from now."""
        for ended in self._ended:
            ended.forget_at = min(ended.forget_at, now + self._retention)

    def expire(self, now: int) -> list[StoryEvent]:
        """Tombstones for the stories that ended longer ago than the retention."""
        events = []
        while self._ended and self._ended[0].forget_at <= now:
            ended = self._ended.popleft()
            self._taken.discard(ended.id)
            self._survivors.pop(ended.number, None)
            events.append(StoryEvent(StoryEventType.EXPIRED, ended.id, None))
        return events

    def _end(self, record: StoryRecord, status: str, now: int, survivor: int) -> StorySnapshot:
        record.version += 1
        record.status = status
        self._ended.append(_Ended(record.id, record.number, survivor, now + self._retention))
        return snapshot_of(record)

    def snapshot(self) -> np.ndarray:
        """The story_store as bytes (uint8) for a checkpoint."""
        held = self._packed | self._records
        records = {number: held[number] for number in sorted(held)}
        page = {"records": records, "taken": sorted(self._taken), "ended": list(self._ended)}
        return np.frombuffer(msgspec.msgpack.encode(page), np.uint8)

    @classmethod
    def restore(cls, retention: int, page_bytes: np.ndarray) -> "StoryStore":
        """The story_store that gave this snapshot."""
        page = msgspec.msgpack.decode(page_bytes.data, type=_Page)
        book = cls(retention)
        book._packed = page.records
        book._ended = deque(page.ended)
        book._survivors = {ended.number: ended.survivor for ended in page.ended if ended.survivor >= 0}
        book._taken = set(page.taken)
        return book
