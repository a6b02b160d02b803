"""Storylines in the fold: after each decision the evidence is taken in, and what changed by it is published."""

from collections.abc import Iterable, Sequence

import numpy as np

from stream.contract.storylines import Related, StorylineEvent
from stream.fold.changes import Changes, StoryChange, StorylineChange, StorylineUpdate
from stream.fold.story_record import StoryRecord
from stream.fold.story_store import StoryStore
from stream.fold.storyline_store import StorylineStore
from stream.stories.results import StoryDecision
from stream.storylines.evidence import ProfileOf
from stream.storylines.linking import Storylines
from stream.storylines.regrouping import Regrouping
from stream.storylines.settings import StorylineSettings

RELATED = 3  # stories that a snapshot names as related
RELATED_WORDS = 5  # that both stories are about


class Affairs:
    """The storylines of a shard: which stories link, and what was published of it."""

    def __init__(self, settings: StorylineSettings, retention: int, stories: StoryStore) -> None:
        self._settings = settings
        self._stories = stories
        self.links = Storylines(settings)
        self.store = StorylineStore(retention, stories)
        self._found: list[Regrouping] = []  # not yet published

    def learn(self, decision: StoryDecision, record: StoryRecord, profile_of: ProfileOf) -> None:
        """Take in a decision, and let the record of its story say what it goes on with and is related to."""
        if decision.created and decision.continues is not None:
            continued = self._stories.record_of(decision.continues)
            record.continues = continued.id if continued else None
        learnt = self.links.learn(decision, profile_of)
        if learnt.found:
            self._take(learnt.found)
        if learnt.found or learnt.scored:
            self.describe(record)

    def publish(self, story: int, now: int) -> Changes:
        """What follows from the decision on an article of this story, now that the stories have moved."""
        stories, lines = self._publish(now) if self._found else ([], [])
        line = self.links.line_of(self._stories.survivor_of(story))
        if line is not None and self.store.id_of(line) not in {change.storyline_id for change in lines}:
            lines.append(self.store.changed(line))
        return stories, lines

    def touch(self, story: int) -> list[StorylineUpdate]:
        """A story changed otherwise: a copy, a correction or a retraction."""
        line = self.links.line_of(story)
        if line is None or any(one.line == line for one in self._found):  # not yet published: it will be
            return []
        return [self.store.changed(line)]

    def withdraw(self, story: int, now: int) -> Changes:
        """A story was emptied, and has ended."""
        self._take(self.links.withdraw(story))
        return self._publish(now)

    def close(self, record: StoryRecord, since: int, profile_of: ProfileOf) -> None:
        """A story is about to end, idle since that time."""
        self.links.close(record.number, since, profile_of)
        if self.links.knows(record.number):
            self.store.close_story(self.links.line_of(record.number), record)

    def let_time_pass(self, now: int) -> list[StorylineEvent]:
        """End the storylines that are over, and forget the ones long ended."""
        left = self.links.let_time_pass(now)
        if not left:
            return self.store.expire(now)
        self.store.forget_closed(left, self.links.knows)
        over = sorted({line for _, line in left if line >= 0 and not self.links.stories_of(line)})
        return [self.store.end(line, now) for line in over] + self.store.expire(now)

    def _take(self, found: Sequence[Regrouping]) -> None:
        self.store.regroup(found, self.links.knows)
        self._found.extend(found)

    def _publish(self, now: int) -> Changes:
        found, self._found = self._found, []
        split = {one.split_from for one in found if one.created}
        moved = sorted({number for one in found for number in (*one.entered, *one.left)})
        stories: list[StoryChange] = [self._stories.changed(record) for record in self._relabelled(moved)]
        # an ended storyline says which one it lives on in, so the others are published first
        lines: list[StorylineChange] = [self.store.regrouped(one, one.line in split, now) for one in found]
        return stories, lines

    def _relabelled(self, numbers: Iterable[int]) -> Iterable[StoryRecord]:
        for number in numbers:
            record = self._stories.record_of(number)
            if record is not None:
                storyline_id = self.store.id_of(self.links.line_of(number))
                if record.storyline_id != storyline_id:
                    self.describe(record)
                    yield record

    def describe(self, record: StoryRecord) -> None:
        """Let the record of a story say which storyline it is in and what it is related to."""
        record.storyline_id = self.store.id_of(self.links.line_of(record.number))
        best = self.links.related(record.number)[:RELATED]
        if best or record.related:
            record.related = tuple(
                [shown for other, score in best if (shown := self._related(record, other, score)) is not None]
            )

    def _related(self, record: StoryRecord, number: int, score: float) -> Related | None:
        other = self._stories.record_of(number)
        if other is not None:
            story_id, common = other.id, record.keyterms.keys() & other.keyterms.keys()
        else:
            known = self.store.in_line(self.links.line_of(number), number)
            if known is None:
                return None
            story_id, common = known.id, record.keyterms.keys() & known.keyterms
        shared = sorted(common, key=lambda term: (-record.keyterms[term], term))
        return Related(story_id, score, tuple(shared[:RELATED_WORDS]))

    def snapshot(self) -> dict[str, np.ndarray]:
        """The whole state as arrays."""
        return self.links.snapshot() | {"store": self.store.snapshot()}

    def restore(self, retention: int, stories: StoryStore, arrays: dict[str, np.ndarray]) -> None:
        """Take on the state of a snapshot, of a story store that was restored before."""
        self._stories = stories
        self.links = Storylines.restore(self._settings, arrays)
        self.store = StorylineStore.restore(retention, stories, arrays["store"])
