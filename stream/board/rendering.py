"""The templates and the filters that they use. Everything is escaped; links are http or https."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import urlsplit

import xxhash
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from stream.board import charts
from stream.board.freshness import span
from stream.board.marks import MarkKind
from stream.board.messages import Story
from stream.contract.sentences import COPY_KINDS

HERE = Path(__file__).parent
STATIC = HERE / "static"
OUTLETS = 6  # named on a card
RECENT_SECONDS = 36 * 3_600  # so long an age says more than a date


def render(request: Request | None, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A template as an answer."""
    return HTMLResponse(fragment(name, request=request, **values), status)


def fragment(name: str, **values: Any) -> str:
    """A template as text."""
    return environment().get_template(name).render(**values)


@cache
def environment() -> Environment:
    """The templates with their filters."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(("html", "xml")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "link": link,
        "age": age,
        "moment": moment,
        "day": day,
        "iso": iso,
        "span": lambda milliseconds: span(milliseconds / 1000),
        "percent": lambda share: f"{share:.0%}",
        "rate": rate,
        "count": count,
        "signed": lambda number: f"{number:+.2f}".replace("-", "\N{MINUS SIGN}"),
        "line_points": charts.line_points,
        "area_path": charts.area_path,
    }
    found.globals |= {"asset": asset, "MarkKind": MarkKind, "outlets": outlets, "kinds": COPY_KINDS}
    return found


@cache
def asset(name: str) -> str:
    """The address of a static file, which changes with its content so that it can be cached."""
    return f"/static/{name}?v={xxhash.xxh3_64_hexdigest((STATIC / name).read_bytes())}"


def link(url: str | None) -> str | None:
    """The address if a reader may follow it: http or https with a host; else None."""
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return url.strip() if parts.scheme.lower() in ("http", "https") and parts.netloc else None


def outlets(story: Story) -> list[str]:
    """The sources of the reports that a story lists, the representative's first."""
    return list(dict.fromkeys(shown.source for shown in story.articles if shown.source))[:OUTLETS]


def moment(milliseconds: int | None) -> str:
    """A time for people, in UTC."""
    if milliseconds is None:
        return "undated"
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    year = f" {at.year}" if at.year != datetime.now(UTC).year else ""
    return f"{at.day} {at:%b}{year}, {at:%H:%M}"


def day(milliseconds: int) -> str:
    """A day for people, in UTC."""
    return moment(milliseconds).partition(",")[0]


def iso(milliseconds: int | None) -> str:
    """A time for machines."""
    at = datetime.fromtimestamp((milliseconds or 0) / 1000, UTC)
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def age(milliseconds: int | None) -> str:
    """How long ago where that is recent, else the date."""
    if milliseconds is None:
        return "undated"
    seconds = time() - milliseconds / 1000
    return f"{span(seconds)} ago" if 0 <= seconds < RECENT_SECONDS else moment(milliseconds)


def rate(an_hour: float) -> str:
    """Reports an hour, as few digits as say something."""
    if an_hour < 0.05:
        return ""
    return f"{an_hour:.0f} an hour" if an_hour >= 9.5 else f"{an_hour:.1f} an hour"


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
