"""The story index: one article in, the story it belongs to out. A pure function of the calls made."""

import heapq

import numpy as np

from stream.errors import ModelError
from stream.stories.candidates import MAX_FOUND, new_found
from stream.stories.decision import Factor, StoryDecision, StoryRival
from stream.stories.evidence import Evidence
from stream.stories.languages import language_code
from stream.stories.membership import add_article, close_story, open_story
from stream.stories.settings import StorySettings
from stream.stories.similarity_rule import ranked
from stream.stories.snapshots import packed, unpacked
from stream.stories.tables import MIXED, NOW, Tables, new_tables, with_room
from stream.stories.weighing import clear, look_up, new_lookup, take_in


class StoryIndex:
    """All open stories of a shard: decides for each article, and records what it decided."""

    def __init__(self, settings: StorySettings, dimensions: int) -> None:
        self._settings = settings
        self._begin(new_tables(dimensions))

    def _begin(self, tables: Tables) -> None:
        self._tables = tables
        self._lookup = new_lookup()
        self._found = new_found(len(tables.story))
        self._scores = np.zeros(MAX_FOUND)
        self._order = np.zeros(MAX_FOUND, np.int32)
        open_slots = np.flatnonzero(tables.story >= 0)
        self._slots = {int(tables.story[slot]): int(slot) for slot in open_slots}
        self._deadlines = [
            (int(tables.seen[slot]) + self._settings.window, number) for number, slot in self._slots.items()
        ]
        heapq.heapify(self._deadlines)

    @property
    def open_stories(self) -> int:
        """Stories that an article could join."""
        return len(self._slots)

    @property
    def bytes(self) -> int:
        """Memory held by the tables."""
        return sum(array.nbytes for array in self._tables)

    def assign(
        self,
        number: int,
        evidence: Evidence,
        vector: np.ndarray,
        event_time: int,
        dated: bool,
        language: str | None,
    ) -> StoryDecision:
        """Decide which story article `number` belongs to, and record it.

        `vector`: int8 [dimensions]. `event_time`: milliseconds since the epoch; `dated` tells whether it is the
        source's word. `language`: a code such as `en`, or None where unknown.
        """
        self._tick(event_time)
        slot = self._take_in(number, evidence, vector, event_time, dated, language)
        tables, order, scores = self._tables, self._order, self._scores
        look_up(tables, slot, self._lookup)
        count = ranked(tables, slot, self._lookup, self._found, self._settings.cross_language, scores, order)
        threshold = self._settings.rule_threshold
        best = int(order[0]) if count else -1
        created = best < 0 or scores[best] < threshold
        story = open_story(tables, slot) if created else int(self._found.slots[best])
        add_article(tables, story, slot, self._lookup)
        clear(tables, slot, self._lookup)
        story_number = self._note(story)
        return StoryDecision(
            story=story_number,
            created=created,
            score=float(scores[best]) if count else 0.0,
            threshold=threshold,
            factors=self._rule_factors(best),
            rival=self._rival(0 if created else 1, count),
            centrality=0.0 if created else self._mean_similarity(story, best),
        )

    def _take_in(
        self,
        number: int,
        evidence: Evidence,
        vector: np.ndarray,
        event_time: int,
        dated: bool,
        language: str | None,
    ) -> int:
        tables = with_room(self._tables)
        if len(tables.story) != len(self._found.score):
            self._found = new_found(len(tables.story))
        self._tables = tables
        slot = take_in(
            tables,
            np.frombuffer(evidence.terms, "<u4"),
            np.frombuffer(evidence.counts, np.uint8),
            np.frombuffer(evidence.leads, np.uint8),
            np.frombuffer(evidence.names, "<u4"),
            np.frombuffer(evidence.name_counts, np.uint8),
            vector,
        )
        tables.time[slot] = event_time
        tables.when[slot] = dated
        tables.language[slot] = language_code(language)
        tables.article[slot] = number
        return int(slot)

    def _note(self, story: int) -> int:
        number = int(self._tables.story[story])
        if number not in self._slots:
            self._slots[number] = story
            heapq.heappush(self._deadlines, (int(self._tables.seen[story]) + self._settings.window, number))
        return number

    def _tick(self, moment: int) -> None:
        self._tables.totals[NOW] = max(int(self._tables.totals[NOW]), moment)

    def _mean_similarity(self, story: int, index: int) -> float:
        return float(self._found.sums[index, MIXED]) / max(1, int(self._tables.kept[story]) - 1)

    def _rule_factors(self, best: int) -> tuple[Factor, ...]:
        if best < 0:
            return ()
        similarity = float(self._found.centre[best, MIXED])
        tempo = float(self._scores[best]) - similarity
        return (
            Factor("similarity to the story's centre", similarity, similarity),
            Factor("nearness in time", tempo, tempo),
        )

    def _rival(self, place: int, count: int) -> StoryRival | None:
        if place >= count:
            return None
        index = self._order[place]
        return StoryRival(int(self._tables.story[self._found.slots[index]]), float(self._scores[index]))

    def add_copy(self, story: int, leader: int, event_time: int) -> None:
        """A copy of article `leader` came: the story lives on; its centre and its span stay as they were."""
        del leader
        self._tick(event_time)
        self._tables.seen[self._slots[story]] = self._tables.totals[NOW]

    def close(self, story: int) -> None:
        """End a story that the fold emptied."""
        close_story(self._tables, self._slots.pop(story))

    def close_idle(self, now: int) -> list[int]:
        """End the stories without a new article for longer than the window at stream time `now`."""
        self._tick(now)
        closed = []
        while self._deadlines and self._deadlines[0][0] < now:
            _, number = heapq.heappop(self._deadlines)
            slot = self._slots.get(number)
            if slot is None:
                continue
            deadline = int(self._tables.seen[slot]) + self._settings.window
            if deadline < now:
                closed.append(number)
            else:
                heapq.heappush(self._deadlines, (deadline, number))
        closed.sort()
        for number in closed:
            self.close(number)
        return closed

    def snapshot(self) -> dict[str, np.ndarray]:
        """The whole state as arrays."""
        return packed(self._tables)

    @classmethod
    def restore(cls, settings: StorySettings, dimensions: int, arrays: dict[str, np.ndarray]) -> "StoryIndex":
        """The index that gave this snapshot: it answers as that one would have."""
        if arrays["vector"].shape[1] != dimensions:
            raise ModelError(
                f"the checkpoint's vectors have {arrays['vector'].shape[1]} dimensions, the encoder's {dimensions}"
            )
        index = cls.__new__(cls)
        index._settings = settings
        index._begin(unpacked(arrays))
        return index
