"""Envelopes of Kafka Connect: messages as they are sent, and as they come broken."""

from tests.support.feed_samples.sample import PLAIN, TEN, TEXT, TITLE, URL, Broken, Sample, json_bytes

SAMPLES = (
    Sample(
        "Kafka Connect",
        json_bytes(
            {
                "schema": {"type": "struct", "fields": []},
                "payload": {"id": "a1", "title": TITLE, "text": TEXT, "published_at": TEN},
            }
        ),
        PLAIN | {"id": "a1"},
    ),
    Sample(
        "Debezium around news-please",
        json_bytes(
            {
                "payload": {
                    "op": "c",
                    "before": None,
                    "after": {
                        "url": URL,
                        "title": TITLE,
                        "maintext": TEXT,
                        "date_publish": "2026-03-03T10:15:00",
                    },
                }
            }
        ),
        PLAIN | {"id": URL},
    ),
)
BROKEN = (
    Broken(
        "Kafka Connect",
        json_bytes({"schema": None, "payload": None}),
        "invalid",
        "the envelope of Kafka Connect",
    ),
)
