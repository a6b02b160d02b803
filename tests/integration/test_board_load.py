"""The short form of benchmarks/board: a board under load, killed in the middle, loses and doubles nothing."""

from benchmarks.board.board import measure
from tests.support.browser import chromium
from tests.support.newsroom import Newsroom


async def test_under_load_and_after_a_kill_browser_and_store_have_what_the_topics_say(
    newsroom: Newsroom, tmp_path
):
    chromium()  # or skip before the work
    figures = await measure(newsroom, tmp_path, stories=300, seconds=16)
    assert figures.kills == 1
    assert figures.updates > 100
    assert figures.browser_equals_topic
    assert figures.store_equals_topic
    assert figures.interactions  # how long they took is for the benchmark to say
