"""GDELT's article list (DOC 2.0 API, mode ArtList): titles without texts.

    {"url": "https://press.example/ferry", "title": "Ferry returns to the strait", "seendate": "20260303T101500Z",
     "domain": "press.example", "language": "English", "sourcecountry": "Norway", "socialimage": ""}

`seendate` is when GDELT saw the article, not when it was published, so the article counts as undated: it happens when
it arrives. Where you trust it, send it as `published_at` in Newsfold's own format.
"""

from collections.abc import Mapping
from typing import Any

from stream.articles.formats.fields import Native, first, native

SIGNS = (b'"seendate"',)


def recognises(message: Any) -> bool:
    """Whether a message is an article of a GDELT list."""
    return isinstance(message, Mapping) and "seendate" in message


def read(message: Any) -> Native:
    """The article of an entry."""
    return native(
        url=first(message, "url", "url_mobile"),
        title=first(message, "title"),
        source=first(message, "domain"),
        language=first(message, "language"),
        image=first(message, "socialimage"),
    )
