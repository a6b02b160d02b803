"""The story index: one article in, the story it belongs to out. A pure function of the calls made."""

import heapq

import numpy as np

from stream.errors import ModelMismatchError
from stream.stories.assign import NO_JOIN
from stream.stories.decision.join_features import ABOVE, MAX_SCORED
from stream.stories.decision.scorer import NO_SCORE, scorers
from stream.stories.engine import ArticleGiven, StoryEngine
from stream.stories.index.serialization import packed, unpacked
from stream.stories.index.state import NOW, Tables, new_tables
from stream.stories.results import Factor, StoryDecision, StoryMerge, StoryRival, StorySplit
from stream.stories.settings import StorySettings
from stream.stories.splitting import SPLIT_THRESHOLD
from stream.stories.text.evidence import Evidence

UNRELATED = "no_closer_than_unrelated"  # the factor that a rule adds, beside those of the model


class StoryIndex:
    """All open stories of a shard: decides for each article, and records what it decided."""

    def __init__(self, settings: StorySettings, dimensions: int) -> None:
        """An empty index for vectors of so many dimensions.

        Raises:
            SettingsError: the settings name a model file that cannot be read.
        """
        self._begin(settings, new_tables(dimensions))

    def _begin(self, settings: StorySettings, tables: Tables) -> None:
        self._settings = settings
        self._join, self._merge, self._halves = scorers(settings.model)
        self._engine = StoryEngine(tables)
        open_slots = np.flatnonzero(tables.story >= 0)
        self._slots = {int(tables.story[slot]): int(slot) for slot in open_slots}
        self._deadlines = [
            (int(tables.seen[slot]) + settings.window, number) for number, slot in self._slots.items()
        ]
        heapq.heapify(self._deadlines)
        self._shift = 0.0

    @property
    def open_stories(self) -> int:
        """Stories that an article could join."""
        return len(self._slots)

    @property
    def bytes(self) -> int:
        """Memory held by the tables."""
        return sum(array.nbytes for array in self._engine.tables)

    @property
    def threshold_shift(self) -> float:
        """Logits by which the stream has moved the threshold of joining; 0 before the first article."""
        return self._shift

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
        engine = self._engine
        self._tick(event_time)
        given = ArticleGiven(
            number, evidence, vector, event_time, dated, language, self._settings.cross_language
        )
        learned = self._settings.decision == "learned"
        if learned:
            threshold = self._join.threshold - self._settings.shift
            engine.place(given, threshold, self._join.compiled, self._merge.compiled)
        else:
            threshold = self._settings.rule_threshold
            engine.place(given, threshold, NO_SCORE, NO_SCORE)
        self._shift = engine.threshold - threshold
        scored = min(engine.count, MAX_SCORED) if learned else engine.count
        logits = engine.logits[:scored].tolist()
        created = engine.chosen < 0
        best = max(range(scored), key=logits.__getitem__) if created and scored else engine.chosen
        story_number = self._note(engine.story)
        bias, factors = self._evidence(best, learned)
        unrelated = learned and best >= 0 and logits[best] == NO_JOIN
        if unrelated:  # the rule takes the score down to NO_JOIN, whatever the evidence says
            above = float(engine.features[best, ABOVE])
            taken = NO_JOIN - bias - sum(factor.weight for factor in factors)
            factors = (Factor(UNRELATED, above, taken), *factors)
        centrality = 0.0 if created else engine.mean_similarity(best)
        merges = self._merged() if engine.near else ()
        return StoryDecision(
            story=story_number,
            created=created,
            score=logits[best] if scored else None,
            threshold=engine.threshold,
            bias=bias,
            unrelated=unrelated,
            factors=factors,
            rival=self._rival(logits, learned),
            centrality=centrality,
            merges=merges,
            split=self._parted(engine.story) if learned and not created and not merges else None,
        )

    def _evidence(self, place: int, learned: bool) -> tuple[float, tuple[Factor, ...]]:
        """The bias, and what each factor added to it."""
        if place < 0:
            return 0.0, ()
        if learned:
            return self._join.bias, self._join.factors(self._engine.features[place])
        similarity = self._engine.centre_similarity(place)
        tempo = float(self._engine.scores[self._engine.order[place]]) - similarity
        return 0.0, (
            Factor("centre_similarity", similarity, similarity),
            Factor("time_proximity", tempo, tempo),
        )

    def _rival(self, logits: list[float], learned: bool) -> StoryRival | None:
        """The best story that was not joined."""
        places = [place for place in range(len(logits)) if place != self._engine.chosen]
        if not places:
            return None
        place = max(places, key=logits.__getitem__)
        unrelated = learned and logits[place] == NO_JOIN
        return StoryRival(self._engine.story_number(place), logits[place], unrelated)

    def _note(self, story: int) -> int:
        number = int(self._engine.tables.story[story])
        if number not in self._slots:
            self._slots[number] = story
            deadline = int(self._engine.tables.seen[story]) + self._settings.window
            heapq.heappush(self._deadlines, (deadline, number))
        return number

    def _merged(self) -> tuple[StoryMerge, ...]:
        """Merge the story just touched with a neighbour, where the evidence says that they are one."""
        engine = self._engine
        story = engine.story
        logits = engine.merge_logits[: engine.near].tolist()
        best = max(range(engine.near), key=logits.__getitem__)
        threshold = self._merge.threshold - self._settings.shift
        if logits[best] < threshold:
            return ()
        numbers = engine.tables.story
        slots = story, int(engine.neighbours[best])
        survivor, absorbed = sorted(slots, key=lambda slot: int(numbers[slot]))
        merge = StoryMerge(
            absorbed=int(numbers[absorbed]),
            survivor=int(numbers[survivor]),
            score=logits[best],
            threshold=threshold,
            bias=self._merge.bias,
            factors=self._merge.factors(engine.merge_features[best]),
        )
        engine.merge(absorbed, survivor)
        del self._slots[merge.absorbed]
        return (merge,)

    def _parted(self, story: int) -> StorySplit | None:
        """Part the story just touched, where the evidence says that it is two."""
        engine = self._engine
        threshold = SPLIT_THRESHOLD - self._settings.shift
        fresh, leaving = engine.split(story, self._halves.compiled, threshold)
        if not leaving:
            return None
        return StorySplit(
            story=int(engine.tables.story[story]),
            fresh=self._note(fresh),
            leaving=leaving,
            score=float(engine.merge_logits[0]),
            threshold=threshold,
            bias=self._halves.bias,
            factors=self._halves.factors(engine.merge_features[0]),
        )

    def _tick(self, moment: int) -> None:
        totals = self._engine.tables.totals
        totals[NOW] = max(int(totals[NOW]), moment)

    def add_copy(self, story: int, leader: int, event_time: int) -> None:
        """A copy of article `leader` came: the story lives on; its centre and its span stay as they were."""
        del leader
        self._tick(event_time)
        tables = self._engine.tables
        tables.seen[self._slots[story]] = tables.totals[NOW]

    def close(self, story: int) -> None:
        """End a story that the fold emptied."""
        self._engine.close(self._slots.pop(story))

    def close_idle(self, now: int) -> list[int]:
        """End the stories without a new article for longer than the window at stream time `now`."""
        self._tick(now)
        closed = []
        while self._deadlines and self._deadlines[0][0] < now:
            _, number = heapq.heappop(self._deadlines)
            slot = self._slots.get(number)
            if slot is None:
                continue
            deadline = int(self._engine.tables.seen[slot]) + self._settings.window
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
        return packed(self._engine.tables)

    @classmethod
    def restore(cls, settings: StorySettings, dimensions: int, arrays: dict[str, np.ndarray]) -> "StoryIndex":
        """The index that gave this snapshot: it answers as that one would have.

        Raises:
            ModelMismatchError: the snapshot holds vectors of another number of dimensions.
        """
        held = arrays["vector"].shape[1]
        if held != dimensions:
            raise ModelMismatchError(
                f"the checkpoint's vectors have {held} dimensions, the encoder's {dimensions}"
            )
        index = cls.__new__(cls)
        index._begin(settings, unpacked(arrays))
        return index
