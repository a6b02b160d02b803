"""webz.io: messages as they are sent, and as they come broken."""

from tests.support.feed_samples.sample import PLAIN, TEXT, TITLE, URL, Broken, Sample, json_bytes

SAMPLES = (
    Sample(
        "webz",
        json_bytes(
            {
                "uuid": "5c1f0a",
                "url": URL,
                "thread": {
                    "uuid": "5c1f0a",
                    "site_full": "www.press.example",
                    "site": "press.example",
                    "main_image": "https://press.example/ferry.jpg",
                },
                "title": TITLE,
                "text": TEXT,
                "published": "2026-03-03T12:15:00.000+02:00",
                "crawled": "2026-03-03T12:40:00.000+02:00",
                "language": "english",
                "syndication": {"syndicated": True, "syndicate_id": "77", "first_syndicated": False},
            }
        ),
        PLAIN
        | {"id": "5c1f0a", "source": "press.example", "url": URL, "image": "https://press.example/ferry.jpg"},
    ),
)
BROKEN = (
    Broken(
        "webz",
        json_bytes({"uuid": 7, "thread": {}, "title": TITLE}),
        "no_id",
        "read as webz.io: neither id nor url",
    ),
)
