"""A client that is not ours (librdkafka) produces an article and reads its story by the published schema."""

import asyncio
import json
from pathlib import Path
from time import monotonic

import jsonschema
from confluent_kafka import Consumer, Producer

from tests.support.newsroom import PATIENCE, Newsroom

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
ARTICLE = {
    "url": "https://harbour.example/ferry",
    "title": "Night ferry returns to the strait",
    "body": "After four years the night ferry crosses the strait again, carrying ninety cars and one brass band.",
    "source": {"name": "Harbour Gazette"},
}


def read_one(bootstrap: str, topic: str, group: str) -> tuple[str, dict, dict]:
    """Key, headers and value of the first message."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
        }
    )
    consumer.subscribe([topic])
    deadline = monotonic() + PATIENCE
    try:
        while monotonic() < deadline:
            message = consumer.poll(1.0)
            if message is not None and message.error() is None:
                return message.key().decode(), dict(message.headers()), json.loads(message.value())
    finally:
        consumer.close()
    raise TimeoutError(topic)


async def test_a_foreign_client_produces_an_article_and_reads_its_story(newsroom: Newsroom):
    settings = newsroom.settings
    producer = Producer({"bootstrap.servers": settings.kafka.bootstrap_servers, "compression.type": "zstd"})
    producer.produce(settings.topics.articles, json.dumps(ARTICLE), key=ARTICLE["url"])
    assert producer.flush(30) == 0
    with newsroom.worker() as worker:
        worker.wait_ready()
        key, headers, story = await asyncio.to_thread(
            read_one,
            settings.kafka.bootstrap_servers,
            settings.topics.stories,
            f"{settings.shard.group}-foreign",
        )
    jsonschema.validate(story, json.loads((SCHEMAS / "story.schema.json").read_text()))
    assert (story["id"], story["version"], story["headline"]) == (key, 1, ARTICLE["title"])
    assert story["representative"]["source"] == "Harbour Gazette"
    assert headers["ce_type"] == b"newsfold.story.created"
    assert headers["ce_id"] == f"{key}:1".encode()
