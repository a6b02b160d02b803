"""A worker that would damage the stream ends with code 2 before it has written anything, and names the way out."""

import asyncio
import shutil
from collections import Counter

import msgspec
import pytest
from aiokafka import TopicPartition
from aiokafka.admin.records_to_delete import RecordsToDelete

from stream.embed.record import decode_record, encode_record
from stream.errors import LogFormatError, ModelMismatchError, StateLostError
from stream.kafka.clients import connected_admin
from stream.kafka.history import check_log
from stream.settings import Settings
from tests.integration.test_exactly_once import (
    assert_as_undisturbed,
    embedded,
    fold_stage,
    log,
    next_records,
    running,
    source_of,
)
from tests.support.metrics import value_of
from tests.support.newsroom import Newsroom, article


def changed(newsroom: Newsroom, **shard: bool) -> Settings:
    settings = newsroom.settings
    return settings.model_copy(update={"shard": settings.shard.model_copy(update=shard)})


async def ends_with_code_2(newsroom: Newsroom, stage: str | None = None) -> str:
    """Start a worker that must refuse; all that it said."""
    worker = newsroom.worker(stage)
    worker.start()
    async with asyncio.timeout(240):
        while worker.exit_code is None:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.2)
    said = worker.log_file.read_text()
    assert worker.stop() == 2, said
    return said


async def fold_all(newsroom: Newsroom, number: int) -> None:
    async with fold_stage(newsroom) as stage:
        await stage.open_wanted()
        await stage.take(source_of(newsroom), await next_records(stage, newsroom, number))


async def delete_log_before(newsroom: Newsroom, offset: int) -> None:
    """As retention does."""
    source = TopicPartition(newsroom.settings.topics.embedded, 0)
    async with connected_admin(newsroom.settings.kafka) as admin:
        await admin.delete_records({source: RecordsToDelete(before_offset=offset)})


async def append(newsroom: Newsroom, number: int, model: str, version: int = 1) -> None:
    key, value = embedded(number)
    record = decode_record(value)
    other = encode_record(msgspec.structs.replace(record, model=model, v=version))
    async with running(newsroom) as producer:
        await producer.send_and_wait(newsroom.settings.topics.embedded, other, key=key, partition=0)


async def test_another_encoder_embeds_nothing(newsroom: Newsroom):
    await log(newsroom, range(3))
    await newsroom.produce([article("one", "Ferry service resumes after the storm")])
    said = await ends_with_code_2(newsroom)
    assert "made-up@1" in said
    assert "NEWSFOLD_ENCODER__MODEL" in said
    assert len(await newsroom.read(newsroom.settings.topics.embedded)) == 3


async def test_the_encoder_is_compared_with_both_ends_of_the_log(newsroom: Newsroom):
    settings = newsroom.settings
    await check_log(settings, "any@1")
    await log(newsroom, range(3))
    await check_log(settings, "made-up@1")
    with pytest.raises(ModelMismatchError, match=r"@0 was encoded by 'made-up@1'"):
        await check_log(settings, "other@1")
    await append(newsroom, 3, "other@1")
    for model in ("made-up@1", "other@1"):
        with pytest.raises(ModelMismatchError):
            await check_log(settings, model)
    skipping = changed(newsroom, skip_other_models=True)
    await check_log(skipping, "made-up@1")
    with pytest.raises(ModelMismatchError):
        await check_log(skipping, "other@1")


async def test_a_log_of_a_newer_version_is_left_alone(newsroom: Newsroom):
    await append(newsroom, 0, "made-up@1", version=99)
    with pytest.raises(LogFormatError, match="99"):
        await check_log(newsroom.settings, "made-up@1")


async def test_a_mixed_log_is_read_past_with_a_count(newsroom: Newsroom):
    await log(newsroom, range(3))
    await append(newsroom, 3, "other@1")
    await log(newsroom, range(3, 5))
    async with fold_stage(newsroom) as stage:
        await stage.open_wanted()
        with pytest.raises(ModelMismatchError, match="other@1"):
            await stage.shards[0].take(await next_records(stage, newsroom, 6))
        await stage.close_shards({0})
    newsroom.settings = changed(newsroom, skip_other_models=True)
    async with fold_stage(newsroom) as stage:
        await stage.open_wanted()
        await stage.take(source_of(newsroom), await next_records(stage, newsroom, 6))
        assert value_of(stage.metrics.other_model) == 1
    assigned = Counter(one["article_id"] for one in await newsroom.assignments())
    assert assigned == Counter(f"n{n}" for n in range(5))


async def test_a_state_that_is_lost_is_not_gone_on_from(newsroom: Newsroom):
    await log(newsroom, range(10))
    await fold_all(newsroom, 6)
    shutil.rmtree(newsroom.folder / "checkpoints")
    await delete_log_before(newsroom, 4)
    async with fold_stage(newsroom) as stage:
        with pytest.raises(StateLostError, match="no checkpoint that can be used"):
            await stage.open_wanted()
    said = await ends_with_code_2(newsroom, stage="fold")
    assert "NEWSFOLD_SHARD__ALLOW_STATE_LOSS" in said
    newsroom.settings = changed(newsroom, allow_state_loss=True)
    async with fold_stage(newsroom) as stage:
        await stage.open_wanted()
        assert value_of(stage.metrics.state_lost) == 1
        await stage.take(source_of(newsroom), await next_records(stage, newsroom, 4))
    assigned = Counter(one["article_id"] for one in await newsroom.assignments())
    assert assigned == Counter(f"n{n}" for n in range(10))


async def test_a_log_cut_behind_its_checkpoint_is_whole(newsroom: Newsroom):
    await log(newsroom, range(10))
    await fold_all(newsroom, 6)
    await delete_log_before(newsroom, 6)
    await fold_all(newsroom, 4)
    assert len(await newsroom.assignments()) == 10


async def test_checkpoints_of_a_log_that_was_made_anew_are_not_taken_for_this_ones(newsroom: Newsroom):
    await log(newsroom, range(10))
    await fold_all(newsroom, 6)
    (saved,) = (newsroom.folder / "checkpoints").rglob("*.checkpoint")
    saved.rename(saved.with_name(f"{9_000:020d}.checkpoint"))
    async with fold_stage(newsroom) as stage:
        with pytest.raises(StateLostError, match="offset 9000"):
            await stage.open_wanted()
    newsroom.settings = changed(newsroom, allow_state_loss=True)
    await fold_all(newsroom, 4)
    assert [file.name for file in (newsroom.folder / "checkpoints").rglob("*.checkpoint")] == [
        f"{10:020d}.checkpoint"
    ]
    await assert_as_undisturbed(newsroom, 10)


async def test_a_checkpoint_store_that_cannot_be_written_is_found_at_the_start(newsroom: Newsroom):
    (newsroom.folder / "checkpoints").write_text("in the way")
    said = await ends_with_code_2(newsroom)
    assert "CheckpointStoreError" in said
    assert "NEWSFOLD_CHECKPOINTS__URL" in said
