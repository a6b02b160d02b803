"""Who may read the board, and what a page may do: token, host names, where a form may come from, the headers."""

import base64
import binascii
import hashlib
import hmac
import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse

from stream.board.settings import BoardSettings
from stream.errors import SettingsError

COOKIE = "newsfold-board"
OPEN_PATHS = ("/health", "/login", "/static/")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# Nothing from anywhere but here, no inline script or style, no frame around it. Text of articles cannot do anything.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

Handler = Callable[[Request], Awaitable[Response]]


def check_exposure(board: BoardSettings) -> None:
    """Refuse to open the board to a network without a token.

    Raises:
        SettingsError: the host is not this machine's alone and no token is set.
    """
    if board.token is None and not _is_loopback(board.host):
        raise SettingsError(
            f"NEWSFOLD_BOARD__HOST={board.host} opens the board to the network: set NEWSFOLD_BOARD__TOKEN as well"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Guard:
    """Middleware: answers only those who may ask, and sends the headers with every answer."""

    def __init__(self, board: BoardSettings) -> None:
        self._hosts = {host.lower() for host in board.allowed_hosts} | {board.host.lower()}
        self._token = board.token.get_secret_value() if board.token else None

    async def __call__(self, request: Request, call_next: Handler) -> Response:
        """Answer, or refuse."""
        response = self._refusal(request) or await call_next(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.url.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def is_token(self, sent: str) -> bool:
        """Whether this is the token, compared in constant time."""
        return self._token is not None and hmac.compare_digest(sent.encode(), self._token.encode())

    def session(self) -> str:
        """What the cookie of a reader who logged in holds: not the token, but only made with it."""
        return hmac.new((self._token or "").encode(), b"newsfold board session", hashlib.sha256).hexdigest()

    def _refusal(self, request: Request) -> Response | None:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
        if self._token is None and host not in self._hosts:
            # Without a token, the name keeps a page elsewhere from reading the board through a name of its own.
            return PlainTextResponse("This board does not answer to that host name.", 421)
        if request.method not in SAFE_METHODS and not _is_from_here(request):
            return PlainTextResponse("Forms of other pages are not accepted.", 403)
        path = request.url.path
        if self._token is None or path.startswith(OPEN_PATHS) or self._is_authenticated(request):
            return None
        if "text/html" in request.headers.get("accept", ""):
            where = quote(f"{path}?{request.url.query}" if request.url.query else path, safe="")
            return RedirectResponse(f"/login?next={where}", 303)
        return JSONResponse(
            {"error": "a token is needed"}, 401, {"WWW-Authenticate": 'Basic realm="Newsfold"'}
        )

    def _is_authenticated(self, request: Request) -> bool:
        cookie = request.cookies.get(COOKIE, "")
        if cookie and hmac.compare_digest(cookie.encode(), self.session().encode()):
            return True
        scheme, _, sent = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self.is_token(sent.strip())
        if scheme.lower() == "basic":  # what feed readers can do: any user name, the token as the password
            return self.is_token(_password(sent))
        return False


def _password(sent: str) -> str:
    try:
        return base64.b64decode(sent, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _is_from_here(request: Request) -> bool:
    """Whether a form or a script of the board itself sent this; programs that are no browser send neither header."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
