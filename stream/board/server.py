"""The board's web server: the app, and running it until stopped."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import anyio.to_thread
import structlog
import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException as StarletteHTTPException

from stream.board.api import api
from stream.board.context import Board, Context
from stream.board.events import events
from stream.board.feeds import feeds
from stream.board.pages import pages
from stream.board.rendering import STATIC, render
from stream.errors import SettingsError

log = structlog.get_logger(__name__)

THREADS = 8  # that answer requests; each has a connection of its own to the store
STOP_SECONDS = 3  # for requests in flight when the board stops

Task = Callable[[], Coroutine[Any, Any, None]]


def new_app(context: Context, tasks: Sequence[Task] = ()) -> FastAPI:
    """The app; `tasks` run beside it, and the end of one ends the board."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        del app
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        running = [asyncio.create_task(_until_failed(task)) for task in tasks]
        yield
        context.changes.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    app = FastAPI(
        title="Newsfold board",
        version=version("newsfold"),
        description="Stories as the public topics have them.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.context = context
    app.middleware("http")(context.guard)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for router in (api, feeds, events, pages):
        app.include_router(router)
    app.get("/health", include_in_schema=False)(_health)
    app.get("/metrics", include_in_schema=False)(_metrics)
    app.exception_handler(StarletteHTTPException)(_explained)
    app.exception_handler(RequestValidationError)(_explained)
    app.exception_handler(Exception)(_explained)
    return app


async def _until_failed(task: Task) -> None:
    """Run a task; if it fails, stop the board rather than show what is no longer true."""
    try:
        await task()
    except asyncio.CancelledError:
        raise
    except Exception as error:
        log.critical("board_stops", error=f"{type(error).__name__}: {error}", exc_info=error)
        signal_stop()


def signal_stop() -> None:
    """Ask the server of this process to end, with a code that says it failed."""
    _Server.failed = True
    if _Server.running is not None:
        _Server.running.should_exit = True


class _Server(uvicorn.Server):
    running: "_Server | None" = None
    failed = False


def serve(context: Context, tasks: Sequence[Task], announce: Callable[[str], None]) -> bool:
    """Answer until stopped; `announce` gets the address. Return whether it ended by itself, which it should not.

    Raises:
        SettingsError: the address is in use or cannot be listened on.
    """
    board = context.settings
    try:
        family = socket.AF_INET6 if ":" in board.host else socket.AF_INET
        listener = socket.create_server((board.host, board.port), family=family)
    except OSError as error:
        raise SettingsError(
            f"NEWSFOLD_BOARD__HOST, NEWSFOLD_BOARD__PORT: cannot listen on {board.host}:{board.port}: "
            f"{error.strerror}"
        ) from error
    config = uvicorn.Config(
        new_app(context, tasks),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1",
        server_header=False,
    )
    server = _Server.running = _Server(config)
    host = f"[{board.host}]" if ":" in board.host else board.host
    announce(f"http://{host}:{listener.getsockname()[1]}")
    server.run([listener])
    return _Server.failed


def _health() -> dict[str, str]:
    return {"status": "alive"}


def _metrics(board: Board) -> Response:
    return Response(board.metrics.page(board.store, board.freshness), media_type=CONTENT_TYPE_LATEST)


async def _explained(request: Request, error: Exception) -> Response:
    """An error as a page to people, as JSON to programs."""
    status, text = 500, "The board failed to answer. Its log says why."
    if isinstance(error, StarletteHTTPException):
        status, text = error.status_code, str(error.detail)
    elif isinstance(error, RequestValidationError):
        status, text = (
            422,
            "; ".join(f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors()),
        )
    elif not isinstance(error, HTTPException):
        log.error("board_request_failed", path=request.url.path, error=f"{type(error).__name__}: {error}")
    if request.url.path.startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"error": text}, status)
    context: Context = request.app.state.context
    title = {404: "Not found", 422: "That cannot be asked"}.get(status, "Something went wrong")
    return render(request, "error.html", status, title=title, text=text, notice=context.freshness.notice())
