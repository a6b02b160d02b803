"""Items of RSS, Atom and JSON Feed: as XML, as feedparser's entries, or as JSON Feed has them.

    <item><title>Ferry returns to the strait</title><link>https://press.example/ferry?utm_source=rss</link>
      <guid isPermaLink="false">4711</guid><pubDate>Tue, 03 Mar 26 10:15:00 GMT</pubDate>
      <description>The night ferry crossed the strait again on Monday.</description></item>

The address is the id: feeds are known that give one guid to all their items. The guid counts where there is no link.
"""

from collections.abc import Mapping
from typing import Any

import feedparser

from stream.articles.formats.fields import Message, Native, first, has_any, moment, named, native, text
from stream.errors import InvalidArticleError

SIGNS = (
    *(b'"pubDate"', b'"content_html"', b'"content_text"', b'"date_published"', b'"published_parsed"'),
    *(b'"title_detail"', b'"guidislink"', b'"content:encoded"'),
)
OWN = (
    *("pubDate", "content_html", "content_text", "date_published", "published_parsed"),
    *("title_detail", "guidislink", "content:encoded"),
)


def recognises(message: Any) -> bool:
    """Whether a message is an item of a feed as JSON."""
    return isinstance(message, Mapping) and has_any(message, OWN)


def read(message: Any) -> Native:
    """The article of one item."""
    url = first(message, "link", "url", "external_url") or named(message.get("links"), "href")
    content = first(message, "content_html", "content_text", "content:encoded")
    return native(
        id=None if url else named(message.get("guid"), "#text", "_") or first(message, "id"),
        url=url,
        title=first(message, "title"),
        text=content or named(message.get("content"), "value"),
        summary=first(message, "summary", "description"),
        source=named(message.get("source"), "title", "name") or first(message, "feed_title"),
        language=first(message, "language", "dc:language") or named(message.get("content"), "language"),
        published_at=moment(
            message, "date_published", "published", "pubDate", "dc:date", "created", "updated"
        ),
        updated_at=moment(message, "date_modified", "updated"),
        image=_picture(message),
    )


def read_xml(value: bytes) -> Native:
    """The article of one item as XML, alone or in a feed of its own.

    Raises:
        InvalidArticleError: it is no item, or a feed of several.
    """
    items = items_of(value)
    if not items:
        raise InvalidArticleError("undecodable", "the XML holds no item of a feed")
    if len(items) > 1:
        raise InvalidArticleError("invalid", f"it is a feed of {len(items)} items; a message is one article")
    return read(items[0])


def items_of(value: bytes) -> list[Message]:
    """The items of a feed in XML, or one item alone; each knows its feed's title and language."""
    beginning = value.lstrip()[:2_000]
    if beginning.startswith((b"<item", b"<entry")):
        wrap = b"<rss version='2.0'><channel>%s</channel></rss>"
        if beginning.startswith(b"<entry"):
            wrap = b"<feed xmlns='http://www.w3.org/2005/Atom'>%s</feed>"
        value = wrap % value
    parsed = feedparser.parse(value, sanitize_html=False, resolve_relative_uris=False)
    whole = {"feed_title": text(parsed.feed.get("title")), "language": text(parsed.feed.get("language"))}
    return [native(**whole) | dict(entry) for entry in parsed.entries]


def _picture(message: Message) -> str | None:
    for name in ("image", "banner_image", "media_content", "media_thumbnail"):
        found = named(message.get(name), "url", "href")
        if found:
            return found
    enclosures = message.get("enclosures") or message.get("attachments") or []
    for enclosure in enclosures if isinstance(enclosures, list) else []:
        kind = named(enclosure, "type", "mime_type") if isinstance(enclosure, Mapping) else None
        if kind and kind.startswith("image/"):
            return named(enclosure, "href", "url")
    return None
