"""The workbench: an article is weighed on it, joined or not, and the touched story held against its neighbours.

Both the index, which decides by a model, and the training, which also follows labels, work on it.
"""

from typing import NamedTuple

import numpy as np

from stream.stories.assign import find_neighbours, join_or_open, merge_stories, place_article, weigh_article
from stream.stories.decision.join_features import JOIN_FEATURES, MAX_SCORED
from stream.stories.decision.merge_features import MAX_NEIGHBOURS, MERGE_FEATURES
from stream.stories.decision.scorer import Compiled
from stream.stories.index.candidates import MAX_FOUND, new_found
from stream.stories.index.clusters import close_story
from stream.stories.index.similarity import new_lookup
from stream.stories.index.state import CHANNELS, MAX_MEMBERS, MIXED, Tables, with_room
from stream.stories.splitting import SPLIT_AT, split_story
from stream.stories.text.evidence import Evidence
from stream.stories.text.language_codes import language_code


class ArticleGiven(NamedTuple):
    """An article as the index is given it. `event_time`: milliseconds; `dated`: whether it is the source's word."""

    number: int
    evidence: Evidence
    vector: np.ndarray
    event_time: int
    dated: bool
    language: str | None
    cross_language: bool = False


def _arrays(article: ArticleGiven) -> tuple[np.ndarray, ...]:
    """Words, counts, leads, names, name counts, vector, and the facts as integers."""
    evidence = article.evidence
    language = language_code(article.language)
    facts = (article.number, article.event_time, article.dated, language, article.cross_language)
    return (
        np.frombuffer(evidence.terms, "<u4"),
        np.frombuffer(evidence.counts, np.uint8),
        np.frombuffer(evidence.leads, np.uint8),
        np.frombuffer(evidence.names, "<u4"),
        np.frombuffer(evidence.name_counts, np.uint8),
        article.vector,
        np.array(facts, np.int64),
    )


class StoryEngine:
    """The tables, and what the article at hand was measured to be."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.scores = np.zeros(MAX_FOUND)  # of the stories found: similarity and nearness in time
        self.order = np.zeros(MAX_FOUND, np.int32)  # of the stories found, by falling score
        self.features = np.zeros((MAX_SCORED, len(JOIN_FEATURES)))  # in that order
        self.neighbours = np.zeros(MAX_NEIGHBOURS, np.int32)  # story slots
        self.merge_features = np.zeros((MAX_NEIGHBOURS, len(MERGE_FEATURES)))
        self.logits = np.zeros(MAX_FOUND)  # scores of joining the stories at the first places
        self.merge_logits = np.zeros(MAX_NEIGHBOURS)
        self.count = 0  # stories found
        self.chosen = -1  # place of the story that was joined
        self.story = -1  # its slot
        self.near = 0  # neighbours it was held against
        self.threshold = 0.0  # of joining, as this stream has moved it
        self._leaving = np.zeros(MAX_MEMBERS, np.int64)
        self._around = np.zeros(CHANNELS)
        self._lookup = new_lookup()
        self._found = new_found(len(tables.story))
        self._slot = 0

    def place(
        self, article: ArticleGiven, threshold: float, join_score: Compiled, merge_score: Compiled
    ) -> None:
        """Weigh an article, decide by the join score (or by similarity, for NO_SCORE), record it, look around."""
        self._make_room()
        self.count, self.chosen, self.story, self.near, self.threshold = place_article(
            self.tables,
            self._lookup,
            self._found,
            *_arrays(article),
            self.scores,
            self.order,
            self._around,
            self.features,
            threshold,
            join_score,
            self.logits,
            self.neighbours,
            self.merge_features,
            merge_score,
            self.merge_logits,
        )

    def weigh(self, article: ArticleGiven) -> int:
        """Take an article in and measure it against the open stories; return how many were found."""
        self._make_room()
        self._slot, self.count = weigh_article(
            self.tables,
            self._lookup,
            self._found,
            *_arrays(article),
            self.scores,
            self.order,
            self._around,
            self.features,
        )
        return self.count

    def _make_room(self) -> None:
        self.tables = with_room(self.tables)
        if len(self.tables.story) != len(self._found.score):
            self._found = new_found(len(self.tables.story))

    def story_slot(self, place: int) -> int:
        """The slot of the story at this place of the order."""
        return int(self._found.slots[self.order[place]])

    def story_number(self, place: int) -> int:
        """The number of the story at this place of the order."""
        return int(self.tables.story[self.story_slot(place)])

    def centre_similarity(self, place: int) -> float:
        """The similarity to that story's centre, all channels mixed."""
        return float(self._found.centre[self.order[place], MIXED])

    def mean_similarity(self, place: int) -> float:
        """The mean similarity to that story's exemplars, as they were before the article joined."""
        index = self.order[place]
        return float(self._found.sums[index, MIXED] / max(1, self._found.compared[index]))

    def join(self, place: int) -> int:
        """Record the article in the story at this place of the order, or in a new one for -1; return its slot."""
        return int(
            join_or_open(self.tables, self._lookup, self._found, self._slot, self.order, place, self._around)
        )

    def look_around(self, story: int) -> int:
        """Measure a story slot against the neighbours that its newest article found; return how many."""
        return int(
            find_neighbours(
                self.tables,
                self._lookup,
                self._found,
                self.order,
                self.count,
                story,
                self.neighbours,
                self.merge_features,
            )
        )

    def merge(self, absorbed: int, survivor: int) -> None:
        """Let one story slot live on in another."""
        merge_stories(self.tables, self._lookup, absorbed, survivor)

    def split(self, story: int, merge_score: Compiled, threshold: float) -> tuple[int, tuple[int, ...]]:
        """Part a story slot that is two; return the new story's slot and the articles that left, or -1 and none.

        The first row of the merge features and scores is then that of the two halves.
        """
        if int(self.tables.size[story]) not in SPLIT_AT:
            return -1, ()
        moved, fresh = split_story(
            self.tables,
            self._lookup,
            story,
            merge_score,
            threshold,
            self.merge_features,
            self.merge_logits,
            self._leaving,
        )
        return int(fresh), tuple(self._leaving[:moved].tolist())

    def close(self, story: int) -> None:
        """End a story, given its slot."""
        close_story(self.tables, story)
