"""Posts of webz.io's News API.

    {"uuid": "5c1f", "url": "https://press.example/ferry", "title": "Ferry returns to the strait",
     "text": "The night ferry crossed the strait again on Monday.", "published": "2026-03-03T10:15:00.000+02:00",
     "language": "english", "thread": {"site_full": "www.press.example", "site": "press.example", "main_image": ""},
     "syndication": {"syndicated": true, "syndicate_id": "77"}}

What `syndication` says is found again by comparing the texts.
"""

from collections.abc import Mapping
from typing import Any

from stream.articles.formats.fields import Native, first, moment, named, native

SIGNS = (b'"thread"',)


def recognises(message: Any) -> bool:
    """Whether a message is a post of webz.io."""
    return isinstance(message, Mapping) and isinstance(message.get("thread"), Mapping) and "uuid" in message


def read(message: Any) -> Native:
    """The article of a post."""
    thread = message.get("thread")
    thread = thread if isinstance(thread, Mapping) else {}
    return native(
        id=first(message, "uuid"),
        url=first(message, "url") or first(thread, "url"),
        title=first(message, "title") or first(thread, "title"),
        text=first(message, "text"),
        summary=first(message, "highlightText"),
        source=named(thread, "site", "site_full"),
        language=first(message, "language"),
        published_at=moment(message, "published") or moment(thread, "published"),
        updated_at=moment(message, "updated"),
        image=first(thread, "main_image"),
    )
