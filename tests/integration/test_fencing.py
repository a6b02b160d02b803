"""A worker that lost its shard without knowing can publish nothing more, and goes on as a member of the group."""

import asyncio
import signal

from aiokafka import AIOKafkaProducer

from stream.kafka.clients import connection
from tests.integration.test_crash import assert_as_undisturbed, feed
from tests.support.newsroom import Newsroom

SESSION_SECONDS = 6.0  # as Newsroom sets it


async def test_a_paused_worker_that_wakes_after_its_shard_moved_publishes_nothing(newsroom: Newsroom):
    lines = feed(400)
    changes = {"NEWSFOLD_SHARD__BATCH_SIZE": "5"}  # so that it is paused within its work
    with newsroom.worker("fold", **changes) as zombie, newsroom.worker("embed") as embed:
        await asyncio.to_thread(zombie.wait_ready, 240)
        await asyncio.to_thread(embed.wait_ready, 240)
        await newsroom.produce(lines[:200])
        await newsroom.wait_for(20)
        zombie.send(signal.SIGSTOP)
        with newsroom.worker("fold", **changes) as successor:
            await newsroom.wait_for(200)
            zombie.send(signal.SIGCONT)
            await newsroom.produce(lines[200:])
            await newsroom.wait_for(400)
            await asyncio.sleep(SESSION_SECONDS)
            assert successor.exit_code is None
            assert zombie.exit_code is None
    await assert_as_undisturbed(newsroom, 400)


async def test_a_shard_whose_transactional_id_was_taken_is_given_up_and_opened_again(newsroom: Newsroom):
    lines = feed(200)
    with newsroom.worker() as worker:
        await asyncio.to_thread(worker.wait_ready, 240)
        await newsroom.produce(lines[:100])
        await newsroom.wait_for(100)
        await _take_over(newsroom)
        await newsroom.produce(lines[100:])
        await newsroom.wait_for(200)
        assert worker.exit_code is None
        assert "shard_fenced" in worker.log_file.read_text()
    await assert_as_undisturbed(newsroom, 200)


async def _take_over(newsroom: Newsroom) -> None:
    """Initialise the shard's transactional id, as another owner would."""
    settings = newsroom.settings
    transactional_id = f"{settings.shard.transactional_id_prefix}-{settings.topics.embedded}-0"
    producer = AIOKafkaProducer(**connection(settings.kafka), transactional_id=transactional_id)
    await producer.start()
    await producer.stop()


async def test_a_worker_whose_settings_do_not_fit_says_so_in_one_line(newsroom: Newsroom):
    for changes in (
        {"NEWSFOLD_ENCODER__MODEL": "no-such/model"},
        {"NEWSFOLD_CHECKPOINTS__URL": "nowhere://x"},
        {"NEWSFOLD_TOPICS__SHARDS": "7"},
    ):
        worker = newsroom.worker(**changes)
        worker.start()
        async with asyncio.timeout(120):
            while worker.exit_code is None:  # noqa: ASYNC110 - another process has no event to wait for
                await asyncio.sleep(0.2)
        said = worker.log_file.read_text()
        assert worker.stop() == 2, said
        assert "Traceback" not in said
