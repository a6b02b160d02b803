"""One stream of server-sent events a page: what changed since the page was drawn, and how fresh the board is.

An event counts from the revision that the page shows, not from the event before: whoever loses the connection and
comes back, with Last-Event-ID or without, misses nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from stream.board.context import Board, Context
from stream.board.listing import Wanted, changed_since, wanted_of
from stream.board.rendering import fragment
from stream.board.story import survivor_of

events = APIRouter(include_in_schema=False)

LEAST_SECONDS = 1.0  # between two events of a page: nobody reads faster
WAIT_SECONDS = 30.0  # after which freshness is looked at though nothing changed
MARKED = 200  # changed stories that are named to the page, which marks those that it shows

LastEvent = Annotated[str | None, Header(alias="Last-Event-ID")]


@events.get("/events", response_class=EventSourceResponse)
async def list_events(
    board: Board, wanted: Annotated[Wanted, Depends(wanted_of)], base: int = 0, last: LastEvent = None
) -> AsyncIterator[ServerSentEvent]:
    """For a list that was drawn at revision `base`: how many of its stories changed."""

    def look() -> tuple[str, str]:
        revision = board.store.revision
        ids = changed_since(board.store, wanted, base) if revision > base else []
        values = {"ids": ids[:MARKED], "number": len(ids), "wanted": wanted}
        return str(revision), fragment("_changes.html", **values)

    async for event in _followed(board, look, last):
        yield event


@events.get("/stories/{story_id}/events", response_class=EventSourceResponse)
async def story_events(
    board: Board, story_id: str, base: int = 0, last: LastEvent = None
) -> AsyncIterator[ServerSentEvent]:
    """For a story that was drawn at revision `base`: whether it changed, or became another."""

    def look() -> tuple[str, str]:
        revision = board.store.revision
        row = board.store.reader.execute("SELECT revision FROM stories WHERE id = ?", (story_id,)).fetchone()
        survivor = survivor_of(board.store, story_id)
        values = {
            "story_id": story_id,
            "survivor": survivor,
            "changed": row is not None and row["revision"] > base,
        }
        return str(revision), fragment("_story_changes.html", **values)

    async for event in _followed(board, look, last):
        yield event


async def _followed(
    board: Context, look: Callable[[], tuple[str, str]], last: str | None
) -> AsyncIterator[ServerSentEvent]:
    shown: dict[str, Any] = {"changes": None, "notice": None}
    seen = -1
    board.metrics.open_pages.inc()
    try:
        while not board.changes.closed:
            seen = await board.changes.wait(seen, WAIT_SECONDS)
            revision, changes = await asyncio.to_thread(look)
            notice = fragment("_notice.html", notice=board.freshness.notice())
            for name, text in (("notice", notice), ("changes", changes)):
                is_known = name == "changes" and shown[name] is None and revision == last
                if text != shown[name] and not is_known:
                    yield ServerSentEvent(raw_data=text, event=name, id=revision)
                shown[name] = text
            await asyncio.sleep(LEAST_SECONDS)
    finally:
        board.metrics.open_pages.dec()
