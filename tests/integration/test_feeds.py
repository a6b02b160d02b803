"""Foreign formats through a real broker: read, folded and shown; malformed ones to the dead letters, in words."""

import asyncio

from stream.kafka.dead_letter_replay import LetterFilter, letters
from tests.support.feed_samples import BROKEN, SAMPLES
from tests.support.newsroom import Newsroom

SLUG = "harbour/ferry"


async def test_every_format_goes_through_and_what_is_broken_is_put_aside_in_words(newsroom: Newsroom):
    expected = {}
    messages: list[tuple[bytes | None, bytes | None]] = []
    for number, sample in enumerate(SAMPLES):  # each an article of its own
        messages.append((None, sample.value.replace(SLUG.encode(), f"{SLUG}-{number}".encode())))
        expected[sample.expected["id"].replace(SLUG, f"{SLUG}-{number}")] = sample.expected["title"]
    messages += [(broken.name.encode(), broken.value) for broken in BROKEN]
    await newsroom.send(messages, partition=0)
    with newsroom.worker() as worker:
        await asyncio.to_thread(worker.wait_ready, 300)
        assignments = await newsroom.wait_for(len(SAMPLES), letters=len(BROKEN))
    assert {one["article_id"]: one["article"]["title"] for one in assignments} == expected
    found = {letter.key: letter async for letter in letters(newsroom.settings, LetterFilter())}
    for broken in BROKEN:
        letter = found[broken.name.encode()]
        assert letter.value == broken.value
        assert letter.fact("reason") == broken.reason
        assert broken.words in letter.fact("exception.message")


async def test_a_topic_may_be_fixed_to_one_format(newsroom: Newsroom):
    newsapi = b'{"url": "https://press.example/a", "title": "Ferry returns", "content": "Again.. [+9 chars]"}'
    await newsroom.send([(None, newsapi)], partition=0)
    with newsroom.worker(NEWSFOLD_INTAKE__FORMAT="newsapi") as worker:
        await asyncio.to_thread(worker.wait_ready, 300)
        (one,) = await newsroom.wait_for(1)
    assert one["article_id"] == "https://press.example/a"
