"""What the broker has: its topics as they are, and where they differ from what the settings ask for."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

CLEANUP = "cleanup.policy"
TIMESTAMPS = "message.timestamp.type"
AT_LEAST = ("retention.ms", "max.message.bytes")  # more than the settings ask for does no harm
FOREVER = -1  # of retention.ms


@dataclass(frozen=True)
class TopicShape:
    """What a topic must be: its partitions, its replicas and its settings that matter."""

    name: str
    partitions: int
    replicas: int
    config: dict[str, str]
    ours: bool = True


@dataclass(frozen=True)
class BrokerTopic:
    """A topic as the broker describes it. `replicas`: of the partition that has the fewest."""

    name: str
    partitions: int
    replicas: int
    config: dict[str, str]


@dataclass(frozen=True)
class Difference:
    """One thing that differs, and what mends it; a worker does not start where it is `fatal`."""

    topic: str
    problem: str
    mend: str
    fatal: bool = False

    def __str__(self) -> str:
        return f"topic {self.topic!r} {self.problem}: {self.mend}"


@dataclass(frozen=True)
class Cluster:
    """The brokers there are, and those of our topics that exist."""

    brokers: int
    topics: dict[str, BrokerTopic]


async def describe(admin: AIOKafkaAdminClient, shapes: Sequence[TopicShape]) -> Cluster:
    """Ask the broker for its size and for the topics of these shapes."""
    existing = set(await admin.list_topics())
    wanted = {shape.name: shape for shape in shapes if shape.name in existing}
    cluster = await admin.describe_cluster()
    topics = {}
    if wanted:
        configs = await _configs(admin, [*wanted])
        for topic in await admin.describe_topics([*wanted]):
            name, partitions = topic["topic"], topic["partitions"]
            replicas = min((len(partition["replicas"]) for partition in partitions), default=0)
            topics[name] = BrokerTopic(name, len(partitions), replicas, configs[name])
    return Cluster(len(cluster["brokers"]), topics)


async def _configs(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    keys = {CLEANUP, TIMESTAMPS, *AT_LEAST}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name, dict.fromkeys(keys)) for name in names]
    configs = {}
    for answer in await admin.describe_configs(resources):
        for _, _, _, name, entries in answer.resources:
            configs[name] = {entry[0]: entry[1] for entry in entries}
    return configs


def differences(shape: TopicShape, cluster: Cluster) -> list[Difference]:
    """Where the broker's topic is not what the settings ask for.

    The articles topic is the user's: it need only exist, take articles of the size that the settings allow, and
    have as many replicas as they say.
    """
    found = cluster.topics.get(shape.name)
    if found is None:
        return [Difference(shape.name, "does not exist", "run `newsfold topics`", fatal=True)]
    return [*_partitions(shape, found), *_replicas(shape, found, cluster.brokers), *_config(shape, found)]


def _partitions(shape: TopicShape, found: BrokerTopic) -> list[Difference]:
    if not shape.ours or found.partitions == shape.partitions:
        return []
    problem = f"has {found.partitions} partitions, the settings say {shape.partitions}"
    mend = "set the partition count in NEWSFOLD_TOPICS__* to the broker's, or create the topic anew"
    return [Difference(shape.name, problem, mend, fatal=True)]


def _replicas(shape: TopicShape, found: BrokerTopic, brokers: int) -> list[Difference]:
    if shape.replicas > brokers:
        problem = f"should have {shape.replicas} replicas, but there are {brokers} brokers"
        mend = f"set NEWSFOLD_TOPICS__REPLICATION_FACTOR to {brokers} at most, or add brokers"
        return [Difference(shape.name, problem, mend)]
    if found.replicas < shape.replicas:
        problem = f"has {found.replicas} replicas, the settings say {shape.replicas}"
        return [Difference(shape.name, problem, "kafka-reassign-partitions.sh adds replicas to a topic")]
    return []


def _config(shape: TopicShape, found: BrokerTopic) -> list[Difference]:
    problems = []
    for name, wanted in shape.config.items():
        value = found.config.get(name, "")
        if value == wanted or (name in AT_LEAST and (int(value) >= int(wanted) or int(value) == FOREVER)):
            continue
        mend = f"kafka-configs.sh --alter --entity-type topics --entity-name {shape.name} "
        mend += f"--add-config {name}={wanted}"
        asked = f"has {name}={value}, Newsfold needs {'at least ' if name in AT_LEAST else ''}{wanted}"
        problems.append(Difference(shape.name, asked, mend, fatal=name == CLEANUP))
    return problems
