"""The gauges of the fold stage: how far behind its shards are, what they hold, and how safe that is."""

from collections.abc import Collection, Mapping
from typing import Any

from aiokafka import TopicPartition

from stream.kafka.shard import Shard
from stream.observability.metrics import Metrics

MILLISECONDS = 1000.0


def set_shard_gauges(
    metrics: Metrics, consumer: Any, topic: str, shards: Mapping[int, Shard], opening: Shard | None
) -> None:
    """Set what there is to say of each shard owned here; `opening` is the one being rebuilt."""
    rebuilding = {opening.partition: opening} if opening is not None else {}
    for partition, shard in {**shards, **rebuilding}.items():
        label = str(partition)
        end = consumer.highwater(TopicPartition(topic, partition)) if consumer is not None else None
        if end is not None:
            metrics.lag.labels("fold", topic, label).set(max(0, end - shard.next_offset))
        metrics.rebuild_remaining.labels(label).set(shard.rebuild_remaining)
        if partition in shards:
            state = shard.fold.state
            metrics.unsaved.labels(label).set(shard.next_offset - shard.saved.offset)
            metrics.checkpoint_timestamp.labels(label).set(shard.saved.at)
            metrics.threshold_shift.labels(label).set(state.threshold_shift)
            if state.time.now:
                metrics.stream_time.labels(label).set(state.time.now / MILLISECONDS)


def set_state_gauges(
    metrics: Metrics, shards: Collection[Shard], wanted: Collection[int], fenced: Collection[int]
) -> None:
    """Set what the shards hold together, and how many are open, being rebuilt or fenced."""
    states = [shard.fold.state for shard in shards]
    entries, held = metrics.state_entries, metrics.state_bytes
    entries.labels("articles").set(sum(len(state.registry) for state in states))
    entries.labels("leaders").set(sum(state.copies.entries for state in states))
    entries.labels("stories").set(sum(len(state.story_store) for state in states))
    entries.labels("storylines").set(sum(len(state.affairs.store) for state in states))
    held.labels("articles").set(sum(state.registry.bytes for state in states))
    held.labels("leaders").set(sum(state.copies.bytes for state in states))
    held.labels("stories").set(sum(state.story_bytes for state in states))
    held.labels("storylines").set(sum(state.affairs.links.bytes for state in states))
    metrics.shards.labels("open").set(len(shards))
    metrics.shards.labels("fenced").set(len(fenced))
    metrics.shards.labels("rebuilding").set(len(wanted) - len(shards) - len(fenced))
