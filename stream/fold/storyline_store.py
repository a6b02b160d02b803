"""Every open storyline as readers see it, with its stories, its versions and its life.

Deciding which stories are one affair is the work of stream/storylines; here is kept what follows from it.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from uuid import UUID, uuid5

import msgspec
import numpy as np

from stream.contract.storylines import StorylineEvent, StorylineEventType, StorylineSnapshot
from stream.fold.changes import StorylineChange, StorylineUpdate
from stream.fold.story_record import StoryRecord
from stream.fold.story_store import StoryStore
from stream.fold.storyline_record import StoryInLine, StorylineRecord, in_line, snapshot_of
from stream.storylines.regrouping import Regrouping

STORYLINE_NAMESPACE = UUID("0d6ad0f0-3a5b-5f6e-8c55-6e657773666c")  # fixed for ever: ids are uuid5 of it


class _Ended(msgspec.Struct, array_like=True, gc=False):
    id: str
    forget_at: int


class _Page(msgspec.Struct):
    records: dict[int, StorylineRecord]
    ended: list[_Ended]
    taken: list[str]
    alone: dict[int, StoryInLine]


class StorylineStore:
    """Records of open storylines by number, and the ids of ended ones until their tombstone."""

    def __init__(self, retention: int, stories: StoryStore) -> None:
        """`retention`: milliseconds of stream time from a storyline's end to its tombstone."""
        self._retention = retention
        self._stories = stories
        self._records: dict[int, StorylineRecord] = {}
        self._ended: deque[_Ended] = deque()
        self._taken: set[str] = set()
        self._alone: dict[int, StoryInLine] = {}  # closed stories of no storyline that may still be linked
        self._seen: dict[
            int, tuple[int, StoryInLine]
        ] = {}  # of open stories, by version; made again when asked

    def __len__(self) -> int:
        return len(self._records)

    def id_of(self, line: int | None) -> str | None:
        """The id of a storyline."""
        return self._records[line].id if line is not None else None

    def in_line(self, line: int | None, story: int) -> StoryInLine | None:
        """What is said of a story, open or closed, in this storyline or in none; None where it is not known."""
        closed = self._alone if line is None else self._records[line].closed
        return self._open_story(story) or closed.get(story)

    def regroup(self, found: Sequence[Regrouping], links: Callable[[int], bool]) -> None:
        """Move stories as they were linked anew. `links`: whether a story still does.

        A closed story that links no more stays with its storyline, and goes with it into the one it merges into.
        """
        free = {
            number: self._alone.pop(number)
            for one in found
            for number in one.entered
            if number in self._alone
        }
        for one in found:
            if one.line in self._records:
                closed = self._records[one.line].closed
                free |= {number: closed.pop(number) for number in list(closed) if links(number)}
        for one in found:
            if one.created:
                self._create(one, free)
            record = self._records[one.line]
            record.open = set(one.stories - free.keys())
            record.closed |= {number: free.pop(number) for number in sorted(one.stories) if number in free}
        self._alone |= free
        for number in (number for one in found for number in one.left):
            self._seen.pop(number, None)
        for one in found:
            if one.merged_into is not None:
                self._records[one.merged_into].take_over(self._records[one.line])

    def _create(self, one: Regrouping, closed: Mapping[int, StoryInLine]) -> None:
        oldest = min(one.stories)
        eldest = closed.get(oldest) or self._open_story(oldest)
        founder = eldest.id if eldest else str(oldest)
        storyline_id = str(uuid5(STORYLINE_NAMESPACE, founder))
        if storyline_id in self._taken:
            storyline_id = str(uuid5(STORYLINE_NAMESPACE, f"{founder}#{one.line}"))
        self._taken.add(storyline_id)
        origin = self.id_of(one.split_from)
        self._records[one.line] = StorylineRecord(number=one.line, id=storyline_id, split_from=origin)

    def regrouped(self, one: Regrouping, was_split: bool, now: int) -> StorylineChange:
        """The next version of a storyline whose stories changed, or its last."""
        record = self._records[one.line]
        if not one.stories:
            record.merged_into = self.id_of(one.merged_into)
            return self.end(one.line, now)
        if one.created:
            return self._changed(record, StorylineEventType.CREATED)
        return self._changed(record, StorylineEventType.SPLIT) if was_split else self.changed(one.line)

    def changed(self, line: int) -> StorylineUpdate:
        """The next version of a storyline one of whose stories changed."""
        record = self._records[line]
        record.version += 1
        return StorylineUpdate(record.id, partial(self._snapshot_of, record))

    def _changed(self, record: StorylineRecord, kind: StorylineEventType) -> StorylineEvent:
        record.version += 1
        return StorylineEvent(kind, record.id, self._snapshot_of(record))

    def _snapshot_of(self, record: StorylineRecord) -> StorylineSnapshot:
        still_open = [self._open_story(number) for number in record.open]
        stories = [*record.closed.values(), *(story for story in still_open if story is not None)]
        return snapshot_of(record, stories)

    def close_story(self, line: int | None, record: StoryRecord) -> None:
        """A story ends idle; its storyline goes on naming it, and one that is in none may still be linked."""
        self._seen.pop(record.number, None)
        if line is None:
            self._alone[record.number] = in_line(record)
            return
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

    def forget_closed(self, left: Iterable[tuple[int, int]], links: Callable[[int], bool]) -> None:
        """Closed stories have left, each its storyline or (below 0) none. `links`: whether a story still does."""
        for number, line in left:
            if line < 0:
                self._alone.pop(number, None)
            elif line in self._records:
                self._records[line].shorten(links)

    def expire(self, now: int) -> list[StorylineEvent]:
        """Tombstones for the storylines that ended longer ago than the retention."""
        events = []
        while self._ended and self._ended[0].forget_at <= now:
            ended = self._ended.popleft()
            self._taken.discard(ended.id)
            events.append(StorylineEvent(StorylineEventType.EXPIRED, ended.id, None))
        return events

    def _open_story(self, number: int) -> StoryInLine | None:
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
        page = _Page(self._records, list(self._ended), sorted(self._taken), self._alone)
        return np.frombuffer(msgspec.msgpack.encode(page), np.uint8)

    @classmethod
    def restore(cls, retention: int, stories: StoryStore, page_bytes: np.ndarray) -> "StorylineStore":
        """The store that gave this snapshot."""
        page = msgspec.msgpack.decode(page_bytes.data, type=_Page)
        store = cls(retention, stories)
        store._records = page.records
        store._ended = deque(page.ended)
        store._taken = set(page.taken)
        store._alone = page.alone
        return store
