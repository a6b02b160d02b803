"""schema.org (JSON-LD): messages as they are sent, and as they come broken."""

from tests.support.feed_samples.sample import PLAIN, TEXT, TITLE, URL, Broken, Sample, json_bytes

SAMPLES = (
    Sample(
        "schema-org",
        json_bytes(
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
        json_bytes(
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
        json_bytes(
            [
                {"@type": "WebSite", "name": "Halden Press"},
                {"@type": "ReportageNewsArticle", "url": URL, "headline": TITLE, "articleBody": TEXT},
            ]
        ),
        {"id": URL, "title": TITLE, "text": TEXT, "published": None},
    ),
)
BROKEN = (
    Broken(
        "schema-org",
        json_bytes(
            {"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, {"@type": "BreadcrumbList"}]}
        ),
        "invalid",
        "read as schema.org: it holds no article, only BreadcrumbList, WebSite",
    ),
    Broken(
        "schema-org of two articles",
        json_bytes([{"@type": "NewsArticle", "url": URL}, {"@type": "NewsArticle", "url": f"{URL}2"}]),
        "invalid",
        "read as schema.org: it holds 2 articles; a message is one article",
    ),
)
