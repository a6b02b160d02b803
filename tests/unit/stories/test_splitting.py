"""A story that turns out to be two is split once its reports show it, and not before."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.fold.story_record import SHOWN_ARTICLES
from stream.stories.index.state import MAX_EXEMPLARS
from stream.stories.results import StorySplit
from stream.stories.settings import StorySettings
from stream.stories.splitting import SMALLEST_HALF, SPLIT_AT, SPLIT_THRESHOLD, find_halves
from stream.stories.story_index import StoryIndex
from tests.support.story_newsroom import DIMENSIONS, TWIN_REPORTS, send, send_twins, twin_report

SIDES = [twin_report(number)[0] for number in range(TWIN_REPORTS)]


def new_index(granularity: float = 0.5) -> StoryIndex:
    return StoryIndex(StorySettings(granularity=granularity), DIMENSIONS)


def splits(decisions) -> list[StorySplit]:
    return [decision.split for decision in decisions if decision.split]


def halves_of(similarity: np.ndarray) -> list[int] | None:
    leaves = np.zeros(len(similarity), np.int8)
    return leaves.tolist() if find_halves(similarity, leaves) else None


@given(
    st.lists(st.booleans(), min_size=4, max_size=20).filter(lambda s: 2 <= sum(s) <= len(s) - 2),
    st.floats(0.3, 0.9),
    st.floats(0.0, 0.25),
    st.integers(0, 99),
)
def test_halves_are_found_wherever_they_lie(sides: list[bool], within: float, across: float, seed: int):
    sided = np.array(sides)
    noise = np.random.default_rng(seed).uniform(-0.02, 0.02, (len(sides), len(sides)))
    similarity = np.where(sided[:, None] == sided, within, across) + noise + noise.T
    np.fill_diagonal(similarity, 0.0)
    assert halves_of(similarity) == [int(side != sides[0]) for side in sides]


@pytest.mark.parametrize("articles", SPLIT_AT)
def test_articles_all_equally_alike_have_no_halves(articles: int):
    similarity = np.full((articles, articles), 0.5)
    np.fill_diagonal(similarity, 0.0)
    assert halves_of(similarity) is None


def test_one_article_unlike_the_rest_is_no_half():
    similarity = np.full((6, 6), 0.5)
    similarity[5] = similarity[:, 5] = 0.1
    np.fill_diagonal(similarity, 0.0)
    assert halves_of(similarity) is None


@given(st.integers(4, 20), st.integers(0, 10_000))
def test_no_half_is_a_single_article(articles: int, seed: int):
    similarity = np.random.default_rng(seed).random((articles, articles))
    similarity += similarity.T
    np.fill_diagonal(similarity, 0.0)
    leaves = halves_of(similarity)
    assert leaves is None or SMALLEST_HALF <= sum(leaves) <= articles - SMALLEST_HALF


def test_a_story_of_two_events_is_split_and_later_reports_go_to_their_own():
    decisions = send_twins(new_index())
    (split,) = splits(decisions)
    at = next(number for number, decision in enumerate(decisions) if decision.split)
    assert {decision.story for decision in decisions[: at + 1]} == {split.story}
    assert list(split.leaving) == [number for number in range(at + 1) if SIDES[number] == 1]
    stories = (split.story, split.fresh)
    later = range(at + 1, TWIN_REPORTS)
    assert [decisions[number].story for number in later] == [stories[SIDES[number]] for number in later]


def test_a_split_explains_itself():
    (split,) = splits(send_twins(new_index()))
    assert split.score < split.threshold == SPLIT_THRESHOLD
    assert split.factors


def test_a_withdrawn_article_is_no_part_of_a_split():
    index = new_index()
    decisions = send_twins(index, withdrawn=(1, 3))
    (split,) = splits(decisions)
    assert not {1, 3} & set(split.leaving)
    assert decisions[1].story == split.story  # it had been an article of the story


def test_headlines_alone_split_no_story():
    assert not splits(send_twins(new_index(), words=5))


def test_a_story_of_one_event_stays_whole():
    index = new_index()
    assert not splits(send(index, number, number // 20, number) for number in range(60))


def test_a_coarse_granularity_leaves_together_what_a_finer_one_splits():
    (split,) = splits(send_twins(new_index()))
    threshold_at_90 = SPLIT_THRESHOLD - StorySettings(granularity=0.9).shift
    assert split.score > threshold_at_90
    assert not splits(send_twins(new_index(granularity=0.9)))


@pytest.mark.parametrize("restart_at", range(1, TWIN_REPORTS))
def test_a_restored_index_splits_as_the_one_that_was_never_stopped(restart_at: int):
    assert send_twins(new_index(), restart_at=restart_at) == send_twins(new_index())


def test_every_article_of_a_story_that_may_be_split_is_an_exemplar_and_is_listed():
    assert max(SPLIT_AT) <= min(MAX_EXEMPLARS, SHOWN_ARTICLES)
