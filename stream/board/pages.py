"""The pages that people read. Each works without a script; htmx swaps in the parts that change."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from stream.board.context import Board
from stream.board.evidence import compare, why_here
from stream.board.listing import Wanted, list_page, offered, wanted_of
from stream.board.marks import MarkKind
from stream.board.rendering import render
from stream.board.security import COOKIE
from stream.board.story import entry_of, headline_of, survivor_of, whole_story
from stream.board.storylines import membership_of

pages = APIRouter(include_in_schema=False)
Asked = Annotated[Wanted, Depends(wanted_of)]
OPTIONS = 8  # stories offered for "same story as" and "why not one?"


@pages.get("/")
def list_stories(request: Request, board: Board, wanted: Asked) -> Response:
    """The list of stories; to htmx only the part that changes."""
    page = list_page(board.store, wanted, board.settings.page_size)
    part = request.headers.get("hx-target")
    name = {"stories": "_stories.html", "more": "_more.html"}.get(part or "", "list.html")
    choices = None if part else offered(board.store)
    response = render(
        request,
        name,
        page=page,
        wanted=wanted,
        affair=membership_of(board.store, wanted.storyline),
        notice=board.freshness.notice(),
        choices=choices,
    )
    if part == "stories":  # the address of the search, without the fields that ask for nothing
        response.headers["HX-Push-Url"] = f"/?{wanted.query_string(page=1)}".rstrip("?")
    return response


@pages.get("/stories/{story_id}")
def show_story(request: Request, board: Board, story_id: str, merged: str = "") -> Response:
    """One story; the id of a merged one leads to its survivor."""
    survivor = survivor_of(board.store, story_id)
    if survivor is None:
        return _missing(request, board, "There is no such story. It may have ended long ago.")
    if survivor != story_id:
        return RedirectResponse(f"/stories/{survivor}?merged={story_id}", 303)
    whole = whole_story(board.store, story_id)
    if whole is None:
        return _missing(request, board, "There is no such story. It may have ended long ago.")
    return render(
        request,
        "_story.html" if request.headers.get("hx-target") == "story" else "story.html",
        whole=whole,
        story=whole.listed.story,
        revision=board.store.revision,
        merged=bool(merged),
        marks=board.marks.of_story(story_id),
        notice=board.freshness.notice(),
    )


@pages.get("/stories/{story_id}/options")
def story_options(request: Request, board: Board, story_id: str, other: str = "") -> Response:
    """Stories to hold this one against, by words."""
    page = list_page(board.store, Wanted(q=other[:400]), OPTIONS + 1) if other.strip() else None
    found = [one for one in page.stories if one.story.id != story_id][:OPTIONS] if page else []
    return render(request, "_options.html", found=found, story_id=story_id, asked=other)


@pages.get("/articles/{article_id:path}/why")
def show_why(request: Request, board: Board, article_id: str) -> Response:
    """Why an article is where it is."""
    why = why_here(board.store, article_id)
    if why is None:
        return _missing(
            request, board, "Nothing is known of this article yet: its assignment has not arrived."
        )
    name = "_why.html" if request.headers.get("hx-request") else "why.html"
    return render(request, name, why=why, notice=board.freshness.notice())


@pages.get("/compare")
def show_comparison(request: Request, board: Board, one: str = "", other: str = "") -> Response:
    """Two stories or articles side by side, and what keeps them apart."""
    found = compare(board.store, one, other) if one and other else None
    return render(
        request,
        "compare.html",
        404 if one and other and found is None else 200,
        found=found,
        one=one,
        other=other,
        notice=board.freshness.notice(),
    )


@pages.get("/marks")
def show_marks(request: Request, board: Board) -> Response:
    """Everything that was marked."""
    marks = board.marks.all()
    named = {name for mark in marks for name in (mark.story_id, mark.other_story_id) if name}
    return render(
        request,
        "marks.html",
        marks=marks[::-1],
        headlines={name: headline_of(board.store, name) for name in named},
        titles={mark.article_id: _title(board, mark.article_id) for mark in marks if mark.article_id},
        notice=board.freshness.notice(),
    )


@pages.post("/marks")
def make_mark(
    request: Request,
    board: Board,
    kind: Annotated[MarkKind, Form()],
    story_id: Annotated[str, Form(max_length=200)],
    article_id: Annotated[str, Form(max_length=2000)] = "",
    other_story_id: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Keep a mark, and show the marks of its story."""
    if survivor_of(board.store, story_id) is None or (
        kind is MarkKind.APART and not entry_of(board.store, article_id)
    ):
        return _missing(request, board, "There is no such story or article any more.")
    board.marks.add(board.store, kind, story_id, article_id or None, other_story_id or None)
    return _marks_of(request, board, story_id)


@pages.post("/marks/{number}/remove")
def remove_mark(
    request: Request, board: Board, number: int, story_id: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Take a mark back."""
    board.marks.remove(number)
    return _marks_of(request, board, story_id)


def _marks_of(request: Request, board: Board, story_id: str) -> Response:
    if request.headers.get("hx-target") == "marks":
        return render(request, "_marks.html", marks=board.marks.of_story(story_id), story_id=story_id)
    return RedirectResponse(f"/stories/{story_id}" if story_id else "/marks", 303)


def _title(board: Board, article_id: str) -> str:
    entry = entry_of(board.store, article_id)
    return entry.title if entry else article_id


@pages.get("/login")
def show_login(request: Request, after: Annotated[str, Query(alias="next")] = "/") -> Response:
    """Ask for the token."""
    return render(request, "login.html", after=after, refused=False, notice=None)


@pages.post("/login")
def log_in(
    request: Request,
    board: Board,
    token: Annotated[str, Form(max_length=1000)],
    after: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Let a reader in who has the token."""
    if not board.guard.is_token(token):
        return render(request, "login.html", 401, after=after, refused=True, notice=None)
    is_inside = after.startswith("/") and not after.startswith(("//", "/\\"))
    response = RedirectResponse(after if is_inside else "/", 303)
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, board.guard.session(), httponly=True, samesite="strict", secure=secure)
    return response


def _missing(request: Request, board: Board, text: str) -> Response:
    return render(request, "error.html", 404, title="Not found", text=text, notice=board.freshness.notice())
