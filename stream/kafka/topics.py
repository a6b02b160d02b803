"""The topics: their shapes, their creation, and the refusal to run on topics of another shape."""

import asyncio

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import InvalidReplicationFactorError, TopicAlreadyExistsError, for_code

from stream.errors import BrokerUnavailableError, TopicsMismatchError
from stream.kafka.broker_topics import CLEANUP, TIMESTAMPS, TopicShape, describe, differences
from stream.settings import Settings

HOUR_MS = 3_600_000
LISTING_TRIES = 100  # ten seconds in all; a single broker takes a tenth of one
LISTING_SECONDS = 0.1


def topic_shapes(settings: Settings) -> list[TopicShape]:
    """The topics as the settings want them. The articles topic is the user's: only its existence counts."""
    topics = settings.topics
    largest = str(settings.intake.max_message_bytes)
    kept = {CLEANUP: "delete", "retention.ms": str(topics.embedded_retention_hours * HOUR_MS)}
    letters = {CLEANUP: "delete", "retention.ms": str(topics.dead_letter_retention_hours * HOUR_MS)}
    replicas, outputs = topics.replication_factor, topics.output_partitions
    size = {"max.message.bytes": largest}
    return [
        TopicShape(topics.articles, topics.article_partitions, replicas, size, ours=False),
        # LogAppendTime: the broker's clock alone says when a record was logged
        TopicShape(topics.embedded, topics.shards, replicas, kept | {TIMESTAMPS: "LogAppendTime"}),
        TopicShape(topics.stories, outputs, replicas, {CLEANUP: "compact"}),
        TopicShape(topics.storylines, outputs, replicas, {CLEANUP: "compact"}),
        TopicShape(topics.assignments, outputs, replicas, {CLEANUP: "compact"}),
        TopicShape(topics.dead_letters, 1, replicas, letters | size),
    ]


async def create_topics(admin: AIOKafkaAdminClient, settings: Settings) -> list[str]:
    """Create the topics that are missing; return their names.

    Raises:
        TopicsMismatchError: there are fewer brokers than the replicas that the settings ask for.
        BrokerUnavailableError: the broker refused to create one.
    """
    existing = set(await admin.list_topics())
    missing = [shape for shape in topic_shapes(settings) if shape.name not in existing]
    new = [
        NewTopic(shape.name, shape.partitions, shape.replicas, topic_configs=shape.config)
        for shape in missing
    ]
    if new:
        answer = await admin.create_topics(new)
        for name, code, *message in answer.topic_errors:
            error = for_code(code)
            if error is InvalidReplicationFactorError:
                raise TopicsMismatchError(
                    f"topic {name!r} was not created with {settings.topics.replication_factor} replicas: there are "
                    "fewer brokers; lower NEWSFOLD_TOPICS__REPLICATION_FACTOR, or add brokers"
                )
            if code and error is not TopicAlreadyExistsError:
                raise BrokerUnavailableError(f"topic {name!r} was not created: {error.__name__} {message}")
        await _wait_until_known(admin, {shape.name for shape in missing})
    return [shape.name for shape in missing]


async def _wait_until_known(admin: AIOKafkaAdminClient, names: set[str]) -> None:
    """A broker answers a creation before its own listings show the topic."""
    for _ in range(LISTING_TRIES):
        if names <= set(await admin.list_topics()):
            return
        await asyncio.sleep(LISTING_SECONDS)
    raise BrokerUnavailableError(f"the broker does not list the topics it created: {sorted(names)}")


async def check_topics(admin: AIOKafkaAdminClient, settings: Settings) -> None:
    """Compare the broker's topics with the settings.

    Raises:
        TopicsMismatchError: says of each topic what would damage the stream, and how to mend it.
    """
    shapes = topic_shapes(settings)
    cluster = await describe(admin, shapes)
    fatal = [str(one) for shape in shapes for one in differences(shape, cluster) if one.fatal]
    if fatal:
        raise TopicsMismatchError("The topics do not fit the settings:\n  " + "\n  ".join(fatal))
