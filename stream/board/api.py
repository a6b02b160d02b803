"""The JSON API under /api; its OpenAPI document is at /api/openapi.json."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from stream.board.context import Board
from stream.board.evidence import compare, why_here
from stream.board.labels import labels_of
from stream.board.listing import Listed, Wanted, list_page, newest_time, wanted_of
from stream.board.marks import MarkKind
from stream.board.story import entry_of, survivor_of, whole_story

api = APIRouter(prefix="/api", tags=["board"])
MAX_CHANGES = 1_000  # of one answer; ask again from its `next`
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"description": "Not known, or no longer."}}


class MarkMade(BaseModel):
    """A mark to keep."""

    model_config = ConfigDict(extra="forbid")

    kind: MarkKind = Field(description="apart: the article does not belong; same: the stories are one; fine.")
    story_id: str = Field(max_length=200)
    article_id: str | None = Field(None, max_length=2000, description="Of 'apart': the article.")
    other_story_id: str | None = Field(
        None,
        max_length=200,
        description="Of 'same': the other story. Of 'apart': where it belongs, if known.",
    )


def _json(value: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


@api.get("/stories", summary="List and search stories")
def get_stories(
    board: Board,
    wanted: Annotated[Wanted, Depends(wanted_of)],
    size: Annotated[int, Query(ge=1, le=500)] = 25,
) -> Response:
    """The stories asked for: snapshots as on the topic, with `reports_an_hour` and the `revision` of the change."""
    page = list_page(board.store, wanted, size)
    return _json(
        {
            "total": page.total,
            "revision": page.revision,
            "next": wanted.page + 1 if page.has_more else None,
            "stories": [_listed(one) for one in page.stories],
        }
    )


def _listed(one: Listed) -> dict[str, Any]:
    return {
        **msgspec.to_builtins(one.story),
        "reports_an_hour": one.reports_an_hour,
        "revision": one.revision,
    }


@api.get("/stories/{story_id}", summary="One story, as on the topic", responses=NOT_FOUND)
def get_story(board: Board, story_id: str, follow: bool = True) -> Response:
    """The last snapshot, byte for byte; of a merged story that of its survivor, unless `follow` is false."""
    found = survivor_of(board.store, story_id) if follow else story_id
    row = board.store.reader.execute("SELECT value FROM stories WHERE id = ?", (found,)).fetchone()
    if row is None:
        raise HTTPException(404, "there is no such story")
    return Response(row["value"], media_type="application/json")


@api.get(
    "/stories/{story_id}/articles", summary="The reports of a story with their copies", responses=NOT_FOUND
)
def get_articles(board: Board, story_id: str) -> Response:
    """Reports, the newest first, each with the articles that copy it; sources, merges and splits, near stories."""
    survivor = survivor_of(board.store, story_id)
    whole = whole_story(board.store, survivor) if survivor else None
    if whole is None:
        raise HTTPException(404, "there is no such story")
    names = ("reports", "unlisted", "sources", "languages", "turns", "near", "storyline")
    return _json({name: getattr(whole, name) for name in names})


@api.get("/articles/{article_id:path}/why", summary="Why an article is where it is", responses=NOT_FOUND)
def get_why(board: Board, article_id: str) -> Response:
    """The evidence for and against, the score, the threshold, and the story that came second."""
    why = why_here(board.store, article_id)
    if why is None:
        raise HTTPException(404, "there is no such article")
    return _json(why)


@api.get(
    "/articles/{article_id:path}",
    summary="The assignment of an article, as on the topic",
    responses=NOT_FOUND,
)
def get_article(board: Board, article_id: str) -> Response:
    """The last assignment, byte for byte."""
    row = board.store.reader.execute("SELECT value FROM articles WHERE id = ?", (article_id,)).fetchone()
    if row is None or row["value"] is None:
        raise HTTPException(404, "there is no such article")
    return Response(row["value"], media_type="application/json")


@api.get("/compare", summary="What keeps two stories or articles apart", responses=NOT_FOUND)
def get_comparison(board: Board, one: str, other: str) -> Response:
    """Both sides, what they share, and how close reports of one came to the other."""
    found = compare(board.store, one, other)
    if found is None:
        raise HTTPException(404, "one of the two is not known")
    return _json(found)


@api.get("/changes", summary="What changed since a revision")
def get_changes(board: Board, since: Annotated[int, Query(ge=0)] = 0) -> Response:
    """Snapshots changed after a revision, and ids that are gone, in their order; ask again with `next` as `since`."""
    reader, after = (
        board.store.reader,
        board.store.revision,
    )  # read first: what is written meanwhile comes next time
    rows = reader.execute(
        "SELECT id, revision, value FROM stories WHERE revision > ? AND revision <= ? ORDER BY revision LIMIT ?",
        (since, after, MAX_CHANGES + 1),
    ).fetchall()
    complete = len(rows) <= MAX_CHANGES
    if (
        not complete
    ):  # up to the last revision that is here whole, or all of the first where that alone is too large
        after = max(rows[MAX_CHANGES]["revision"] - 1, rows[0]["revision"])
        rows = reader.execute(
            "SELECT id, revision, value FROM stories WHERE revision > ? AND revision <= ? ORDER BY revision",
            (since, after),
        ).fetchall()
    gone = reader.execute(
        "SELECT id FROM removed WHERE revision > ? AND revision <= ?", (since, after)
    ).fetchall()
    changed = [msgspec.Raw(row["value"]) for row in rows]
    return _json(
        {"next": after, "complete": complete, "stories": changed, "removed": [name for (name,) in gone]}
    )


@api.get("/marks", summary="All marks")
def get_marks(board: Board) -> Response:
    """Every mark, the oldest first."""
    return _json(board.marks.all())


@api.post("/marks", status_code=201, summary="Keep a mark", responses=NOT_FOUND)
def post_mark(board: Board, made: MarkMade) -> Response:
    """Keep what an editor says of a story or an article."""
    known = survivor_of(board.store, made.story_id) is not None
    if not known or (made.kind is MarkKind.APART and not entry_of(board.store, made.article_id or "")):
        raise HTTPException(404, "there is no such story or article")
    if made.kind is MarkKind.SAME and not (
        made.other_story_id and survivor_of(board.store, made.other_story_id)
    ):
        raise HTTPException(404, "there is no such other story")
    mark = board.marks.add(board.store, made.kind, made.story_id, made.article_id, made.other_story_id)
    return _json(mark, 201)


@api.delete("/marks/{number}", status_code=204, summary="Take a mark back", responses=NOT_FOUND)
def delete_mark(board: Board, number: int) -> Response:
    """Take a mark back."""
    if not board.marks.remove(number):
        raise HTTPException(404, "there is no such mark")
    return Response(status_code=204)


@api.get("/labels", summary="The labels that the marks come to")
def get_labels(board: Board) -> Response:
    """The true story of each article the marks speak of, as JSON Lines of `id` and `cluster`."""
    lines = [{"id": name, "cluster": label} for name, label in labels_of(board.marks.all()).items()]
    return Response(
        b"".join(msgspec.json.encode(line) + b"\n" for line in lines), media_type="application/jsonl"
    )


@api.get("/status", summary="How fresh the board is")
def get_status(board: Board) -> Response:
    """Where the board stands in the topics, and how far the worker is behind."""
    freshness, notice = board.freshness, board.freshness.notice()
    return _json(
        {
            "state": notice.kind if notice else "fresh",
            "text": notice.text if notice else "",
            "revision": board.store.revision,
            "newest_report": newest_time(board.store) or None,
            "lag_records": sum(freshness.lag.values()),
            "worker_behind_seconds": freshness.worker_behind_seconds,
            "worker_behind_articles": freshness.worker_behind_articles,
        }
    )
