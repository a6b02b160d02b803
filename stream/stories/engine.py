"""The engine: an article is weighed, joined or not, and the story it changed is compared with its neighbours.

Both the index, which decides by a model, and the training, which also follows labels, run it.
"""

from typing import Any, NamedTuple

import numpy as np

from stream.stories.assign import (
    NEW_STORY,
    Rules,
    find_neighbours,
    join_or_open,
    measure_span,
    merge_stories,
    place_article,
    weigh_article,
)
from stream.stories.decision.scorer import ScoreArrays
from stream.stories.index.candidates import new_candidates
from stream.stories.index.clusters import close_story
from stream.stories.index.growth import with_room
from stream.stories.index.state import MAX_EXEMPLARS, MIXED, STREAM_TIME, StoryState
from stream.stories.index.weighing import ArticleArrays
from stream.stories.splitting import SPLIT_AT, split_story
from stream.stories.text.evidence import Evidence
from stream.stories.text.language_codes import language_code
from stream.stories.unboxed import unbox
from stream.stories.withdrawal import withdraw_article
from stream.stories.workspace import Workspace, new_workspace


class ArticleGiven(NamedTuple):
    """An article as the index is given it. `event_time`: milliseconds; `dated`: whether it is evidence.

    `form`: the number of the first article that fills the same form, None for a text of its own.
    """

    number: int
    evidence: Evidence
    vector: np.ndarray
    event_time: int
    dated: bool
    language: str | None
    form: int | None = None


def _arrays(article: ArticleGiven) -> ArticleArrays:
    evidence, vector = article.evidence, article.vector
    if vector.flags.writeable:  # kernels are compiled for arrays that are not, as those of a record
        vector = vector.view()
        vector.flags.writeable = False
    return ArticleArrays(
        number=article.number,
        form=article.number if article.form is None else article.form,
        event_time=article.event_time,
        dated=article.dated,
        language=language_code(article.language),
        words=np.frombuffer(evidence.terms, "<u4"),
        word_counts=np.frombuffer(evidence.counts, np.uint8),
        lead_counts=np.frombuffer(evidence.leads, np.uint8),
        titles=np.frombuffer(evidence.titles, np.uint8),
        names=np.frombuffer(evidence.names, "<u4"),
        name_counts=np.frombuffer(evidence.name_counts, np.uint8),
        vector=vector,
    )


class StoryEngine:
    """The state, and what the article at hand was measured to be (`workspace`)."""

    def __init__(self, state: StoryState) -> None:
        self.state = state
        self.workspace = new_workspace(len(state.stories.number))
        self.count = 0  # stories found
        self.chosen = NEW_STORY  # place of the story that was joined
        self.story = -1  # its slot
        self.near = 0  # neighbours it was compared with
        self.threshold = 0.0  # of joining, as this stream has moved it
        self.continued = -1  # place of the story that a new one continues
        self._given: tuple[StoryState, Workspace, Rules] | None = None
        self._unboxed: Any = None  # of what was given
        self._leaving = np.zeros(MAX_EXEMPLARS, np.int64)
        self._slot = 0

    def place(self, article: ArticleGiven, rules: Rules) -> None:
        """Weigh an article, decide by the rules, record it, and measure the neighbours of the story it joined."""
        self._make_room()
        self.count, self.chosen, self.story, self.near, self.threshold, self.continued = place_article(
            self._at_hand(rules), _arrays(article)
        )

    def _at_hand(self, rules: Rules) -> Any:
        """State, workspace and rules as kernels hold them; unboxed again where one of them is another than before."""
        given = self._given
        is_known = given and given[0] is self.state and given[1] is self.workspace and given[2] is rules
        if not is_known:
            self._given = self.state, self.workspace, rules
            self._unboxed = unbox(*self._given)
        return self._unboxed

    def weigh(self, article: ArticleGiven, cross_language: bool) -> int:
        """Take an article in and measure it against the open stories; return how many were found."""
        self._make_room()
        self._slot, self.count = weigh_article(self.state, self.workspace, _arrays(article), cross_language)
        return self.count

    def _make_room(self) -> None:
        self.state = with_room(self.state)
        slots = len(self.state.stories.number)
        if slots != len(self.workspace.candidates.posted):
            self.workspace = self.workspace._replace(candidates=new_candidates(slots))

    def set_time(self, moment: int) -> None:
        """Set the moment at which what comes next arrives."""
        self.state.stream.counters[STREAM_TIME] = moment

    def number_of(self, story: int) -> int:
        """The number of the story in a slot."""
        return int(self.state.stories.number[story])

    def size_of(self, story: int) -> int:
        """The reports of the story in a slot."""
        return int(self.state.stories.size[story])

    def last_arrival(self, story: int) -> int:
        """The stream time at which the last article of the story in a slot came."""
        return int(self.state.stories.last_arrival[story])

    def note_arrival(self, story: int) -> None:
        """An article of the story in a slot came now."""
        stories = self.state.stories
        stories.last_arrival[story] = self.state.stream.counters[STREAM_TIME]

    def story_slot(self, place: int) -> int:
        """The slot of the story at this place of the order."""
        return int(self.workspace.candidates.slots[self.workspace.order[place]])

    def centre_similarity(self, place: int) -> float:
        """The similarity to that story's centre, all channels mixed."""
        return float(self.workspace.candidates.centre_similarity[self.workspace.order[place], MIXED])

    def mean_similarity(self, place: int) -> float:
        """The mean similarity to that story's exemplars, as they were before the article joined."""
        candidates, index = self.workspace.candidates, self.workspace.order[place]
        return float(candidates.similarity_sums[index, MIXED] / max(1, candidates.compared[index]))

    def join(self, place: int) -> int:
        """Record the article in the story at this place of the order, or in a new one; return its slot."""
        return int(join_or_open(self.state, self.workspace, self._slot, place))

    def look_around(self, story: int) -> int:
        """Measure a story slot against the neighbours that its newest article found; return how many."""
        return int(find_neighbours(self.state, self.workspace, self.count, story))

    def span_of_both(self, one: int, other: int) -> int:
        """Milliseconds that two story slots would last as one."""
        return int(measure_span(self.state, one, other))

    def merge(self, absorbed: int, survivor: int) -> None:
        """Let one story slot live on in another."""
        merge_stories(self.state, self.workspace, absorbed, survivor)

    def split(self, story: int, merge_score: ScoreArrays, threshold: float) -> tuple[int, tuple[int, ...]]:
        """Split a story slot that is two; return the new story's slot and the articles that left, or -1 and none.

        The first row of the merge features and scores is then that of the two halves.
        """
        if self.size_of(story) not in SPLIT_AT:
            return -1, ()
        moved, fresh = split_story(self.state, self.workspace, story, merge_score, threshold, self._leaving)
        return int(fresh), tuple(self._leaving[:moved].tolist())

    def withdraw(self, story: int, article: int) -> None:
        """Forget a withdrawn article, by its number, of a story slot that has other ones."""
        withdraw_article(self.state, self.workspace, story, article)

    def rename(self, article: int, other: int) -> None:
        """Let what an article said of its story be said by another with the same text."""
        articles = self.state.exemplars.article
        articles[articles == article] = other

    def close(self, story: int) -> None:
        """End a story, given its slot."""
        close_story(self.state, story)
