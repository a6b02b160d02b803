"""Evidence in, storylines out: the same after a restart, whatever is merged, split, closed or withdrawn."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.stories.profile import ENTRIES, WORDS
from stream.stories.results import Profile, StoryDecision, StoryMerge, StoryPair, StorySplit
from stream.storylines.evidence import CAUTION_WEIGHT, FOUNDER_BONUS
from stream.storylines.linking import KEPT_CLOSED, Storylines
from stream.storylines.settings import StorylineSettings

DAY = 86_400_000
SETTINGS = StorylineSettings()


class Words:
    """Stories by what they are about, as the index would say it: these words, and no names."""

    def __init__(self) -> None:
        self.of: dict[int, tuple[int, ...]] = {}

    def __call__(self, story: int) -> Profile:
        keys, weights = np.zeros((2, ENTRIES), np.uint32), np.zeros((2, ENTRIES), np.int32)
        words = self.of.get(story, (1_000 + story,))
        keys[WORDS, : len(words)], weights[WORDS, : len(words)] = words, 4_000
        return Profile(keys, weights)


ABOUT = Words()


def article(story, *pairs, merges=(), split=None, caution=0.0):
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
    )


def learn(lines: Storylines, decision: StoryDecision, about: Words = ABOUT):
    return lines.learn(decision, about).found


def linked(*pairs, words=(), **facts) -> Storylines:
    lines, about = Storylines(SETTINGS), Words()
    if words:
        about.of = {0: words, 1: words}
    learn(lines, article(0, **facts), about)
    learn(lines, article(1, *pairs, **facts), about)
    return lines


def test_a_founder_links_to_the_story_it_nearly_joined():
    assert linked((0, 0.5 - FOUNDER_BONUS, False)).line_of(1) == 0
    assert linked((0, 0.4 - FOUNDER_BONUS, False)).line_of(1) is None


def test_neighbours_that_nearly_merged_are_one_affair():
    assert linked((0, 0.5, True)).line_of(1) == 0
    assert linked((0, 0.4, True)).line_of(1) is None


def test_what_two_stories_are_about_counts_as_well():
    far = (0, -5.0, False)
    assert linked(far).line_of(1) is None
    assert linked(far, words=(1, 2, 3)).line_of(1) == 0


def test_in_a_stream_of_unrelated_articles_scores_count_for_less():
    assert linked((0, 0.5 + CAUTION_WEIGHT * 2.0, True), caution=2.0).line_of(1) == 0
    assert linked((0, 0.4 + CAUTION_WEIGHT * 2.0, True), caution=2.0).line_of(1) is None


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
    lines.close(0, 0, ABOUT)
    assert lines.let_time_pass(SETTINGS.window - 1) == []
    assert lines.let_time_pass(SETTINGS.window) == [(0, 0)]
    assert lines.stories_of(0) == {1}
    (grown,) = learn(lines, article(2, (1, 1.0, False)))
    assert (grown.line, grown.stories) == (0, {1, 2})


def test_what_a_story_held_together_stays_together_when_it_leaves_the_window():
    lines = linked((0, 1.0, False))
    learn(lines, article(2, (0, 1.0, False)))
    lines.close(0, 0, ABOUT)
    lines.let_time_pass(SETTINGS.window)
    learn(lines, article(3, (2, 1.0, False)))
    assert lines.stories_of(0) == {1, 2, 3}


def test_a_closed_story_of_no_storyline_links_on_for_the_window_if_it_has_several_articles():
    lines = Storylines(SETTINGS)
    for _ in range(KEPT_CLOSED):
        learn(lines, article(0))
    learn(lines, article(1))
    for story in (0, 1):
        lines.close(story, 0, ABOUT)
    assert (lines.knows(0), lines.knows(1)) == (True, False)
    assert lines.let_time_pass(SETTINGS.window) == [(0, -1)]
    assert not lines.knows(0)


def test_a_story_finds_the_closed_one_that_was_about_the_same_months_later():
    lines, about = Storylines(SETTINGS), Words()
    about.of = {0: tuple(range(8)), 1: tuple(range(8)), 2: tuple(range(100, 108))}
    for story in (0, 2):
        for _ in range(KEPT_CLOSED):
            learn(lines, article(story), about)
        lines.close(story, 0, about)
    lines.let_time_pass(SETTINGS.window - 1)
    restored = Storylines.restore(SETTINGS, lines.snapshot())
    for those in (lines, restored):
        assert learn(those, article(1), about) == ()
        (created,) = learn(those, article(1), about)
        assert created.stories == {0, 1}


def test_a_pair_that_scores_too_little_to_be_named_is_not_compared():
    asked = []
    lines = Storylines(SETTINGS)
    learn(lines, article(0))
    lines.learn(article(1, (0, -9.0, False)), asked.append)
    assert not asked
    assert lines.related(1) == []


def test_a_pair_is_scored_anew_when_its_evidence_has_grown_by_a_third():
    lines = Storylines(SETTINGS)
    for _ in range(20):
        learn(lines, article(0))
        learn(lines, article(1))
    learn(lines, article(1, (0, 1.0, True)))
    assert lines.related(1) == [(0, 1.0)]
    for score, mean in ((2.0, 1.5), (3.0, 2.0), (4.0, 2.5), (5.0, 2.5), (6.0, 3.5)):
        learn(lines, article(1, (0, score, True)))
        assert lines.related(1) == [(0, mean)]


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
    """Plays steps on storylines as the fold would, and keeps the storylines that were reported."""

    def __init__(self, lines: Storylines) -> None:
        self.lines = lines
        self.open: list[int] = []
        self.next_story = 0
        self.now = 0
        self.reported: dict[int, frozenset[int]] = {}
        self.about = Words()
        self.about.of = {story: (1_000 + story, 2_000 + story // 3) for story in range(200)}

    def play(self, step):
        kind, one, other, score = step
        self.now += DAY
        for story, line in self.lines.let_time_pass(self.now):
            if line >= 0:
                self.reported[line] -= {story}
        if kind in ("close", "withdraw") and self.open:
            story = self.open.pop(one % len(self.open))
            if kind == "close":
                self.lines.close(story, self.now, self.about)
            else:
                self.note(self.lines.withdraw(story))
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
        self.note(learn(self.lines, article(story, *pairs, merges=merges, split=split), self.about))

    def note(self, found):
        for one in found:
            self.reported[one.line] = one.stories


@settings(deadline=None, max_examples=150)
@given(steps=st.lists(STEP, max_size=60), restart_at=st.integers(0, 59))
def test_reported_storylines_are_those_that_exist_and_a_restart_changes_nothing(steps, restart_at):
    desk, restarted = Desk(Storylines(SETTINGS)), Desk(Storylines(SETTINGS))
    for place, step in enumerate(steps):
        if place == restart_at:
            restarted.lines = Storylines.restore(SETTINGS, restarted.lines.snapshot())
        desk.play(step)
        restarted.play(step)
        assert restarted.reported == desk.reported
    for line, stories in desk.reported.items():
        assert desk.lines.stories_of(line) == stories
        assert all(desk.lines.line_of(story) == line for story in stories)
    reported = {story for stories in desk.reported.values() for story in stories}
    assert all(desk.lines.line_of(story) is None for story in range(desk.next_story) if story not in reported)
