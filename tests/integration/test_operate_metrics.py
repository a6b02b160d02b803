"""What a worker exports is true: of its own partitions, of what it committed, of what it holds."""

import asyncio
from collections import Counter
from time import monotonic
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from deploy.worker_process import WorkerProcess
from tests.support.newsroom import PATIENCE, Newsroom, corpus_lines

ARTICLES = 166


def samples(worker: WorkerProcess, name: str) -> dict[tuple[str, ...], float]:
    """The values of a metric by its labels' values."""
    families = text_string_to_metric_families(worker.page("/metrics"))
    found = [sample for family in families for sample in family.samples if sample.name == name]
    return {tuple(sample.labels[label] for label in sorted(sample.labels)): sample.value for sample in found}


async def until(holds: Any) -> None:
    deadline = monotonic() + PATIENCE
    while not await asyncio.to_thread(holds):
        assert monotonic() < deadline
        await asyncio.sleep(0.2)


async def test_it_counts_what_it_committed_and_measures_what_it_holds(newsroom: Newsroom):
    await newsroom.produce(corpus_lines(), partition=0)
    with newsroom.worker() as worker:
        worker.wait_ready()
        await newsroom.wait_for(ARTICLES)
        await until(lambda: sum(samples(worker, "newsfold_processed_total").values()) == len(corpus_lines()))
        committed = samples(worker, "newsfold_story_events_total")
        assert samples(worker, "newsfold_state_bytes")["articles",] > ARTICLES * 49
        assert samples(worker, "process_resident_memory_bytes")[()] > 50_000_000
        assert samples(worker, "newsfold_shards") == {("open",): 1, ("rebuilding",): 0, ("fenced",): 0}
        assert samples(worker, "newsfold_unsaved_records")["0",] == len(corpus_lines())
        assert samples(worker, "newsfold_rebalances_total")["fold",] == 1
        assert 1.7e9 < samples(worker, "newsfold_stream_time_timestamp_seconds")["0",] < 2e9
    records = await newsroom.read(newsroom.settings.topics.stories)
    types = Counter(dict(record.headers)["ce_type"].decode() for record in records)
    sent = {f"newsfold.story.{kind}": count for (kind,), count in committed.items() if count}
    assert sent == types


async def test_a_worker_forgets_the_partitions_that_another_has_taken(broker, topic_prefix, tmp_path):
    newsroom = Newsroom(broker.bootstrap, topic_prefix, tmp_path, NEWSFOLD_TOPICS__SHARDS="2")
    await newsroom.open()
    await newsroom.produce(corpus_lines())

    def owned(worker: WorkerProcess) -> set[tuple[str, str]]:
        return {
            (stage, partition) for partition, stage, _ in samples(worker, "newsfold_consumer_lag_records")
        }

    everything = {("embed", str(partition)) for partition in range(4)} | {("fold", "0"), ("fold", "1")}
    with newsroom.worker() as first:
        first.wait_ready()
        await until(lambda: owned(first) == everything)
        with newsroom.worker() as second:
            second.wait_ready()
            await until(lambda: len(owned(second)) == 3)
            await until(lambda: owned(first) == everything - owned(second))
            await until(lambda: len(samples(first, "newsfold_unsaved_records")) == 1)
        await until(lambda: owned(first) == everything)
