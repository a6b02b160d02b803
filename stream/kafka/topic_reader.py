"""Everything that a topic holds now, for commands that look back."""

from collections.abc import AsyncIterator

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import UnknownTopicOrPartitionError

from stream.errors import BrokerUnavailableError, TopicsMismatchError
from stream.kafka.clients import connection, start
from stream.kafka.settings import KafkaSettings

POLL_MS = 500


async def records_until_now(kafka: KafkaSettings, topic: str) -> AsyncIterator[ConsumerRecord]:
    """The committed records of a topic up to its present end, each partition in order.

    Raises:
        BrokerUnavailableError: no broker answered.
        TopicsMismatchError: there is no such topic.
    """
    consumer = AIOKafkaConsumer(
        topic,
        **connection(kafka),
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    try:
        await start(consumer, kafka)
    except BrokerUnavailableError as error:
        if isinstance(error.__cause__, UnknownTopicOrPartitionError):
            raise TopicsMismatchError(f"there is no topic {topic!r}") from error
        raise
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(source) < end for source, end in ends.items()]):
            for source, batch in (await consumer.getmany(timeout_ms=POLL_MS)).items():
                for record in batch:
                    if record.offset < ends[source]:
                        yield record
    finally:
        await consumer.stop()
