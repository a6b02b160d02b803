"""Every open storyline as readers see it, with its stories, its versions and its life.

Deciding which stories are one affair is the work of stream/storylines; here is kept what follows from it.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID, uuid5

import msgspec
import numpy as np

from stream.contract.storylines import StorylineEvent, StorylineEventType
from stream.fold.story_record import StoryRecord
from stream.fold.story_store import StoryStore
from stream.fold.storyline_record import StoryInLine, StorylineRecord, in_line, snapshot_of
from stream.storylines.regrouping import Regrouping

STORYLINE_NAMESPACE = UUID("0d6ad0f0-3a5b-5f6e-8c55-6e657773666c")  # fixed for ever: ids are uuid5 of it


class _Ended(msgspec.Struct, array_like=True):
    id: str
    forget_at: int


class _Page(msgspec.Struct):
    records: dict[int, StorylineRecord]
    ended: list[_Ended]
    taken: list[str]


class StorylineStore:
    """Records of open storylines by number, and the ids of ended ones until their tombstone."""

    def __init__(self, retention: int, stories: StoryStore) -> None:
        """`retention`: milliseconds of stream time from a storyline's end to its tombstone."""
        self._retention = retention
        self._stories = stories
        self._records: dict[int, StorylineRecord] = {}
        self._ended: deque[_Ended] = deque()
        self._taken: set[str] = set()
        self._seen: dict[
            int, tuple[int, StoryInLine]
        ] = {}  # of open stories, by version; made again when asked

    def __len__(self) -> int:
        return len(self._records)

    def id_of(self, line: int | None) -> str | None:
        """The id of a storyline."""
        return self._records[line].id if line is not None else None

    def closed_in(self, line: int) -> Iterable[int]:
        """The closed stories of a storyline."""
        return self._records[line].closed if line in self._records else ()

    def in_line(self, line: int, story: int) -> StoryInLine | None:
        """What a storyline says of one of its stories, open or closed; None where it has none of the number."""
        return self._told(story) or self._records[line].closed.get(story)

    def regroup(self, found: Sequence[Regrouping], linking: Iterable[int]) -> None:
        """Move stories as they were linked anew. `linking`: the closed stories that still link.

        A closed story that links no more stays with its storyline, and goes with it into the one it merges into.
        """
        still = set(linking)
        closed: dict[int, StoryInLine] = {}
        for one in found:
            if one.line in self._records:
                closed |= self._records[one.line].closed
        for one in found:
            if one.created:
                self._create(one, closed)
            record = self._records[one.line]
            stays = {number: told for number, told in record.closed.items() if number not in still}
            record.closed = stays | {number: closed[number] for number in one.stories if number in closed}
            record.open = set(one.stories - closed.keys())
        for one in found:
            if one.merged_into is not None:
                self._records[one.merged_into].closed |= self._records[one.line].closed
                self._records[one.line].closed = {}

    def _create(self, one: Regrouping, closed: Mapping[int, StoryInLine]) -> None:
        oldest = min(one.stories)
        told = closed.get(oldest) or self._told(oldest)
        founder = told.id if told else str(oldest)
        storyline_id = str(uuid5(STORYLINE_NAMESPACE, founder))
        if storyline_id in self._taken:
            storyline_id = str(uuid5(STORYLINE_NAMESPACE, f"{founder}#{one.line}"))
        self._taken.add(storyline_id)
        origin = self.id_of(one.split_from)
        self._records[one.line] = StorylineRecord(number=one.line, id=storyline_id, split_from=origin)

    def regrouped(self, one: Regrouping, was_split: bool, now: int) -> StorylineEvent:
        """The next version of a storyline whose stories changed, or its last."""
        record = self._records[one.line]
        if not one.stories:
            record.merged_into = self.id_of(one.merged_into)
            return self.end(one.line, now)
        kind = StorylineEventType.SPLIT if was_split else StorylineEventType.UPDATED
        return self._changed(record, StorylineEventType.CREATED if one.created else kind)

    def changed(self, line: int) -> StorylineEvent:
        """The next version of a storyline one of whose stories changed."""
        return self._changed(self._records[line], StorylineEventType.UPDATED)

    def _changed(self, record: StorylineRecord, kind: StorylineEventType) -> StorylineEvent:
        record.version += 1
        told = [self._told(number) for number in record.open]
        stories = [*record.closed.values(), *(story for story in told if story is not None)]
        return StorylineEvent(kind, record.id, snapshot_of(record, stories))

    def close_story(self, line: int, record: StoryRecord) -> None:
        """A story of a storyline ends idle; it goes on being told of."""
        storyline = self._records[line]
        storyline.open.discard(record.number)
        storyline.closed[record.number] = in_line(record)

    def end(self, line: int, now: int) -> StorylineEvent:
        """End a storyline: it was merged into another, has come apart, or is over."""
        record = self._records[line]
        merged = record.merged_into is not None
        record.status = "merged" if merged else "closed"
        event = self._changed(record, StorylineEventType.MERGED if merged else StorylineEventType.CLOSED)
        del self._records[line]
        self._ended.append(_Ended(record.id, now + self._retention))
        return event

    def expire(self, now: int) -> list[StorylineEvent]:
        """Tombstones for the storylines that ended longer ago than the retention."""
        events = []
        while self._ended and self._ended[0].forget_at <= now:
            ended = self._ended.popleft()
            self._taken.discard(ended.id)
            events.append(StorylineEvent(StorylineEventType.EXPIRED, ended.id, None))
        return events

    def _told(self, number: int) -> StoryInLine | None:
        record = self._stories.record_of(number)
        if record is None:
            self._seen.pop(number, None)
            return None
        seen = self._seen.get(number)
        if seen is None or seen[0] != record.version:
            seen = self._seen[number] = record.version, in_line(record)
        return seen[1]

    def snapshot(self) -> np.ndarray:
        """The store as bytes (uint8) for a checkpoint."""
        page = _Page(self._records, list(self._ended), sorted(self._taken))
        return np.frombuffer(msgspec.msgpack.encode(page), np.uint8)

    @classmethod
    def restore(cls, retention: int, stories: StoryStore, page_bytes: np.ndarray) -> "StorylineStore":
        """The store that gave this snapshot."""
        page = msgspec.msgpack.decode(page_bytes.data, type=_Page)
        store = cls(retention, stories)
        store._records = page.records
        store._ended = deque(page.ended)
        store._taken = set(page.taken)
        return store
