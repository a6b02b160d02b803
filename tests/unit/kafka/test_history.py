"""Whether committed offset, log and checkpoints make up one past."""

import pytest

from stream.kafka.history import lost_history


@pytest.mark.parametrize(
    ("committed", "beginning", "restored", "newest"),
    [
        (None, 0, None, None),  # nothing was ever done
        (None, 500, None, None),  # a new consumer group on an old log
        (100, 0, None, None),  # the log alone
        (100, 0, 90, 90),
        (100, 80, 90, 90),  # the checkpoint covers what retention deleted
        (100, 100, 100, 100),
        (100, 0, 80, 90),  # the newest is damaged, and the one before serves
    ],
)
def test_a_past_that_is_whole(committed, beginning, restored, newest):
    assert lost_history(committed, beginning, restored, newest) is None


@pytest.mark.parametrize(
    ("committed", "beginning", "restored", "newest", "said"),
    [
        (100, 50, None, None, "no checkpoint that can be used"),
        (100, 50, None, 90, "no checkpoint that can be used"),
        (100, 50, 40, 40, "the checkpoint is of offset 40"),
        (100, 120, 100, 100, "retention deleted what lies before 120"),
        (None, 0, None, 90, "has committed nothing"),
        (30, 0, None, 90, "has committed 30"),
        (30, 0, 20, 90, "the topic was made anew"),
    ],
)
def test_a_past_that_is_not(committed, beginning, restored, newest, said):
    assert said in (lost_history(committed, beginning, restored, newest) or "")
