"""Items of RSS, Atom and JSON Feed: messages as they are sent, and as they come broken."""

from tests.support.feed_samples.sample import PLAIN, TEN, TEXT, TITLE, URL, Broken, Sample, json_bytes

SAMPLES = (
    Sample(
        "feed: RSS with a two-digit year and a guid that all items share",
        (
            f"<item><title>{TITLE}</title><link>{URL}?utm_source=rss</link><guid isPermaLink='false'>news</guid>"
            f"<pubDate>Tue, 03 Mar 26 10:15:00 GMT</pubDate>"
            f"<description>&lt;p&gt;{TEXT}&lt;/p&gt;</description></item>"
        ).encode(),
        {"id": URL, "title": TITLE, "published": TEN, "summary": f"<p>{TEXT}</p>"},
    ),
    Sample(
        "feed: Atom",
        (
            f"<entry xmlns='http://www.w3.org/2005/Atom'><title>{TITLE}</title><link href='{URL}'/>"
            f"<id>tag:press.example,2026:1</id><published>2026-03-03T10:15:00Z</published>"
            f"<updated>2026-03-03T11:00:00Z</updated><content type='html'>{TEXT}</content></entry>"
        ).encode(),
        PLAIN | {"id": URL},
    ),
    Sample(
        "feed: JSON Feed",
        json_bytes(
            {
                "id": "1",
                "url": URL,
                "title": TITLE,
                "content_text": TEXT,
                "date_published": "2026-03-03T10:15:00Z",
                "image": "https://press.example/ferry.jpg",
                "language": "en-GB",
            }
        ),
        PLAIN | {"id": URL, "image": "https://press.example/ferry.jpg", "language": "en"},
    ),
)
BROKEN = (
    Broken(
        "feed",
        b"<html><body>Moved permanently</body></html>",
        "undecodable",
        "the XML holds no item of a feed",
    ),
)
