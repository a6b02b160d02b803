"""The broker's topics beside the settings: more than asked for is fine, less is named with what mends it."""

import pytest

from stream.kafka.broker_topics import BrokerTopic, Cluster, TopicShape, differences
from stream.kafka.topics import topic_shapes
from stream.settings import Settings

SHAPES = topic_shapes(Settings())
EMBEDDED = SHAPES[1]


def cluster(shape: TopicShape, brokers: int = 3, **changes: object) -> Cluster:
    facts = {"partitions": shape.partitions, "replicas": shape.replicas, "config": shape.config} | changes
    return Cluster(brokers, {shape.name: BrokerTopic(name=shape.name, **facts)})  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_a_topic_as_it_was_created_has_no_difference(shape: TopicShape):
    assert differences(shape, cluster(shape)) == []
    more = {name: "-1" if name == "retention.ms" else value for name, value in shape.config.items()}
    assert differences(shape, cluster(shape, replicas=3, config=more)) == []


@pytest.mark.parametrize(
    ("changes", "problem", "fatal"),
    [
        ({"partitions": 2}, "has 2 partitions, the settings say 1", True),
        ({"config": EMBEDDED.config | {"cleanup.policy": "compact"}}, "has cleanup.policy=compact", True),
        ({"config": EMBEDDED.config | {"retention.ms": "1000"}}, "has retention.ms=1000", False),
        ({"config": EMBEDDED.config | {"message.timestamp.type": "CreateTime"}}, "has message.times", False),
        ({"replicas": 0}, "has 0 replicas, the settings say 1", False),
        ({"brokers": 0}, "should have 1 replicas, but there are 0 brokers", False),
    ],
)
def test_each_difference_is_named_and_is_fatal_where_it_would_damage_the_stream(changes, problem, fatal):
    (found,) = differences(EMBEDDED, cluster(EMBEDDED, **changes))
    assert found.problem.startswith(problem)
    assert found.fatal is fatal
    assert found.mend


def test_the_partitions_of_the_articles_topic_are_the_users():
    assert differences(SHAPES[0], cluster(SHAPES[0], partitions=400)) == []


def test_a_missing_topic_stops_a_worker():
    (found,) = differences(EMBEDDED, Cluster(1, {}))
    assert found.fatal
    assert "newsfold topics" in found.mend
