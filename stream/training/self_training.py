"""Fitting the learnt decision to labelled streams, on the states that the model itself brings about.

Round 0 follows the labels; each later round runs the model fitted so far over the streams, notes the features and
what the labels say, and fits again. Only so does it learn to live with its own mistakes. Idle stories close as in
the service: where few are open, to be the nearest of them says little.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from stream.stories.assign import NEW_STORY, Rules
from stream.stories.decision.join_features import JOIN_FEATURES, MAX_SCORED
from stream.stories.decision.merge_features import MERGE_FEATURES
from stream.stories.decision.model_file import LearnedScore, linear_part
from stream.stories.decision.scorer import NO_SCORE, ScoreArrays, Scorer
from stream.stories.engine import ArticleGiven, StoryEngine
from stream.stories.index.state import new_state
from stream.stories.settings import StorySettings
from stream.stories.splitting import SPLIT_THRESHOLD
from stream.stories.text.evidence import Evidence
from stream.training.assignments import Placements
from stream.training.fitting import Examples, fit, mean_of

ROUNDS = 6
MERGING_FROM = 2  # the round from which on stories merge
ROUNDS_KEPT = 3  # whose examples the last fit sees
MERGE_WEIGHT_LIMIT = 40.0  # what the merge of two large stories counts for at most
# Logits from which articles join and stories merge. Above 0, as a wrong merge spoils all that follows: merging from
# 0.4, a set of long affairs that was left out got .67 of B-cubed F1, from 1.0 .83; known sets lose nothing by it.
# Joining from 0.4 pairs half as many unrelated articles, and costs .006 on a mixed stream (decision 0004).
JOIN_THRESHOLD, MERGE_THRESHOLD = 0.2, 0.8
SPAN = StorySettings().span  # milliseconds that a story lasts at most
WINDOW = StorySettings().window  # milliseconds of stream time after which an idle story closes


class StreamArticle(msgspec.Struct, frozen=True):
    """One article of a labelled stream. `time`: milliseconds; `dated`: whether the source gave it."""

    evidence: Evidence
    vector: np.ndarray
    time: int
    dated: bool
    language: str | None
    label: str


class Fitted(msgspec.Struct, frozen=True):
    """A join and a merge model."""

    join: LearnedScore
    merge: LearnedScore


def train(
    streams: Sequence[Sequence[StreamArticle]],
    dimensions: int,
    with_trees: bool = False,
    seed: int = 0,
    cross_language: bool = False,
    advance: Callable[[], None] = lambda: None,
) -> Fitted:
    """Fit both models to the streams; every stream weighs the same. `advance`: called after each stream and round."""
    history: list[tuple[Examples, Examples]] = []
    fitted: Fitted | None = None
    for turn in range(ROUNDS):
        joins, merges = Examples([], [], []), Examples([], [], [])
        for stream in streams:
            run = TrainingRun(dimensions, fitted, turn >= MERGING_FROM, cross_language)
            run.follow(stream)
            _collect(joins, run.join_rows, len(JOIN_FEATURES))
            _collect(merges, run.merge_rows, len(MERGE_FEATURES))
            advance()
        history.append((joins, merges))
        recent = history[-ROUNDS_KEPT:] if turn else history
        fitted = Fitted(
            fit([pair[0] for pair in recent], JOIN_FEATURES, JOIN_THRESHOLD, with_trees, seed),
            fit([pair[1] for pair in recent], MERGE_FEATURES, MERGE_THRESHOLD, with_trees, seed),
        )
    assert fitted is not None  # noqa: S101 - there is at least one round
    return fitted


def mean_model(models: Sequence[Fitted]) -> Fitted:
    """The mean of models trained on different streams of the same sets."""
    return Fitted(mean_of([model.join for model in models]), mean_of([model.merge for model in models]))


Row = tuple[np.ndarray, float, float]  # features, label, weight


class TrainingRun:
    """One pass over a labelled stream that follows the labels or a model, and notes what each decision saw.

    `shift`: what the granularity adds to the scores of joining and of merging, in logits. `splitting`: whether
    stories are split again, as in the service.
    """

    def __init__(
        self,
        dimensions: int,
        fitted: Fitted | None,
        merging: bool = True,
        cross_language: bool = False,
        shift: float = 0.0,
        splitting: bool = False,
    ) -> None:
        self._engine = StoryEngine(new_state(dimensions))
        self._now = 0
        self._join = Scorer(fitted.join, JOIN_FEATURES) if fitted else None
        self._merge = Scorer(fitted.merge, MERGE_FEATURES) if fitted and merging else None
        self._halves = Scorer(linear_part(fitted.merge), MERGE_FEATURES) if fitted and splitting else None
        self._cross_language = cross_language
        self._shift = shift
        self._rules = self._rules_of(fitted)
        self._labels: dict[int, Counter[str]] = defaultdict(Counter)  # by story slot
        self.join_rows: list[Row] = []
        self.merge_rows: list[Row] = []
        self._stream: Sequence[StreamArticle] = ()
        self._placements = Placements()

    def _rules_of(self, fitted: Fitted | None) -> Rules:
        if self._join is None or fitted is None:
            return Rules(0.0, self._cross_language, NO_SCORE, NO_SCORE, SPAN)
        threshold = self._join.threshold - self._shift
        merge = Scorer(fitted.merge, MERGE_FEATURES).arrays
        return Rules(threshold, self._cross_language, self._join.arrays, merge, SPAN)

    def follow(self, stream: Sequence[StreamArticle]) -> None:
        """Take in the whole stream."""
        self._stream = stream
        for number, article in enumerate(stream):
            self._take(number, article)

    @property
    def first(self) -> list[int]:
        """The story number that each article was first assigned."""
        return self._placements.first

    def repaired(self) -> list[int]:
        """The story number that each article ended up in."""
        return self._placements.repaired()

    def _take(self, number: int, article: StreamArticle) -> None:
        engine = self._engine
        self._close_idle(article.time)
        given = ArticleGiven(
            number,
            article.evidence,
            article.vector,
            article.time,
            article.dated,
            article.language,
        )
        if self._join is None:
            self._follow_label(given, article.label)
        else:
            engine.place(given, self._rules)
        for place in range(min(engine.count, MAX_SCORED)):
            members = self._labels[engine.story_slot(place)]
            share = members[article.label] / members.total()
            self.join_rows.append((engine.workspace.features[place].copy(), share, 1.0))
        if engine.chosen == NEW_STORY:
            self._labels[engine.story] = Counter()
        self._labels[engine.story][article.label] += 1
        self._placements.place(engine.number_of(engine.story))
        merged = self._note_neighbours()
        if self._halves and engine.chosen != NEW_STORY and not merged:
            self._split(engine.story, self._halves.arrays)

    def _close_idle(self, moment: int) -> None:
        """Move the stream's time on, and end the stories that have been idle for the window."""
        self._now = now = max(self._now, moment)
        self._engine.set_time(now)
        stories = self._engine.state.stories
        idle = (stories.number >= 0) & (stories.last_arrival + WINDOW < now)
        for slot in np.flatnonzero(idle).tolist():
            del self._labels[slot]
            self._engine.close(slot)

    def _follow_label(self, given: ArticleGiven, label: str) -> None:
        engine = self._engine
        count = engine.weigh(given, self._cross_language)
        mine = [place for place in range(count) if self._labels[engine.story_slot(place)][label]]
        engine.chosen = mine[0] if mine else NEW_STORY
        engine.story = engine.join(engine.chosen)
        engine.near = engine.look_around(engine.story) if mine else 0

    def _note_neighbours(self) -> bool:
        """Note what each neighbour is, and merge with the best where the score says so."""
        engine = self._engine
        ours = self._labels[engine.story]
        for place in range(engine.near):
            theirs = self._labels[int(engine.workspace.neighbours[place])]
            pairs = ours.total() * theirs.total()
            share = sum(n * theirs[label] for label, n in ours.items()) / pairs
            weight = min(MERGE_WEIGHT_LIMIT, pairs / (ours.total() + theirs.total()))
            self.merge_rows.append((engine.workspace.merge_features[place].copy(), share, weight))
        if self._merge is None or not engine.near:
            return False
        best = int(engine.workspace.merge_logits[: engine.near].argmax())
        if engine.workspace.merge_logits[best] < self._merge.threshold - self._shift:
            return False
        neighbour = int(engine.workspace.neighbours[best])
        if engine.span_of_both(engine.story, neighbour) > SPAN:
            return False
        self._absorb(engine.story, neighbour)
        return True

    def _absorb(self, one: int, other: int) -> None:
        survivor, absorbed = sorted((one, other), key=self._engine.number_of)
        self._placements.merge(self._engine.number_of(absorbed), self._engine.number_of(survivor))
        self._engine.merge(absorbed, survivor)
        self._labels[survivor] += self._labels.pop(absorbed)

    def _split(self, story: int, halves: ScoreArrays) -> None:
        fresh, leaving = self._engine.split(story, halves, SPLIT_THRESHOLD - self._shift)
        if leaving:
            self._labels[fresh] = Counter(self._stream[number].label for number in leaving)
            self._labels[story] -= self._labels[fresh]
            self._placements.split(leaving, self._engine.number_of(fresh))


def _collect(examples: Examples, rows: list[Row], width: int) -> None:
    if not rows:
        return
    weights = np.array([weight for _, _, weight in rows])
    examples.features.append(np.stack([features for features, _, _ in rows]).reshape(-1, width))
    examples.labels.append(np.array([label for _, label, _ in rows]))
    examples.weights.append(weights / weights.sum())
