"""news-please: messages as they are sent, and as they come broken."""

from tests.support.feed_samples.sample import PLAIN, TEXT, TITLE, URL, Broken, Sample, json_bytes

SAMPLES = (
    Sample(
        "news-please",
        json_bytes(
            {
                "authors": [],
                "date_download": "2026-03-03 11:00:00",
                "date_modify": None,
                "date_publish": "2026-03-03 10:15:00",
                "description": None,
                "image_url": None,
                "language": "en",
                "localpath": None,
                "maintext": TEXT,
                "source_domain": "press.example",
                "title": TITLE,
                "url": URL,
            }
        ),
        PLAIN | {"id": URL, "source": "press.example", "image": None},
    ),
)
BROKEN = (
    Broken(
        "news-please",
        json_bytes({"maintext": None, "title": " ", "url": URL}),
        "no_text",
        "read as news-please: article",
    ),
)
