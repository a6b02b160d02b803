"""Invented messages in the formats of others: as their services send them, and broken as they come broken."""

import json
from typing import Any, NamedTuple

TEXT = (
    "The night ferry crossed the strait again on Monday after six weeks in the yard at Pirel. Its crew of forty had "
    "been paid in full, the owner said in the harbour office."
)
TITLE = "Ferry returns to the strait"
URL = "https://press.example/harbour/ferry"
TEN = 1_772_532_900_000  # 2026-03-03T10:15:00Z


class Sample(NamedTuple):
    """A message, and what must be read from it."""

    name: str
    value: bytes
    expected: dict[str, Any]


class Broken(NamedTuple):
    """A message that must be refused, for this reason, in words that have this in them."""

    name: str
    value: bytes
    reason: str
    words: str


def _json(message: Any) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode()


PLAIN = {"title": TITLE, "text": TEXT, "published": TEN}
SAMPLES = (
    Sample(
        "schema-org",
        _json(
            {
                "@context": "https://schema.org",
                "@type": "NewsArticle",
                "headline": TITLE,
                "url": "https://www.press.example/harbour/ferry?utm_source=x",
                "mainEntityOfPage": {"@type": "WebPage", "@id": URL},
                "datePublished": "2026-03-03T13:15:00+03:00",
                "dateModified": "2026-03-03T14:00:00+03:00",
                "inLanguage": "en-GB",
                "articleBody": TEXT,
                "author": [{"@type": "Person", "name": "Ana Korvel"}],
                "publisher": {"@type": "NewsMediaOrganization", "name": "Halden Press"},
                "image": [{"@type": "ImageObject", "url": "https://press.example/ferry.jpg"}],
            }
        ),
        PLAIN
        | {"id": URL, "source": "Halden Press", "language": "en", "image": "https://press.example/ferry.jpg"},
    ),
    Sample(
        "schema-org graph with references and a naive date",
        _json(
            {
                "@context": "https://schema.org",
                "@graph": [
                    {"@type": "BreadcrumbList", "itemListElement": []},
                    {"@type": "Organization", "@id": "#publisher", "name": "Halden Press"},
                    {
                        "@type": "ImageObject",
                        "@id": "#image",
                        "contentUrl": "https://press.example/ferry.jpg",
                    },
                    {
                        "@type": ["Article", "NewsArticle"],
                        "headline": TITLE,
                        "mainEntityOfPage": {"@id": URL},
                        "datePublished": "2026-03-03T10:15:00",
                        "articleBody": [TEXT],
                        "publisher": {"@id": "#publisher"},
                        "image": {"@id": "#image"},
                    },
                ],
            }
        ),
        PLAIN | {"id": URL, "source": "Halden Press", "image": "https://press.example/ferry.jpg"},
    ),
    Sample(
        "schema-org array",
        _json(
            [
                {"@type": "WebSite", "name": "Halden Press"},
                {"@type": "ReportageNewsArticle", "url": URL, "headline": TITLE, "articleBody": TEXT},
            ]
        ),
        {"id": URL, "title": TITLE, "text": TEXT, "published": None},
    ),
    Sample(
        "ninjs 1",
        _json(
            {
                "uri": "urn:newsml:press.example:20260303:ferry",
                "type": "text",
                "pubstatus": "usable",
                "urgency": 4,
                "headline": TITLE,
                "body_xhtml": f"<p>{TEXT}</p>",
                "body_text": TEXT,
                "description_text": "Ferry back",
                "firstcreated": "2026-03-03T10:15:00Z",
                "versioncreated": "2026-03-03T10:20:00Z",
                "language": "en",
                "source": "Halden Press",
                "associations": {
                    "picture1": {"renditions": {"main": {"href": "https://press.example/ferry.jpg"}}}
                },
            }
        ),
        PLAIN
        | {
            "id": "urn:newsml:press.example:20260303:ferry",
            "source": "Halden Press",
            "image": "https://press.example/ferry.jpg",
        },
    ),
    Sample(
        "ninjs 2: one body in several content types",
        _json(
            {
                "uri": "https://press.example/items/4711",
                "standard": {"name": "ninjs", "version": "2.1"},
                "type": "text",
                "pubStatus": "usable",
                "headlines": [{"role": "short", "value": "Ferry"}, {"role": "main", "value": TITLE}],
                "bodies": [
                    {"role": "main", "contentType": "text/html", "value": f"<p>{TEXT}</p>"},
                    {"role": "main", "contentType": "text/plain", "value": TEXT, "wordCount": 30},
                ],
                "firstCreated": "2026-03-03T10:15:00Z",
                "infoSources": [{"name": "Halden Press"}],
            }
        ),
        PLAIN | {"id": "https://press.example/items/4711", "source": "Halden Press"},
    ),
    Sample(
        "ninjs 3, a rewrite",
        _json(
            {
                "guid": "tag:press.example,2026:4712",
                "rewrite_of": "tag:press.example,2026:4711",
                "type": "text",
                "pubStatus": "usable",
                "headlines": [{"role": "main", "value": TITLE, "contentType": "text/plain"}],
                "bodies": [{"contentType": "application/xhtml+xml", "value": TEXT}],
                "contentCreated": "2026-03-03T10:15:00+00:00",
                "infoSources": [{"literal": "HPA", "name": "Halden Press"}],
            }
        ),
        PLAIN | {"id": "tag:press.example,2026:4712", "source": "Halden Press"},
    ),
    Sample(
        "newsapi",
        _json(
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
    Sample(
        "webz",
        _json(
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
    Sample(
        "gdelt: a date seen is no date published",
        _json(
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
    Sample(
        "news-please",
        _json(
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
        _json(
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
    Sample(
        "Kafka Connect",
        _json(
            {
                "schema": {"type": "struct", "fields": []},
                "payload": {"id": "a1", "title": TITLE, "text": TEXT, "published_at": TEN},
            }
        ),
        PLAIN | {"id": "a1"},
    ),
    Sample(
        "Debezium around news-please",
        _json(
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
        "schema-org",
        _json(
            {"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, {"@type": "BreadcrumbList"}]}
        ),
        "invalid",
        "read as schema.org: it holds no article, only BreadcrumbList, WebSite",
    ),
    Broken(
        "schema-org of two articles",
        _json([{"@type": "NewsArticle", "url": URL}, {"@type": "NewsArticle", "url": f"{URL}2"}]),
        "invalid",
        "read as schema.org: it holds 2 articles; a message is one article",
    ),
    Broken(
        "ninjs", _json({"uri": "urn:1", "pubStatus": "usable", "bodies": 7}), "no_text", "read as IPTC ninjs"
    ),
    Broken(
        "newsapi",
        _json({"title": "[Removed]", "url": "https://removed.com", "publishedAt": "1970-01-01T00:00:00Z"}),
        "no_text",
        "read as NewsAPI: NewsAPI has removed this article",
    ),
    Broken(
        "webz",
        _json({"uuid": 7, "thread": {}, "title": TITLE}),
        "no_id",
        "read as webz.io: neither id nor url",
    ),
    Broken("gdelt", _json({"title": TITLE, "seendate": "20260303T101500Z"}), "no_id", "read as GDELT"),
    Broken(
        "news-please",
        _json({"maintext": None, "title": " ", "url": URL}),
        "no_text",
        "read as news-please: article",
    ),
    Broken(
        "feed",
        b"<html><body>Moved permanently</body></html>",
        "undecodable",
        "the XML holds no item of a feed",
    ),
    Broken(
        "Kafka Connect", _json({"schema": None, "payload": None}), "invalid", "the envelope of Kafka Connect"
    ),
)
