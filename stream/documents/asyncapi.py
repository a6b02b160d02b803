"""The topics as an AsyncAPI 3 document with Kafka bindings: what other teams generate clients and pages from."""

from importlib.metadata import version
from typing import Any

from stream.contract.events import Method, StoryEventType
from stream.contract.storylines import StorylineEventType
from stream.documents.json_schema import PUBLIC, definitions
from stream.kafka.broker_topics import CLEANUP
from stream.kafka.topics import topic_shapes
from stream.settings import Settings

BINDING = "0.5.0"  # version of the Kafka bindings
KEY = {"type": "string", "description": "UTF-8."}
CONNECT_HEADERS = (
    "topic",
    "partition",
    "offset",
    "stage",
    "reason",
    "exception.class.name",
    "exception.message",
)
SERVERS = {
    "kafka": {
        "host": "{bootstrap}",
        "protocol": "kafka",
        "description": "Read stories, storylines and assignments with isolation.level=read_committed.",
        "variables": {"bootstrap": {"default": "127.0.0.1:9092", "description": "host:port of a broker."}},
    }
}


def asyncapi(settings: Settings) -> dict[str, Any]:
    """The document of the public topics; the internal log between the stages is none of them."""
    topics = settings.topics
    channels = {
        "articles": _channel(settings, topics.articles, "article", "Articles, as their producers send them."),
        "stories": _channel(
            settings, topics.stories, "story", "Snapshots of stories; null ends a story's retention."
        ),
        "storylines": _channel(
            settings,
            topics.storylines,
            "storyline",
            "Snapshots of storylines; null ends a storyline's retention.",
        ),
        "assignments": _channel(
            settings, topics.assignments, "assignment", "Why each article is where it is."
        ),
        "dead-letters": _channel(
            settings, topics.dead_letters, "letter", "What could not be read, as it came."
        ),
    }
    operations = {
        "sendArticle": _operation("receive", "articles", "Newsfold reads articles."),
        "storyChanged": _operation("send", "stories", "Newsfold writes each change of a story."),
        "storylineChanged": _operation("send", "storylines", "Newsfold writes each change of a storyline."),
        "articleAssigned": _operation("send", "assignments", "Newsfold writes each decision."),
        "articleRefused": _operation("send", "dead-letters", "Newsfold writes what it could not read."),
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Newsfold",
            "version": version("newsfold"),
            "description": "Articles in, stories out. Consumers ignore fields and enumeration values that they do "
            "not know; docs/topics.md has the rules by which the contract may change.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": SERVERS,
        "channels": channels,
        "operations": operations,
        "components": {"messages": _messages(), "schemas": definitions()},
    }


def _channel(settings: Settings, topic: str, message: str, description: str) -> dict[str, Any]:
    shape = next(shape for shape in topic_shapes(settings) if shape.name == topic)
    binding: dict[str, Any] = {
        "topic": topic,
        "partitions": shape.partitions,
        "replicas": shape.replicas,
        "bindingVersion": BINDING,
    }
    configuration: dict[str, Any] = {}
    if CLEANUP in shape.config:
        configuration["cleanup.policy"] = [shape.config[CLEANUP]]
    if "retention.ms" in shape.config:
        configuration["retention.ms"] = int(shape.config["retention.ms"])
    if configuration:
        binding["topicConfiguration"] = configuration
    return {
        "address": topic,
        "description": description,
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
        "bindings": {"kafka": binding},
    }


def _operation(action: str, channel: str, summary: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "summary": summary}


def _messages() -> dict[str, Any]:
    messages = {
        "article": _message("SentArticle", "An article.", None),
        "story": _message("StorySnapshot", "A story at one version.", [f"story.{t}" for t in StoryEventType]),
        "storyline": _message(
            "StorylineSnapshot", "A storyline at one version.", [f"storyline.{t}" for t in StorylineEventType]
        ),
        "assignment": _message("Assignment", "One decision.", [f"assignment.{m}" for m in Method]),
        "letter": {
            "name": "letter",
            "summary": "The message as it came, with Kafka Connect's error headers.",
            "contentType": "application/octet-stream",
            "headers": {
                "type": "object",
                "properties": {f"__connect.errors.{name}": {"type": "string"} for name in CONNECT_HEADERS},
            },
            "payload": {},
            "bindings": {"kafka": {"key": KEY, "bindingVersion": BINDING}},
        },
    }
    assert set(PUBLIC) < set(messages)  # noqa: S101 - a new public type needs a message here
    return messages


def _message(schema: str, summary: str, kinds: list[str] | None) -> dict[str, Any]:
    payload: dict[str, Any] = {"$ref": f"#/components/schemas/{schema}"}
    message: dict[str, Any] = {
        "name": schema,
        "summary": summary,
        "payload": {"oneOf": [payload, {"type": "null"}]},
        "bindings": {"kafka": {"key": KEY, "bindingVersion": BINDING}},
    }
    if kinds is not None:
        properties = {
            "ce_specversion": {"const": "1.0"},
            "ce_type": {"enum": [f"newsfold.{kind}" for kind in kinds]},
            "ce_source": {"const": "/newsfold"},
            "ce_id": {"type": "string", "description": "With ce_source unique: drop what you have seen."},
            "ce_subject": {"type": "string"},
            "content-type": {"const": "application/json"},
        }
        message["headers"] = {"type": "object", "properties": properties, "required": list(properties)}
    return message
