"""Objects of the crawler news-please.

{"url": "https://press.example/ferry", "title": "Ferry returns to the strait", "language": "en",
 "maintext": "The night ferry crossed the strait again on Monday.", "source_domain": "press.example",
 "date_publish": "2026-03-03 10:15:00", "date_modify": null, "image_url": null}
"""

from collections.abc import Mapping
from typing import Any

from stream.articles.formats.fields import Native, first, has_any, moment, native

SIGNS = (b'"maintext"', b'"date_publish"', b'"source_domain"')
OWN = ("maintext", "date_publish", "source_domain")


def recognises(message: Any) -> bool:
    """Whether a message is an object of news-please."""
    return isinstance(message, Mapping) and has_any(message, OWN)


def read(message: Any) -> Native:
    """The article of an object."""
    return native(
        url=first(message, "url"),
        title=first(message, "title", "title_page", "title_rss"),
        text=first(message, "maintext"),
        summary=first(message, "description"),
        source=first(message, "source_domain"),
        language=first(message, "language"),
        published_at=moment(message, "date_publish"),
        updated_at=moment(message, "date_modify"),
        image=first(message, "image_url"),
    )
