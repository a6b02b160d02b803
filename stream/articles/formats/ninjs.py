"""IPTC ninjs 1.x, 2.x and 3.x, as news agencies send it.

    {"uri": "urn:newsml:press.example:20260303:ferry", "type": "text", "pubStatus": "usable",
     "headlines": [{"role": "main", "value": "Ferry returns to the strait"}],
     "bodies": [{"contentType": "text/plain", "value": "The night ferry crossed the strait again on Monday."}],
     "firstCreated": "2026-03-03T10:15:00Z", "infoSources": [{"name": "Halden Press"}]}

The same body in several content types is read once, as plain text where there is one. `pubStatus` canceled or
withheld retracts the article. A new version has the same `uri` (or `guid`); a rewrite under another (`rewrite_of`) is
an article of its own, which counts as a copy where it carries the text.
"""

from collections.abc import Mapping
from typing import Any

from stream.articles.formats.fields import Message, Native, first, has_any, moment, named, native, text

SIGNS = (
    *(b'"body_text"', b'"body_xhtml"', b'"body_html"', b'"bodies"', b'"pubstatus"', b'"pubStatus"'),
    *(b'"versioncreated"', b'"versionCreated"', b'"headlines"'),
)
OWN = (
    *("body_text", "body_xhtml", "body_html", "bodies", "pubstatus", "pubStatus"),
    *("versioncreated", "versionCreated", "headlines"),
)
PREFERRED = ("text/plain", "text/html", "application/xhtml+xml")  # content types; any other comes after
MAIN_ROLES = ("main", "headline", "body", "summary", "short")


def recognises(message: Any) -> bool:
    """Whether a message is ninjs."""
    return isinstance(message, Mapping) and has_any(message, ("uri", "guid")) and has_any(message, OWN)


def read(message: Any) -> Native:
    """The article of a ninjs item."""
    source = named(message.get("infoSources") or message.get("infosource"), "name", "literal")
    return native(
        id=first(message, "uri", "guid", "altId"),
        url=_web_page(message),
        title=_best(message.get("headlines")) or first(message, "headline", "title", "name"),
        text=_best(message.get("bodies")) or first(message, "body_text", "body_html", "body_xhtml", "body"),
        summary=_best(message.get("descriptions"))
        or first(
            message, "description_text", "description_html", "description_xhtml", "description", "abstract"
        ),
        source=first(message, "source") or source or first(message, "copyrightholder", "copyrightHolder"),
        language=first(message, "language"),
        published_at=moment(message, "firstpublished", "firstCreated", "firstcreated", "contentCreated"),
        updated_at=moment(message, "versionCreated", "versioncreated", "contentModified"),
        image=_picture(message),
        status=first(message, "pubStatus", "pubstatus"),
    )


def _best(values: Any) -> str | None:
    """The text of the value that is plainest; of equals the main one."""
    if isinstance(values, Mapping):  # an early draft of 2.0 keyed them by role
        values = [{"role": role, **one} for role, one in values.items() if isinstance(one, Mapping)]
    if not isinstance(values, list):
        return text(values)
    found = [one for one in values if isinstance(one, Mapping) and text(one.get("value"))]
    best = min(found, key=_rank, default=None)
    return text(best["value"]) if best else None


def _rank(value: Message) -> tuple[int, int]:
    kind = (
        str(value.get("contentType") or value.get("contenttype") or "text/plain")
        .split(";")[0]
        .strip()
        .lower()
    )
    role = str(value.get("role") or "main").rsplit(":", 1)[-1].lower()
    return (
        PREFERRED.index(kind) if kind in PREFERRED else len(PREFERRED),
        MAIN_ROLES.index(role) if role in MAIN_ROLES else len(MAIN_ROLES),
    )


def _web_page(message: Message) -> str | None:
    for name in ("url", "canonicalUrl", "link", "uri"):
        found = text(message.get(name))
        if found and found.lower().startswith(("http://", "https://")):
            return found
    return None


def _picture(message: Message) -> str | None:
    """The address of a rendition, of the item itself or of a picture that goes with it."""
    items: list[Any] = [message]
    associations = message.get("associations")
    items += associations.values() if isinstance(associations, Mapping) else associations or []
    for item in items:
        renditions = item.get("renditions") if isinstance(item, Mapping) else None
        values = renditions.values() if isinstance(renditions, Mapping) else renditions or []
        for rendition in values:
            found = named(rendition, "href", "url") if isinstance(rendition, Mapping) else None
            if found:
                return found
    return None
