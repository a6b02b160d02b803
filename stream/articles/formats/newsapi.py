"""NewsAPI's article objects.

    {"source": {"id": null, "name": "Halden Press"}, "title": "Ferry returns to the strait - Halden Press",
     "url": "https://press.example/ferry", "publishedAt": "2026-03-03T10:15:00Z",
     "description": "The night ferry crossed the strait again on Monday.",
     "content": "The night ferry crossed the strait again on Monday… [+1234 chars]"}

The content is cut; the mark of the cut is no text. A title that ends in the outlet's name is shown without it.
"""

import re
from collections.abc import Mapping
from typing import Any

from stream.articles.formats.fields import Native, first, has_any, moment, named, native
from stream.errors import InvalidArticleError

SIGNS = (b'"publishedAt"', b'"urlToImage"')
REMOVED = "[Removed]"
_CUT = re.compile(r"\s*(?:…|\.\.\.)?\s*\[\+?\d+ chars\]\s*$")


def recognises(message: Any) -> bool:
    """Whether a message is an article of NewsAPI."""
    return (
        isinstance(message, Mapping) and "url" in message and has_any(message, ("publishedAt", "urlToImage"))
    )


def read(message: Any) -> Native:
    """The article of an article object.

    Raises:
        InvalidArticleError: NewsAPI has removed it.
    """
    title = first(message, "title")
    if title == REMOVED:
        raise InvalidArticleError("no_text", "NewsAPI has removed this article; only its place is left")
    source = named(message.get("source"), "name", "id")
    if title and source and title.endswith(f" - {source}"):
        title = title.removesuffix(f" - {source}")
    content = first(message, "content")
    return native(
        url=first(message, "url"),
        title=title,
        text=_CUT.sub("", content) if content else None,
        summary=first(message, "description"),
        source=source,
        language=first(message, "language"),
        published_at=moment(message, "publishedAt"),
        image=first(message, "urlToImage"),
    )
