"""The list and any search as feeds: Atom (RFC 4287) and JSON Feed 1.1."""

from typing import Annotated, Any
from xml.etree import ElementTree as ET  # writes only

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from stream.board.context import Board
from stream.board.listing import Listed, Page, Sort, Wanted, list_page, wanted_of
from stream.board.messages import milliseconds
from stream.board.rendering import count, iso, link
from stream.board.storylines import membership_of

feeds = APIRouter(tags=["feeds"])

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 50
CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32)])  # not allowed in XML 1.0

Asked = Annotated[Wanted, Depends(wanted_of)]


def _page(board: Board, wanted: Wanted) -> Page:
    """The stories of a feed: the newest ones, unless another order is asked for."""
    order = Sort.NEWEST if wanted.sort is Sort.ACTIVITY else wanted.sort
    return list_page(board.store, wanted.model_copy(update={"sort": order, "page": 1}), ENTRIES)


def _title(board: Board, wanted: Wanted) -> str:
    affair = membership_of(board.store, wanted.storyline)
    asked = [affair.headline if affair else "", wanted.q, wanted.language, wanted.source, wanted.status.value]
    return " · ".join(["Newsfold", *(part for part in asked if part)])


def _counts(one: Listed) -> str:
    counts = one.story.counts
    sizes = (counts.sources, "source"), (counts.reports, "report"), (counts.copies, "copy", "copies")
    return ", ".join(count(*size) for size in sizes)


def _updated(one: Listed) -> str:
    return iso(milliseconds(one.story.last_seen) or one.last_time)


@feeds.get("/feed.atom", summary="The list, or a search, as an Atom feed")
def atom(request: Request, board: Board, wanted: Asked) -> Response:
    """Stories as entries: an entry keeps its id, and its date rises when the story changes."""
    page, base = _page(board, wanted), str(request.base_url).rstrip("/")
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed")
    query = wanted.query_string(page=1)
    _text(feed, "id", f"{base}/feed.atom?{query}" if query else f"{base}/feed.atom")
    _text(feed, "title", _title(board, wanted))
    _text(feed, "updated", max(map(_updated, page.stories), default=iso(0)))
    _link(feed, "self", str(request.url), "application/atom+xml")
    _link(feed, "alternate", f"{base}/?{query}" if query else f"{base}/", "text/html")
    _text(feed, "generator", "Newsfold")
    for one in page.stories:
        feed.append(_entry(one, base))
    body = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return Response(body, media_type="application/atom+xml; charset=utf-8")


def _entry(one: Listed, base: str) -> ET.Element:
    story = one.story
    entry = ET.Element(f"{{{ATOM}}}entry")
    _text(entry, "id", f"urn:uuid:{story.id}")
    _text(entry, "title", story.headline or "Untitled")
    _text(entry, "updated", _updated(one))
    _text(entry, "published", iso(one.first_time))
    _link(entry, "alternate", f"{base}/stories/{story.id}", "text/html")
    representative = story.representative
    if representative and (url := link(representative.url)):
        _link(entry, "related", url, "text/html")
    author = ET.SubElement(entry, f"{{{ATOM}}}author")
    _text(author, "name", (representative.source if representative else None) or "Newsfold")
    for keyword in story.keywords:
        ET.SubElement(entry, f"{{{ATOM}}}category", {"term": _allowed(keyword)})
    _text(entry, "summary", "\n".join([_counts(one), *(lead.text for lead in story.summary)]))
    return entry


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}{name}").text = _allowed(text)


def _link(parent: ET.Element, rel: str, href: str, kind: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}link", {"rel": rel, "href": _allowed(href), "type": kind})


def _allowed(text: str) -> str:
    return text.translate(CONTROLS).encode("utf-8", "ignore").decode()


@feeds.get("/feed.json", summary="The list, or a search, as a JSON Feed")
def json_feed(request: Request, board: Board, wanted: Asked) -> Response:
    """The same as JSON Feed 1.1."""
    page, base = _page(board, wanted), str(request.base_url).rstrip("/")
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(board, wanted),
        "home_page_url": f"{base}/?{wanted.query_string(page=1)}",
        "feed_url": str(request.url),
        "items": [_item(one, base) for one in page.stories],
    }
    return Response(msgspec.json.encode(feed), media_type="application/feed+json")


def _item(one: Listed, base: str) -> dict[str, Any]:
    story = one.story
    url = link(story.representative.url) if story.representative else None
    item: dict[str, Any] = {
        "id": f"urn:uuid:{story.id}",
        "url": f"{base}/stories/{story.id}",
        "title": story.headline or "Untitled",
        "content_text": "\n".join([_counts(one), *(lead.text for lead in story.summary)]),
        "date_published": iso(one.first_time),
        "date_modified": _updated(one),
        "tags": story.keywords,
    }
    return (
        item | ({"external_url": url} if url else {}) | ({"image": story.image} if link(story.image) else {})
    )
