"""The five topics: their shapes, their creation, and the refusal to run on topics of another shape."""

import asyncio
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from stream.errors import BrokerUnavailableError, TopicsMismatchError
from stream.settings import Settings

HOUR_MS = 3_600_000
LISTING_TRIES = 100  # ten seconds in all; a single broker takes a tenth of one
LISTING_SECONDS = 0.1
CLEANUP = "cleanup.policy"


@dataclass(frozen=True)
class TopicShape:
    """What a topic must be: its partitions and its settings that matter."""

    name: str
    partitions: int
    config: dict[str, str]
    ours: bool = True


def topic_shapes(settings: Settings) -> list[TopicShape]:
    """The five topics as the settings want them. The articles topic is the user's: only its existence counts."""
    topics = settings.topics
    largest = str(settings.intake.max_article_bytes + 65_536)
    kept = {CLEANUP: "delete", "retention.ms": str(topics.embedded_retention_hours * HOUR_MS)}
    letters = {CLEANUP: "delete", "retention.ms": str(topics.dead_letter_retention_hours * HOUR_MS)}
    return [
        TopicShape(topics.articles, topics.article_partitions, {"max.message.bytes": largest}, ours=False),
        # LogAppendTime: the broker's clock alone says when a record was logged
        TopicShape(topics.embedded, topics.shards, kept | {"message.timestamp.type": "LogAppendTime"}),
        TopicShape(topics.stories, topics.output_partitions, {CLEANUP: "compact"}),
        TopicShape(topics.assignments, topics.output_partitions, {CLEANUP: "compact"}),
        TopicShape(topics.dead_letters, 1, letters | {"max.message.bytes": largest}),
    ]


async def create_topics(admin: AIOKafkaAdminClient, settings: Settings) -> list[str]:
    """Create the topics that are missing; return their names.

    Raises:
        BrokerUnavailableError: the broker refused to create one.
    """
    existing = set(await admin.list_topics())
    missing = [shape for shape in topic_shapes(settings) if shape.name not in existing]
    new = [
        NewTopic(
            shape.name,
            shape.partitions,
            settings.topics.replication_factor,
            topic_configs=shape.config,
        )
        for shape in missing
    ]
    if new:
        answer = await admin.create_topics(new)
        for name, code, *message in answer.topic_errors:
            error = for_code(code)
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
        TopicsMismatchError: says of each topic what differs and how to mend it.
    """
    shapes = topic_shapes(settings)
    existing = set(await admin.list_topics())
    problems = [
        f"topic {shape.name!r} does not exist: run `newsfold topics`"
        for shape in shapes
        if shape.name not in existing
    ]
    if not problems:
        problems = await _differences(admin, [shape for shape in shapes if shape.ours])
    if problems:
        raise TopicsMismatchError("The topics do not fit the settings:\n  " + "\n  ".join(problems))


async def _differences(admin: AIOKafkaAdminClient, shapes: list[TopicShape]) -> list[str]:
    described = await admin.describe_topics([shape.name for shape in shapes])
    partitions = {topic["topic"]: len(topic["partitions"]) for topic in described}
    policies = await _cleanup_policies(admin, [shape.name for shape in shapes])
    problems = []
    for shape in shapes:
        if partitions[shape.name] != shape.partitions:
            problems.append(
                f"topic {shape.name!r} has {partitions[shape.name]} partitions, the settings say "
                f"{shape.partitions}: set the partition count in NEWSFOLD_TOPICS__* to the broker's, or create "
                "the topic anew"
            )
        if policies[shape.name] != shape.config[CLEANUP]:
            problems.append(
                f"topic {shape.name!r} has cleanup.policy={policies[shape.name]}, Newsfold needs "
                f"{shape.config[CLEANUP]}: kafka-configs.sh --alter --add-config {CLEANUP}={shape.config[CLEANUP]}"
            )
    return problems


async def _cleanup_policies(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, str]:
    resources = [ConfigResource(ConfigResourceType.TOPIC, name, {CLEANUP: None}) for name in names]
    policies = {}
    for answer in await admin.describe_configs(resources):
        for _, _, _, name, entries in answer.resources:
            policies[name] = next(entry[1] for entry in entries if entry[0] == CLEANUP)
    return policies
