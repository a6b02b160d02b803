"""NewsAPI: messages as they are sent, and as they come broken."""

from tests.support.feed_samples.sample import TEN, TEXT, TITLE, URL, Broken, Sample, json_bytes

SAMPLES = (
    Sample(
        "newsapi",
        json_bytes(
            {
                "source": {"id": None, "name": "Halden Press"},
                "author": None,
                "title": f"{TITLE} - Halden Press",
                "description": "The night ferry crossed the strait again on Monday.",
                "url": f"{URL}?utm_medium=api",
                "urlToImage": "https://press.example/ferry.jpg",
                "publishedAt": "2026-03-03T10:15:00Z",
                "content": f"{TEXT[:-1]}… [+1234 chars]",
            }
        ),
        {
            "id": URL,
            "title": TITLE,
            "text": TEXT[:-1],
            "published": TEN,
            "source": "Halden Press",
            "image": "https://press.example/ferry.jpg",
        },
    ),
)
BROKEN = (
    Broken(
        "newsapi",
        json_bytes(
            {"title": "[Removed]", "url": "https://removed.com", "publishedAt": "1970-01-01T00:00:00Z"}
        ),
        "no_text",
        "read as NewsAPI: NewsAPI has removed this article",
    ),
)
