"""GDELT: messages as they are sent, and as they come broken."""

from tests.support.feed_samples.sample import TITLE, URL, Broken, Sample, json_bytes

SAMPLES = (
    Sample(
        "gdelt: a date seen is no date published",
        json_bytes(
            {
                "url": URL,
                "url_mobile": "",
                "title": TITLE,
                "seendate": "20260303T101500Z",
                "socialimage": "https://press.example/ferry.jpg",
                "domain": "press.example",
                "language": "English",
                "sourcecountry": "Norway",
            }
        ),
        {"id": URL, "title": TITLE, "published": None, "source": "press.example"},
    ),
)
BROKEN = (
    Broken("gdelt", json_bytes({"title": TITLE, "seendate": "20260303T101500Z"}), "no_id", "read as GDELT"),
)
