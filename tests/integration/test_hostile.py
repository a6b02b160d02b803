"""Hostile messages through the real broker: each becomes a record or a dead letter, and good articles still pass.

NEWSFOLD_TEST_HOSTILE=20000 gives the long form.
"""

import asyncio
import os
from collections import Counter
from itertools import islice

from stream.embed.record import decode_record
from tests.support.newsroom import Newsroom, article
from tests.torture.desk import Desk
from tests.torture.hostile_messages import hostile_messages

NUMBER = int(os.environ.get("NEWSFOLD_TEST_HOSTILE", "2000"))
LARGEST = 1_000_000  # the broker itself refuses what is larger than the topic's limit


async def test_every_hostile_message_is_accounted_for(newsroom: Newsroom):
    hostile = hostile_messages(2 * NUMBER, seed=3, largest=LARGEST)
    sendable = (one for one in hostile if one != (None, None))
    messages = list(islice(sendable, NUMBER))
    await newsroom.send(messages)
    await newsroom.send([(b"good", article("good", "Lighthouse is lit again", "Its keeper came home."))])
    with newsroom.worker() as worker:
        await asyncio.to_thread(worker.wait_ready, 240)
        await Desk(None, newsroom).wait_until_done()
        assert worker.exit_code is None
    origins = [
        decode_record(record.value).origin
        for record in await newsroom.read(newsroom.settings.topics.embedded)
    ]
    letters = [dict(letter.headers) for letter in await newsroom.dead_letters()]
    refused = [
        (int(letter["__connect.errors.partition"]), int(letter["__connect.errors.offset"]))
        for letter in letters
    ]
    accounted = [(origin.partition, origin.offset) for origin in origins] + refused
    sent = [
        (record.partition, record.offset) for record in await newsroom.read(newsroom.settings.topics.articles)
    ]
    reasons = Counter(letter["__connect.errors.reason"].decode() for letter in letters)
    print(f"\n{len(sent)} messages: {len(origins)} records, letters {dict(sorted(reasons.items()))}")
    assert sorted(accounted) == sorted(sent)
    assert len(sent) == len(messages) + 1
    assert "good" in {one["article_id"] for one in await newsroom.assignments()}
