"""What the model is trained on: streams of labelled articles, and streams of unrelated ones."""

from collections import Counter

import numpy as np
import pytest

from stream.training.augmentation import (
    FULL,
    LARGE,
    LEAD,
    SMALL,
    TITLE,
    LabelledArticle,
    varied_streams,
)
from tests.support.story_newsroom import START, direction, report

STORIES, REPORTS, STREAMS = 40, 4, 16


@pytest.fixture(scope="module")
def labelled() -> list[LabelledArticle]:
    return [article(event, number) for event in range(STORIES) for number in range(REPORTS)]


def article(event: int, number: int) -> LabelledArticle:
    view = (report(event, number), direction(event, number))
    moment = START + (event * 24 + number) * 3_600_000
    return LabelledArticle(f"event {event}", {FULL: view, LEAD: view, TITLE: view}, moment, clock=True)


def of_single_articles(stream) -> bool:
    return max(Counter(article.label for article in stream).values()) == 1


def test_the_same_seed_draws_the_same_streams(labelled):
    one, again = (varied_streams({"set": labelled}, STREAMS, seed=7) for _ in range(2))
    assert [[a.label for a in stream] for stream in one] == [[a.label for a in stream] for stream in again]
    assert [[a.time for a in stream] for stream in one] == [[a.time for a in stream] for stream in again]


def test_one_stream_of_sixteen_holds_unrelated_articles_only(labelled):
    streams = varied_streams({"set": labelled}, STREAMS, seed=7)
    assert len(streams) == STREAMS
    unrelated = [stream for stream in streams if of_single_articles(stream)]
    assert [len(stream) for stream in unrelated] == [STORIES]


def test_unrelated_articles_may_come_from_other_labelled_articles_too(labelled):
    others = [article(event, number) for event in range(900, 960) for number in range(REPORTS)]
    streams = varied_streams({"set": labelled}, STREAMS, seed=7, more_unrelated=others)
    assert [len(stream) for stream in streams if of_single_articles(stream)] == [STORIES + 60]
    together = [stream for stream in streams if not of_single_articles(stream)]
    assert not any(article.label == "event 900" for stream in together for article in stream)


def test_one_stream_of_sixteen_holds_large_stories_among_small_ones(labelled):
    affairs = [article(event, number) for event in range(800, 804) for number in range(LARGE)]
    small = [article(event, number) for event in range(700, 710) for number in range(SMALL + 4)]
    of_large = varied_streams({"affairs": affairs, "set": [*labelled, *small]}, STREAMS, seed=7)[8]
    sizes = Counter(article.label for article in of_large).values()
    assert 1 <= sum(size >= LARGE for size in sizes) <= 3
    assert max(size for size in sizes if size < LARGE) == SMALL


def test_where_no_story_is_large_there_is_no_stream_of_them(labelled):
    streams = varied_streams({"set": labelled}, STREAMS, seed=7)
    assert all(streams)


def test_in_some_streams_the_pages_of_one_site_share_boilerplate(labelled):
    known = buckets(one.views[FULL][0] for one in labelled)
    shares = []
    for stream in varied_streams({"set": labelled}, 4 * STREAMS, seed=7):
        foreign = [buckets([article.evidence]) - known for article in stream]
        if any(foreign):
            shares.append(sum(map(bool, foreign)) / len(foreign))
            assert len(set.union(*foreign)) < 3 * max(map(len, foreign))  # the same ones again and again
    assert 4 < len(shares) < 2 * STREAMS
    assert min(shares) < 0.6 < max(shares)


def buckets(evidences) -> set[int]:
    return {
        int(bucket)
        for evidence in evidences
        for part in (evidence.terms, evidence.names)
        for bucket in np.frombuffer(part, "<u4")
    }


def test_streams_are_in_order_of_time(labelled):
    for stream in varied_streams({"set": labelled}, STREAMS, seed=3):
        dated = [article.time for article in stream if article.dated]
        assert np.all(np.diff(dated) >= 0)
