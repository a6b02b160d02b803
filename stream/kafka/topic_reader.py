"""Everything that a topic holds now, for commands that look back."""

from collections.abc import AsyncIterator

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from stream.errors import TopicsMismatchError
from stream.kafka.clients import connected, connection
from stream.kafka.settings import KafkaSettings

POLL_MS = 500


async def records_until_now(kafka: KafkaSettings, topic: str) -> AsyncIterator[ConsumerRecord]:
    """The committed records of a topic up to its present end, each partition in order.

    Raises:
        BrokerUnavailableError: no broker answered.
        TopicsMismatchError: there is no such topic.
    """
    consumer = AIOKafkaConsumer(
        **connection(kafka), isolation_level="read_committed", auto_offset_reset="earliest"
    )
    async with connected(consumer, kafka) as reader:
        if topic not in await reader.topics():
            raise TopicsMismatchError(f"there is no topic {topic!r}")
        sources = [TopicPartition(topic, number) for number in reader.partitions_for_topic(topic) or ()]
        ends = await reader.end_offsets(sources)
        beginnings = await reader.beginning_offsets(sources)
        waiting = {source for source in sources if ends[source] > beginnings[source]}
        reader.assign(sources)
        await reader.seek_to_beginning(*sources)
        while waiting:
            for batch in (await reader.getmany(timeout_ms=POLL_MS)).values():
                for record in batch:
                    yield record
            waiting = {source for source in waiting if await reader.position(source) < ends[source]}
