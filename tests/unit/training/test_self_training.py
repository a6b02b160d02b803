"""How the model is trained: it lives through the streams as the service would."""

from stream.training.self_training import StreamArticle, TrainingRun
from tests.support.story_newsroom import DIMENSIONS, HOUR, START, direction, report

DAY = 24 * HOUR


def article(event: int, number: int, day: int) -> StreamArticle:
    evidence, vector = report(event, number), direction(event, number)
    return StreamArticle(evidence, vector, START + day * DAY, True, "en", f"event {event}")


def followed(*stream: StreamArticle) -> list[int]:
    """The story number of each article where the labels are followed."""
    run = TrainingRun(DIMENSIONS, fitted=None)
    run.follow(stream)
    return run.first


def test_the_first_round_puts_articles_where_their_labels_are():
    assert followed(article(1, 0, 0), article(2, 0, 1), article(1, 1, 2), article(2, 1, 3)) == [0, 1, 0, 1]


def test_a_story_idle_for_the_window_closes_in_training_too():
    assert followed(article(1, 0, 0), article(1, 1, 20), article(1, 2, 42)) == [0, 0, 1]


def test_the_labels_say_which_candidate_was_right():
    run = TrainingRun(DIMENSIONS, fitted=None)
    run.follow([article(1, 0, 0), article(2, 0, 0), article(1, 1, 0)])
    shares = [share for _, share, _ in run.join_rows[-2:]]
    assert sorted(shares) == [0.0, 1.0]
