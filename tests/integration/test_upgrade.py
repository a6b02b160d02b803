"""A rolling upgrade under load: workers of the former version beside the new ones, on the same topics.

Runs where NEWSFOLD_TEST_FORMER names the commit of the former version (`make test-upgrade FORMER=v1.0`): its kernels
are compiled first, which takes minutes.
"""

import asyncio
import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from stream.embed.record import decode_record
from tests.integration.test_crash import feed
from tests.support.newsroom import Newsroom

FORMER = os.environ.get("NEWSFOLD_TEST_FORMER")
ROOT = Path(__file__).parents[2]
COMPILE_SECONDS = 900.0

pytestmark = pytest.mark.skipif(FORMER is None, reason="NEWSFOLD_TEST_FORMER names no former version")


@pytest.fixture
def former(tmp_path: Path) -> Path:
    """A checkout of the former version."""
    folder = tmp_path / "former"
    folder.mkdir()
    archive = subprocess.run(["git", "archive", str(FORMER)], cwd=ROOT, capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
    return folder


async def test_fold_workers_are_replaced_first_and_then_embed_workers(
    broker, topic_prefix: str, tmp_path: Path, former: Path
):
    newsroom = Newsroom(
        broker.bootstrap, topic_prefix, tmp_path,
        NEWSFOLD_TOPICS__SHARDS="2", NEWSFOLD_TOPICS__ROUTE_BY="source", NEWSFOLD_SHARD__BATCH_SIZE="20",
    )  # fmt: skip
    await newsroom.open()
    lines = feed(500)
    old_embed, old_fold = (newsroom.worker(stage, checkout=former) for stage in ("embed", "fold"))
    with old_embed, old_fold:
        for worker in (old_embed, old_fold):
            await asyncio.to_thread(worker.wait_ready, COMPILE_SECONDS)
        await newsroom.produce(lines[:100])
        await newsroom.wait_for(100)
        with newsroom.worker("fold") as new_fold:
            await newsroom.produce(lines[100:200])
            await asyncio.to_thread(new_fold.wait_ready)
            await newsroom.wait_for(200)
            await newsroom.produce(lines[200:300])
            assert await asyncio.to_thread(old_fold.stop) == 0
            with newsroom.worker("embed") as new_embed:
                await asyncio.to_thread(new_embed.wait_ready)
                await newsroom.produce(lines[300:400])
                await newsroom.wait_for(300)
                assert await asyncio.to_thread(old_embed.stop) == 0
                await newsroom.produce(lines[400:])
                await newsroom.wait_for(500)
    placed = Counter(one["article_id"] for one in await newsroom.assignments() if one["method"] != "moved")
    assert placed == Counter(f"n{n}" for n in range(500)), "each article once"
    assert not await newsroom.dead_letters()
    records = [decode_record(one.value) for one in await newsroom.read(newsroom.settings.topics.embedded)]
    assert Counter(record.id for record in records) == Counter(f"n{n}" for n in range(500))
