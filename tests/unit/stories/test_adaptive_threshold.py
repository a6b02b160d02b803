"""The threshold of joining follows the stream: up among unrelated articles, down where most know their story."""

import pytest

from stream.stories.decision.adaptive_threshold import MOST_FALL, MOST_RISE
from stream.stories.decision.model_file import SHIPPED, read_model
from stream.stories.settings import StorySettings
from stream.stories.story_index import StoryIndex
from tests.support.story_newsroom import DIMENSIONS, send

MODEL = read_model(SHIPPED).join.threshold


def raised(decision, shift=0.0) -> float:
    return decision.threshold - (MODEL - shift)


def unrelated(index, count, first=0):
    return [send(index, first + n, 10_000 + first + n, (first + n) * 0.2) for n in range(count)]


def events(index, count, first=0, of=6):
    return [send(index, first + n, (first + n) // of, (first + n) * 0.2) for n in range(count)]


@pytest.fixture
def index() -> StoryIndex:
    return StoryIndex(StorySettings(), DIMENSIONS)


def test_a_stream_begins_with_the_threshold_of_the_model(index):
    assert raised(unrelated(index, 1)[0]) == pytest.approx(0.0)


def test_among_unrelated_articles_it_takes_more_to_join_and_never_more_than_so_much(index):
    steps = [raised(decision) for decision in unrelated(index, 400)]
    assert steps == sorted(steps)
    assert steps[-1] == MOST_RISE


def test_where_most_articles_know_their_story_it_takes_less(index):
    steps = [raised(decision) for decision in events(index, 400)]
    assert -MOST_FALL <= steps[-1] < 0.0
    assert min(steps) >= -MOST_FALL


def test_an_event_is_one_story_however_long_only_unrelated_articles_came(index):
    unrelated(index, 600)
    reports = [send(index, 600 + n, 1, 120 + n * 0.2) for n in range(6)]
    assert {decision.story for decision in reports[1:]} == {reports[0].story}


def test_what_unrelated_articles_raised_falls_again(index):
    before = raised(unrelated(index, 200)[-1])
    after = raised(events(index, 600, first=200)[-1])
    assert after < 0.0 < before


def test_the_knob_moves_the_threshold_by_as_much_in_every_stream():
    coarse = StorySettings(granularity=0.6)
    one, other = StoryIndex(StorySettings(), DIMENSIONS), StoryIndex(coarse, DIMENSIONS)
    assert raised(unrelated(one, 50)[-1]) == pytest.approx(raised(unrelated(other, 50)[-1], coarse.shift))


def test_a_decision_shows_the_threshold_that_decided(index):
    for decision in unrelated(index, 60) + events(index, 120, first=60):
        below = decision.score is None or decision.score < decision.threshold
        assert decision.created == below
