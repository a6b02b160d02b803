"""Evidence in, storylines out: the same after a restart, whatever is merged, split, closed or withdrawn."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.stories.results import StoryDecision, StoryMerge, StoryPair, StorySplit, Weights
from stream.storylines.linking import CAUTION_WEIGHT, MERGE_BONUS, Storylines
from stream.storylines.settings import StorylineSettings

DAY = 86_400_000
SETTINGS = StorylineSettings()


def about(*words: int) -> Weights:
    """An article of these words, and of no names."""
    held = np.array(words, np.uint32).tobytes(), np.full(len(words), 4_000, np.int16).tobytes()
    return Weights(*held, b"", b"")


def article(story, *pairs, words=(), merges=(), split=None, caution=0.0):
    found = tuple(StoryPair(story, other, score, merging) for other, score, merging in pairs)
    return StoryDecision(
        story=story,
        created=False,
        score=0.0,
        threshold=0.2,
        pairs=found,
        merges=merges,
        split=split,
        caution=caution,
        weights=about(*(words or (1_000 + story,))),
    )


def learn(lines: Storylines, decision: StoryDecision):
    return lines.learn(decision, lambda story: [about(1_000 + story)])


def linked(*pairs, **facts) -> Storylines:
    lines = Storylines(SETTINGS)
    learn(lines, article(0, **facts))
    learn(lines, article(1, *pairs, **facts))
    return lines


def test_a_founder_links_to_the_story_it_nearly_joined():
    assert linked((0, 0.5, False)).line_of(1) == 0
    assert linked((0, 0.4, False)).line_of(1) is None


def test_neighbours_that_nearly_merged_are_one_affair():
    assert linked((0, 0.5 - MERGE_BONUS, True)).line_of(1) == 0


def test_what_two_stories_are_about_counts_as_well():
    far = (0, -5.0, False)
    assert linked(far).line_of(1) is None
    assert linked(far, words=(1, 2, 3)).line_of(1) == 0


def test_in_a_stream_of_unrelated_articles_scores_count_for_less():
    assert linked((0, 0.5 + CAUTION_WEIGHT * 2.0, False), caution=2.0).line_of(1) == 0
    assert linked((0, 0.4 + CAUTION_WEIGHT * 2.0, False), caution=2.0).line_of(1) is None


def test_the_mean_of_all_scores_of_a_pair_counts():
    lines = linked((0, 3.0, False))
    (ended,) = learn(lines, article(1, (0, -5.0, True)))
    assert ended.stories == frozenset()
    assert lines.line_of(0) is lines.line_of(1) is None


def test_a_merged_story_leaves_its_place_and_its_evidence_to_the_survivor():
    lines = linked((0, 1.0, False))
    merge = StoryMerge(absorbed=1, survivor=2, score=1.0, threshold=0.8, bias=0.0)
    learn(lines, article(2))
    (changed,) = learn(lines, article(1, merges=(merge,)))
    assert (changed.line, changed.stories, changed.left) == (0, {0, 2}, {1})


def test_two_stories_of_a_storyline_that_merge_are_none():
    lines = linked((0, 1.0, False))
    (ended,) = learn(lines, article(1, merges=(StoryMerge(1, 0, 1.0, 0.8, 0.0),)))
    assert (ended.stories, lines.line_of(0)) == (frozenset(), None)


def test_a_storyline_whose_story_merged_into_one_that_does_not_belong_ends():
    lines = linked((0, 1.0, False))
    learn(lines, article(2, (0, -9.0, False)))
    (ended,) = learn(
        lines, article(1, merges=(StoryMerge(absorbed=1, survivor=2, score=1.0, threshold=0.8, bias=0.0),))
    )
    assert (ended.line, ended.stories) == (0, frozenset())
    assert lines.line_of(0) is lines.line_of(2) is None


def test_a_story_that_is_split_leaves_its_evidence_to_the_elder_part():
    lines = linked((0, 1.0, False))
    learn(lines, article(1))
    learn(lines, article(1, split=StorySplit(1, 2, (5, 6), -3.0, -0.5, 0.0)))
    assert (lines.line_of(0), lines.line_of(1), lines.line_of(2)) == (0, 0, None)


def test_a_closed_story_links_on_for_the_window_and_its_storyline_goes_on_without_it():
    lines = linked((0, 1.0, False))
    lines.close(0, now=0)
    assert lines.let_time_pass(SETTINGS.window - 1) == []
    assert lines.let_time_pass(SETTINGS.window) == [(0, 0)]
    assert lines.stories_of(0) == {1}
    (grown,) = learn(lines, article(2, (1, 1.0, False)))
    assert (grown.line, grown.stories) == (0, {1, 2})


def test_what_a_story_held_together_stays_together_when_it_leaves_the_window():
    lines = linked((0, 1.0, False))
    learn(lines, article(2, (0, 1.0, False)))
    lines.close(0, now=0)
    lines.let_time_pass(SETTINGS.window)
    learn(lines, article(3, (2, 1.0, False)))
    assert lines.stories_of(0) == {1, 2, 3}


def test_a_closed_story_of_no_storyline_is_forgotten():
    lines = linked((0, -1.0, False))
    lines.close(0, now=0)
    assert not lines.knows(0)


def test_an_emptied_story_is_part_of_nothing():
    lines = linked((0, 1.0, False))
    (ended,) = lines.withdraw(0)
    assert (ended.stories, ended.left) == (frozenset(), {0, 1})
    assert not lines.knows(0)


STEP = st.tuples(
    st.sampled_from(["report", "report", "report", "merge", "split", "close", "withdraw", "wait"]),
    st.integers(0, 9),
    st.integers(0, 9),
    st.floats(-4, 4),
)


class Desk:
    """Plays steps on storylines as the fold would, and keeps what it was told of them."""

    def __init__(self, lines: Storylines) -> None:
        self.lines = lines
        self.open: list[int] = []
        self.next_story = 0
        self.now = 0
        self.told: dict[int, frozenset[int]] = {}

    def play(self, step):
        kind, one, other, score = step
        self.now += DAY
        for story, line in self.lines.let_time_pass(self.now):
            if line >= 0:
                self.told[line] -= {story}
        if kind in ("close", "withdraw") and self.open:
            story = self.open.pop(one % len(self.open))
            if kind == "close":
                self.lines.close(story, self.now)
            else:
                self.hear(self.lines.withdraw(story))
        elif kind == "wait":
            self.now += 40 * DAY
        else:
            self.report(kind, one, other, score)

    def report(self, kind, one, other, score):
        if one >= len(self.open):
            story = self.next_story
            self.next_story += 1
            self.open.append(story)
        else:
            story = self.open[one]
        rival = self.open[other % len(self.open)]
        pairs = [(rival, score, kind == "merge")] if rival != story else []
        merges, split = (), None
        if kind == "merge" and rival != story:
            merges = (StoryMerge(max(story, rival), min(story, rival), score, 0.0, 0.0),)
            self.open.remove(max(story, rival))
        elif kind == "split":
            split = StorySplit(story, self.next_story, (1,), score, -0.5, 0.0)
            self.open.append(self.next_story)
            self.next_story += 1
        words = (1_000 + story, 1_000 + story // 3)
        self.hear(learn(self.lines, article(story, *pairs, words=words, merges=merges, split=split)))

    def hear(self, found):
        for one in found:
            self.told[one.line] = one.stories


@settings(deadline=None, max_examples=150)
@given(steps=st.lists(STEP, max_size=60), restart_at=st.integers(0, 59))
def test_what_is_told_is_what_stands_and_a_restart_changes_nothing(steps, restart_at):
    desk, twin = Desk(Storylines(SETTINGS)), Desk(Storylines(SETTINGS))
    for place, step in enumerate(steps):
        if place == restart_at:
            twin.lines = Storylines.restore(SETTINGS, twin.lines.snapshot())
        desk.play(step)
        twin.play(step)
        assert twin.told == desk.told
    for line, stories in desk.told.items():
        assert desk.lines.stories_of(line) == stories
        assert all(desk.lines.line_of(story) == line for story in stories)
    told = {story for stories in desk.told.values() for story in stories}
    assert all(desk.lines.line_of(story) is None for story in range(desk.next_story) if story not in told)
