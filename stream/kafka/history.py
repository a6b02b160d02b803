"""What a worker finds of the past before it writes anything: is it the past these settings go on from?

The embed stage compares its encoder with the records at both ends of the log, the fold stage the committed offset
with the log and the checkpoints. What does not fit ends the worker with code 2 before a record is written or folded.
"""

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from stream.embed.record import decode_record
from stream.errors import ModelMismatchError
from stream.kafka.clients import connected, connection
from stream.settings import Settings

STEPS_BACK = (1, 10, 100, 1_000)  # offsets; the last ones may be transaction markers
POLL_MS = 2_000  # a record that is there comes at once


async def check_log(settings: Settings, model: str) -> None:
    """Compare the encoder with the first and the last record of every shard's log.

    With `skip_other_models` the last record may be of another model: the shard's own is that of its first.

    Raises:
        ModelMismatchError: names the record and both models.
        LogFormatError: a record was written by a newer version.
    """
    topic = settings.topics.embedded
    consumer = AIOKafkaConsumer(**connection(settings.kafka), enable_auto_commit=False)
    async with connected(consumer, settings.kafka):
        sources = [TopicPartition(topic, partition) for partition in range(settings.topics.shards)]
        consumer.assign(sources)
        begins, ends = await consumer.beginning_offsets(sources), await consumer.end_offsets(sources)
        for source in sources:
            found = [await _first_from(consumer, source, begins[source], ends[source])]
            if not settings.shard.skip_other_models:
                found.append(await _last(consumer, source, begins[source], ends[source]))
            for record in found:
                _compare(record, model)


def _compare(record: ConsumerRecord | None, model: str) -> None:
    article = decode_record(record.value or b"") if record is not None else None
    if record is not None and article is not None and article.model not in {"", model}:
        raise ModelMismatchError(
            f"{record.topic}-{record.partition}@{record.offset} was encoded by {article.model!r}, "
            f"this worker encodes by {model!r}"
        )


async def _first_from(
    consumer: AIOKafkaConsumer, source: TopicPartition, start: int, end: int
) -> ConsumerRecord | None:
    """The first article's record at or after an offset; retractions have no model."""
    if start >= end:
        return None
    consumer.seek(source, start)
    batches = await consumer.getmany(source, timeout_ms=POLL_MS)
    return next((record for record in batches.get(source, []) if _has_model(record)), None)


async def _last(
    consumer: AIOKafkaConsumer, source: TopicPartition, begin: int, end: int
) -> ConsumerRecord | None:
    for steps in STEPS_BACK:
        start = max(begin, end - steps)
        if (await _first_from(consumer, source, start, end)) is not None:
            consumer.seek(source, start)
            records = (await consumer.getmany(source, timeout_ms=POLL_MS)).get(source, [])
            return next((record for record in reversed(records) if _has_model(record)), None)
        if start == begin:
            return None
    return None


def _has_model(record: ConsumerRecord) -> bool:
    return bool(decode_record(record.value or b"").model)


def lost_history(
    committed: int | None, beginning: int, restored: int | None, newest: int | None
) -> str | None:
    """What of a shard's past is missing, as a sentence; None where all is there.

    `committed` is the consumer group's offset, `beginning` that of the log, `restored` that of the checkpoint taken,
    `newest` that of the newest one there is.
    """
    if newest is not None and newest > (committed or 0):
        done = "nothing" if committed is None else committed
        return (
            f"there is a checkpoint at offset {newest}, and the consumer group has committed {done}: "
            "the topic was made anew, or the group's offsets are gone"
        )
    if committed is None:
        return None
    if committed < beginning:
        return f"offset {committed} is next, and retention deleted what lies before {beginning}"
    if restored is None and beginning > 0:
        return f"there is no checkpoint that can be used, and the log begins at {beginning} only"
    if restored is not None and restored < beginning:
        return f"the checkpoint is of offset {restored}, and the log begins at {beginning} only"
    return None
