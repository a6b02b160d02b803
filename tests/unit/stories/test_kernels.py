"""The compiled kernels against plain Python that says the same in the simplest way: equal to the bit."""

from collections import Counter
from math import floor, sqrt

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.stories.decision import scorer
from stream.stories.decision.features import Feature
from stream.stories.decision.join_features import JOIN_FEATURES
from stream.stories.decision.model_file import SHIPPED, LearnedScore, Term, Tree, columns_of, read_model
from stream.stories.decision.scorer import TREE_SHARE, Scorer
from stream.stories.index import neighbour_links, time_gaps
from stream.stories.index.state import (
    BETWEEN_ALL,
    CHANNELS,
    DAY,
    DENSE,
    LEAD,
    MAX_EXEMPLARS,
    MAX_LINKS,
    MIXED,
    NAMES,
    WHOLE,
    new_state,
)
from stream.stories.settings import StorySettings
from stream.stories.story_index import StoryIndex
from tests.support.exemplars import kept_of
from tests.support.story_newsroom import DIMENSIONS, send

GRAIN = 1 << 28
MIX = {WHOLE: 0.3, LEAD: 0.2, NAMES: 0.2, DENSE: 0.3}


@numba.njit
def score_rows(arrays, features, logits):
    scorer.score_rows(arrays, features, len(features), logits)


@numba.njit
def add_links(stories, one, other, count):
    neighbour_links.add_links(stories, one, other, count)


@numba.njit
def links_between(stories, one, other):
    return neighbour_links.links_between(stories, one, other)


@numba.njit
def count_gaps(stream, moment):
    time_gaps.count_gaps(stream, moment, moment, False, 0.0)


def grained(value: float) -> float:
    return floor(value * GRAIN + 0.5) / GRAIN


def similarity(arrays: dict[str, np.ndarray], one: int, other: int) -> np.ndarray:
    """The five similarities of two exemplars of one language, from the arrays of a checkpoint."""

    def product(ours: dict[int, int], theirs: dict[int, int]) -> float:
        return sum(weight * theirs.get(term, 0) for term, weight in ours.items()) / GRAIN

    kept, other_kept = kept_of(arrays, one), kept_of(arrays, other)
    found = np.zeros(CHANNELS)
    found[WHOLE] = product(kept.words, other_kept.words)
    found[LEAD] = product(kept.leads, other_kept.leads)
    found[NAMES] = product(kept.names, other_kept.names)
    ours, theirs = (arrays["exemplars.vector"][slot].astype(int) for slot in (one, other))
    lengths = sqrt(float(ours @ ours)) * sqrt(float(theirs @ theirs))
    found[DENSE] = grained(float(ours @ theirs) / lengths) if lengths else 0.0
    found[MIXED] = grained(sum(share * found[channel] for channel, share in MIX.items()))
    return found


@pytest.fixture(scope="module")
def folded() -> dict[str, np.ndarray]:
    """The state after stories that merged, split and outgrew their exemplars."""
    index = StoryIndex(StorySettings(), DIMENSIONS)
    for number in range(160):
        send(index, number, number % 40, number / 8)
    for number in range(160, 240):
        send(index, number, 777, 20 + number / 100)
    return index.snapshot()


def members(arrays: dict[str, np.ndarray], story: int) -> list[int]:
    held = int(arrays["stories.exemplar_count"][story])
    return [int(slot) for slot in arrays["stories.exemplars"][story, :held]]


def test_sums_over_pairs_of_exemplars_are_those_of_the_exemplars_there_are(folded):
    stories = np.flatnonzero(folded["stories.number"] >= 0).tolist()
    assert max(len(members(folded, story)) for story in stories) == MAX_EXEMPLARS
    assert max(folded["stories.size"]) > MAX_EXEMPLARS
    for story in stories:
        slots = members(folded, story)
        expected = np.zeros(CHANNELS)
        for place, slot in enumerate(slots):
            for earlier in slots[:place]:
                expected += similarity(folded, slot, earlier)
        assert folded["stories.pair_sums"][story].tolist() == expected.tolist()


def test_exemplars_with_anything_in_a_channel_are_counted(folded):
    for story in np.flatnonzero(folded["stories.number"] >= 0).tolist():
        slots = members(folded, story)
        words = sum(bool(kept_of(folded, slot).words) for slot in slots)
        names = sum(bool(kept_of(folded, slot).names) for slot in slots)
        dense = sum(bool(folded["exemplars.vector"][slot].any()) for slot in slots)
        expected = {MIXED: len(slots), WHOLE: words, LEAD: words, NAMES: names, DENSE: dense}
        held = folded["stories.channel_sizes"][story]
        assert {channel: int(held[channel]) for channel in range(CHANNELS)} == expected


def test_a_centre_is_the_direction_of_the_exemplars_sum(folded):
    for story in np.flatnonzero(folded["stories.number"] >= 0).tolist():
        total = sum(folded["exemplars.vector"][slot].astype(int) for slot in members(folded, story))
        length = sqrt(float(total @ total))
        expected = [floor(number * 127.0 / length + 0.5) for number in total.tolist()]
        assert folded["stories.centre"][story].tolist() == expected


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=60))
def test_links_are_counted_at_both_ends_while_there_is_room(pairs):
    stories = new_state(8, stories=8, exemplars=8).stories
    stories.number[:] = np.arange(100, 108)
    expected: Counter[frozenset[int]] = Counter()
    for one, other in pairs:
        if one != other:
            add_links(stories, one, other, 1)
            expected[frozenset((one, other))] += 1
    for one in range(8):
        for other in range(8):
            if one != other:
                assert links_between(stories, one, other) == expected[frozenset((one, other))]


def test_a_story_without_room_for_links_lets_its_weakest_neighbour_go():
    slots = MAX_LINKS + 2
    stories = new_state(8, stories=slots, exemplars=8).stories
    stories.number[:] = np.arange(slots)
    for other in range(1, MAX_LINKS + 1):
        add_links(stories, 0, other, other)
    add_links(stories, 0, MAX_LINKS + 1, 5)
    held = dict(zip(stories.links.number[0].tolist(), stories.links.links[0].tolist(), strict=True))
    assert held == {other: other for other in range(2, MAX_LINKS + 1)} | {MAX_LINKS + 1: 5}


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 200 * DAY), min_size=1, max_size=40))
def test_gaps_in_time_fall_into_their_bins(moments):
    stream = new_state(8, stories=8, exemplars=8).stream
    expected = np.zeros(stream.gap_counts.shape[1])
    for number, moment in enumerate(moments):
        count_gaps(stream, moment)
        for earlier in moments[:number]:
            days = abs(moment - earlier) / DAY
            expected[sum(days >= edge for edge in time_gaps.EDGES)] += 1.0 / (number + 1.0)
    assert stream.gap_counts[BETWEEN_ALL].tolist() == expected.tolist()


def value_of(tree: Tree, row: np.ndarray, node: int = 0) -> float:
    if tree.feature[node] < 0:
        return tree.value[node]
    below = tree.left if row[tree.feature[node]] <= tree.split[node] else tree.right
    return value_of(tree, row, below[node])


def score_of(score: LearnedScore, names: list[str], row: np.ndarray) -> float:
    share = 1.0 - TREE_SHARE if score.trees else 1.0
    total = share * score.bias + (TREE_SHARE * score.base if score.trees else 0.0)
    for name in names:  # in the order of the columns: sums of floats depend on it
        for term in score.terms:
            if term.feature == name:
                value = min(term.high, max(term.low, float(row[names.index(name)])))
                total += share * term.weight * (value - term.low)
    for tree in score.trees:
        total += TREE_SHARE * value_of(tree, row)
    return total


@pytest.mark.parametrize("seed", range(3))
def test_a_score_is_half_the_clipped_terms_and_half_the_trees(seed: int):
    score = read_model(SHIPPED).join
    rows = np.random.default_rng(seed).normal(0.3, 0.5, (6, len(JOIN_FEATURES)))
    logits = np.zeros(6)
    score_rows(Scorer(score, JOIN_FEATURES).arrays, rows, logits)
    names = [feature.name for feature in JOIN_FEATURES]
    assert logits.tolist() == [score_of(score, names, row) for row in rows]


def test_trees_of_different_depths_and_values_at_the_split_go_left():
    features = (Feature("one", 0), Feature("other", 0))
    stump = Tree((0, -1, -1), (0.5, 0.0, 0.0), (1, 0, 0), (2, 0, 0), (0.1, -1.0, 1.0))
    leaf = Tree((-1,), (0.0,), (0,), (0,), (0.25,))
    chain = Tree(
        (1, -1, 0, -1, -1), (0.0, 0, 0.75, 0, 0), (1, 0, 3, 0, 0), (2, 0, 4, 0, 0), (0, 2.0, 0, 3.0, 4.0)
    )
    score = LearnedScore(
        columns_of(features), 0.0, 0.5, (Term("one", 0.0, 1.0, 1.0),), 0.0, (stump, leaf, chain)
    )
    rows = np.array([[0.5, 0.0], [0.5, 0.1], [0.8, -1.0], [0.8, 1.0]])
    logits = np.zeros(4)
    score_rows(Scorer(score, features).arrays, rows, logits)
    assert logits.tolist() == [score_of(score, ["one", "other"], row) for row in rows]
