"""The story index: one article in, the story it belongs to out. A pure function of the calls made."""

import numpy as np

from stream.errors import ModelMismatchError
from stream.stories.assign import HEADLINE_WEIGHT, NEW_STORY, NO_JOIN, SAME_FORM, Rules
from stream.stories.deadlines import Deadlines
from stream.stories.decision.join_features import MAX_SCORED, OVER_UNRELATED
from stream.stories.decision.scorer import NO_SCORE, scorers
from stream.stories.engine import ArticleGiven, StoryEngine
from stream.stories.index.serialization import VECTORS, arrays_of, packed, unpacked
from stream.stories.index.state import StoryState, new_state
from stream.stories.profile import ENTRIES, Described, fill_profile
from stream.stories.results import (
    FACTOR_DIGITS,
    Factor,
    Profile,
    StoryDecision,
    StoryMerge,
    StoryPair,
    StoryRival,
    StorySplit,
)
from stream.stories.settings import StorySettings
from stream.stories.splitting import SPLIT_THRESHOLD
from stream.stories.text.evidence import Evidence

# the factors that rules add, beside those of the model
UNRELATED, FORM, HEADLINE = "no_closer_than_unrelated", "same_form", "headline_not_found"


class StoryIndex:
    """All open stories of a shard: decides for each article, and records what it decided."""

    def __init__(self, settings: StorySettings, dimensions: int) -> None:
        """An empty index for vectors of so many dimensions.

        Raises:
            SettingsError: the settings name a model file that cannot be read.
        """
        self._begin(settings, new_state(dimensions))

    def _begin(self, settings: StorySettings, state: StoryState) -> None:
        self._settings = settings
        self._now = 0
        self._learned = settings.decision == "learned"
        self._join, self._merge, self._halves = scorers(settings.model)
        self._merge_threshold = self._merge.threshold - settings.shift
        self._split_threshold = SPLIT_THRESHOLD - settings.shift
        self._rules = self._rules_of(settings)
        self._engine = StoryEngine(state)
        open_slots = np.flatnonzero(state.stories.number >= 0).tolist()
        self._slots = {self._engine.number_of(slot): slot for slot in open_slots}
        self._deadlines = Deadlines()
        for number, slot in self._slots.items():
            self._deadlines.expect(number, self._deadline(slot))
        self._shift = 0.0

    def _rules_of(self, settings: StorySettings) -> Rules:
        if self._learned:
            threshold = self._join.threshold - settings.shift
            return Rules(
                threshold, settings.cross_language, self._join.arrays, self._merge.arrays, settings.span
            )
        return Rules(settings.rule_threshold, settings.cross_language, NO_SCORE, NO_SCORE, settings.span)

    def _deadline(self, slot: int) -> int:
        """The stream time from which on the story in a slot is idle."""
        return self._engine.last_arrival(slot) + self._settings.window

    @property
    def open_stories(self) -> int:
        """Stories that an article could join."""
        return len(self._slots)

    @property
    def bytes(self) -> int:
        """Memory held by the arrays."""
        return sum(array.nbytes for _, array in arrays_of(self._engine.state))

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
        form: int | None = None,
    ) -> StoryDecision:
        """Decide which story article `number` belongs to, and record it.

        `vector`: int8 [dimensions]. `event_time`: milliseconds since the epoch; `dated`: whether it is evidence of
        when the article happened. `language`: a code such as `en`, or None where unknown. `form`: the number of the
        first article that fills the same form, None for a text of its own.
        """
        engine = self._engine
        engine.set_time(max(self._now, event_time))
        engine.place(ArticleGiven(number, evidence, vector, event_time, dated, language, form), self._rules)
        self._shift = engine.threshold - self._rules.threshold
        scored = min(engine.count, MAX_SCORED) if self._learned else engine.count
        logits = engine.workspace.logits[:scored].tolist()
        created = engine.chosen == NEW_STORY
        best = max(range(scored), key=logits.__getitem__) if created and scored else engine.chosen
        story_number = self._note(engine.story)
        bias, factors = self._evidence(best)
        unrelated = self._learned and best >= 0 and logits[best] == NO_JOIN
        if unrelated:  # the rule takes the score down to NO_JOIN, whatever the evidence says
            above = float(engine.workspace.features[best, OVER_UNRELATED])
            taken = NO_JOIN - bias - sum(factor.weight for factor in factors)
            factors = (_factor(UNRELATED, above, taken), *factors)
        elif best >= 0 and logits[best] == SAME_FORM:
            taken = SAME_FORM - bias - sum(factor.weight for factor in factors)
            factors = (_factor(FORM, 1.0, taken), *factors)
        centrality = 0.0 if created else engine.mean_similarity(best)
        pairs = self._pairs(story_number, best, logits) if self._learned else ()
        merges = self._merged() if engine.near else ()
        return StoryDecision(
            story=story_number,
            created=created,
            score=logits[best] if scored else None,
            threshold=engine.threshold,
            bias=bias,
            unrelated=unrelated,
            factors=factors,
            rival=self._rival(logits),
            centrality=centrality,
            merges=merges,
            split=self._split(engine.story) if self._learned and not created and not merges else None,
            continues=self._number_at(engine.continued) if engine.continued >= 0 else None,
            pairs=pairs,
            caution=max(0.0, self._shift),
        )

    def profile_of(self, story: int) -> Profile:
        """What an open story is about, by the articles kept of it."""
        stories, slot = self._engine.state.stories, self._slots[story]
        profile = Profile(np.empty((2, ENTRIES), np.uint32), np.empty((2, ENTRIES), np.int32))
        held = stories.exemplars[slot, : stories.exemplar_count[slot]]
        exemplars = self._engine.state.exemplars
        fill_profile(Described(exemplars.article, exemplars.row, exemplars.terms), held, *profile)
        return profile

    def _number_at(self, place: int) -> int:
        return self._engine.number_of(self._engine.story_slot(place))

    def _pairs(self, story: int, best: int, logits: list[float]) -> tuple[StoryPair, ...]:
        """A founder's best rival, joinable or not; of a story that was joined, the neighbours it was held against."""
        engine = self._engine
        if engine.chosen == NEW_STORY:
            return (StoryPair(story, self._number_at(best), logits[best], merging=False),) if logits else ()
        others = map(engine.number_of, engine.workspace.neighbours[: engine.near].tolist())
        scores = engine.workspace.merge_logits[: engine.near].tolist()
        return tuple(
            [
                StoryPair(story, other, score, merging=True)
                for other, score in zip(others, scores, strict=True)
            ]
        )

    def _evidence(self, place: int) -> tuple[float, tuple[Factor, ...]]:
        """The bias, and what each factor added to it."""
        if place < 0:
            return 0.0, ()
        if self._learned:
            workspace = self._engine.workspace
            factors = self._join.factors(workspace.features[place])
            missing = min(0.0, float(workspace.candidates.headline[workspace.order[place]]))
            if missing:
                factors = (_factor(HEADLINE, -missing, HEADLINE_WEIGHT * missing), *factors)
            return self._join.bias, factors
        similarity = self._engine.centre_similarity(place)
        workspace = self._engine.workspace
        proximity = float(workspace.scores[workspace.order[place]]) - similarity
        return 0.0, (
            _factor("centre_similarity", similarity, similarity),
            _factor("time_proximity", proximity, proximity),
        )

    def _rival(self, logits: list[float]) -> StoryRival | None:
        """The best story that was not joined."""
        places = [place for place in range(len(logits)) if place != self._engine.chosen]
        if not places:
            return None
        place = max(places, key=logits.__getitem__)
        unrelated = self._learned and logits[place] == NO_JOIN
        return StoryRival(self._number_at(place), logits[place], unrelated)

    def _note(self, story: int) -> int:
        number = self._engine.number_of(story)
        self._slots[number] = story
        self._deadlines.expect(number, self._deadline(story))
        return number

    def _merged(self) -> tuple[StoryMerge, ...]:
        """Merge the story just changed with a neighbour, where the evidence says that they are one."""
        engine, workspace = self._engine, self._engine.workspace
        logits = workspace.merge_logits[: engine.near].tolist()
        neighbours = workspace.neighbours[: engine.near].tolist()
        alike = [
            place
            for place in range(engine.near)
            if logits[place] >= self._merge_threshold
            and engine.span_of_both(engine.story, neighbours[place]) <= self._settings.span
        ]
        if not alike:
            return ()
        best = max(alike, key=logits.__getitem__)
        slots = engine.story, neighbours[best]
        survivor, absorbed = sorted(slots, key=engine.number_of)
        merge = StoryMerge(
            absorbed=engine.number_of(absorbed),
            survivor=engine.number_of(survivor),
            score=logits[best],
            threshold=self._merge_threshold,
            bias=self._merge.bias,
            factors=self._merge.factors(workspace.merge_features[best]),
        )
        engine.merge(absorbed, survivor)
        del self._slots[merge.absorbed]
        return (merge,)

    def _split(self, story: int) -> StorySplit | None:
        """Split the story just changed, where the evidence says that it is two."""
        engine, workspace = self._engine, self._engine.workspace
        fresh, leaving = engine.split(story, self._halves.arrays, self._split_threshold)
        if not leaving:
            return None
        return StorySplit(
            story=engine.number_of(story),
            fresh=self._note(fresh),
            leaving=leaving,
            score=float(workspace.merge_logits[0]),
            threshold=self._split_threshold,
            bias=self._halves.bias,
            factors=self._halves.factors(workspace.merge_features[0]),
        )

    def tick(self, now: int) -> None:
        """Set the clock: what comes next came at stream time `now`, or at its event time where that is later."""
        self._now = now

    def add_copy(self, story: int, leader: int, event_time: int) -> None:
        """A copy of article `leader` came: the story lives on; its centre and its span stay as they were."""
        del leader
        self._engine.set_time(max(self._now, event_time))
        self._engine.note_arrival(self._slots[story])
        self._deadlines.expect(story, self._deadline(self._slots[story]))

    def withdraw(self, story: int, article: int) -> None:
        """An article of a story was withdrawn, and others are left: from now on nothing is compared with it."""
        self._engine.withdraw(self._slots[story], article)

    def rename(self, number: int, other: int) -> None:
        """Let article `other`, which carries the text of article `number`, stand in its place."""
        self._engine.rename(number, other)

    def close(self, story: int) -> None:
        """End a story that the fold emptied."""
        self._engine.close(self._slots.pop(story))

    def close_idle(self, now: int) -> list[int]:
        """End the stories without a new article for longer than the window at stream time `now`."""
        closed = sorted(number for _, number in self.idle(now))
        for number in closed:
            self.close(number)
        return closed

    def idle(self, now: int) -> list[tuple[int, int]]:
        """The stories to be closed at stream time `now`, each after the time since when; the longest idle first."""
        self.tick(now)
        passed = [number for number in self._deadlines.passed(now) if number in self._slots]
        if not passed:
            return []
        deadlines = {number: self._deadline(self._slots[number]) for number in passed}
        for number, deadline in deadlines.items():
            if deadline >= now:
                self._deadlines.expect(number, deadline)
        return sorted((deadline, number) for number, deadline in deadlines.items() if deadline < now)

    def snapshot(self) -> dict[str, np.ndarray]:
        """The whole state as arrays."""
        return packed(self._engine.state)

    @classmethod
    def restore(cls, settings: StorySettings, dimensions: int, arrays: dict[str, np.ndarray]) -> "StoryIndex":
        """The index that gave this snapshot: it answers as that one would have.

        Raises:
            ModelMismatchError: the snapshot holds vectors of another number of dimensions.
        """
        held = arrays[VECTORS].shape[1]
        if held != dimensions:
            raise ModelMismatchError(
                f"the checkpoint's vectors have {held} dimensions, the encoder's {dimensions}"
            )
        index = cls.__new__(cls)
        index._begin(settings, unpacked(arrays))
        return index


def _factor(name: str, value: float, weight: float) -> Factor:
    return Factor(name, round(value, FACTOR_DIGITS), round(weight, FACTOR_DIGITS))
