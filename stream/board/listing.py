"""The list of stories: what a reader asks for, and the stories that answer it."""

from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from stream.board.activity import reports_an_hour
from stream.board.full_text import match_query
from stream.board.messages import Story, story_decoder
from stream.board.store import Store
from stream.board.storylines import Membership, living_storyline, membership_of

HOUR_MS = 3_600_000
LINE_BINS = 24  # points of the small line of reports over time
MAX_PAGE = 1_000
OFFERED = 300  # sources and languages offered for choosing, the most frequent


class Sort(StrEnum):
    """Orders of the list."""

    ACTIVITY = "activity"
    NEWEST = "newest"
    BEGUN = "begun"
    SOURCES = "sources"
    REPORTS = "reports"


ORDERS = {
    Sort.ACTIVITY: "activity DESC, sources DESC",
    Sort.NEWEST: "last_time DESC",
    Sort.BEGUN: "first_time DESC",
    Sort.SOURCES: "sources DESC, activity DESC",
    Sort.REPORTS: "reports DESC, activity DESC",
}


class Status(StrEnum):
    """Which stories are listed: those that stand, or of one kind."""

    ANY = ""
    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"


class Wanted(BaseModel):
    """What a reader asks the list for; the query string of the page, the API and the feeds alike."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    q: str = Field("", max_length=400, description="Words, the last one as a beginning; a phrase in quotes.")
    language: str = Field("", max_length=35, description="Stories with an article in this language.")
    source: str = Field("", max_length=200, description="Stories with an article of this source.")
    storyline: str = Field("", max_length=200, description="Stories of this storyline.")
    status: Status = Field(Status.ANY, description="open, closed or merged; without it all but merged ones.")
    hours: int | None = Field(
        None,
        ge=1,
        le=24 * 3660,
        description="Stories with a report in the last hours before the newest report.",
    )
    least_sources: int | None = Field(
        None, ge=1, le=10_000, description="Stories with so many sources at least."
    )
    sort: Sort = Field(Sort.ACTIVITY, description="Order of the list.")
    page: int = Field(1, ge=1, le=MAX_PAGE, description="Page of the list.")

    @model_validator(mode="before")
    @classmethod
    def _without_empty_fields(cls, sent: Any) -> Any:
        """An empty field of a form is as one left out."""
        return (
            {name: value for name, value in sent.items() if value != ""} if isinstance(sent, dict) else sent
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the order is asked for."""
        return bool(self.query_string(page=1, sort=Sort.ACTIVITY))

    def query_string(self, **changes: Any) -> str:
        """The query string that asks for this, with some of it changed; what is as by default is left out."""
        defaults = Wanted()
        values = {**self.model_dump(mode="json"), **changes}
        return urlencode(
            {name: v for name, v in values.items() if v not in (getattr(defaults, name), "", None)}
        )


def wanted_of(asked: Annotated[Wanted, Query()]) -> Wanted:
    """What a query string asks for."""
    return asked


class Listed(msgspec.Struct):
    """A story on the list: its snapshot, and what the board adds."""

    story: Story
    revision: int
    first_time: int
    last_time: int
    reports_an_hour: float
    storyline: Membership | None = None
    line: list[int] = []  # reports in each of LINE_BINS equal parts of its time


class Page(msgspec.Struct):
    """A page of the list. `now`: the time of the newest report of all; `revision`: of the store, as it was read."""

    stories: list[Listed]
    total: int
    revision: int
    now: int
    has_more: bool


def list_page(store: Store, wanted: Wanted, size: int) -> Page:
    """The stories asked for."""
    revision, now = store.revision, newest_time(store)
    where, values = _conditions(store, wanted, now)
    total = store.reader.execute(f"SELECT count(*) FROM stories WHERE {where}", values).fetchone()[0]  # noqa: S608
    order = f"{ORDERS[wanted.sort]}, id"
    # Only the page's own rows are read whole: sorting all snapshots would take ten times as long.
    rows = store.reader.execute(
        f"""SELECT * FROM stories WHERE number IN (
                SELECT number FROM stories WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?
            ) ORDER BY {order}""",  # noqa: S608
        (*values, size + 1, (wanted.page - 1) * size),
    ).fetchall()
    stories = [listed(store, row, now) for row in rows[:size]]
    return Page(stories, total, revision, now, len(rows) > size)


def changed_since(store: Store, wanted: Wanted, revision: int) -> list[str]:
    """Ids of the stories asked for that changed after a revision, the latest first, and of those that are gone."""
    where, values = _conditions(store, wanted, newest_time(store))
    rows = store.reader.execute(
        f"SELECT id FROM stories WHERE {where} AND revision > ? ORDER BY revision DESC",  # noqa: S608
        (*values, revision),
    ).fetchall()
    if not wanted.is_narrowed:
        rows += store.reader.execute("SELECT id FROM removed WHERE revision > ?", (revision,)).fetchall()
    return [row["id"] for row in rows]


def listed(store: Store, row: Any, now: int) -> Listed:
    """A row of the stories table as the list shows it."""
    return Listed(
        story_decoder.decode(row["value"]),
        row["revision"],
        row["first_time"],
        row["last_time"],
        reports_an_hour(row["activity"], now),
        membership_of(store, row["storyline"]),
        reports_over_time(store, row["id"], row["first_time"], row["last_time"], LINE_BINS),
    )


def reports_over_time(store: Store, story_id: str, first: int, last: int, bins: int) -> list[int]:
    """Distinct reports of a story in equal parts of the time from `first` to `last`."""
    counted = [0] * bins
    rows = store.reader.execute(
        """SELECT (coalesce(event_time, published) - ?) * ? / ? AS bin, count(*) AS reports FROM articles
           WHERE story_id = ? AND leader IS NULL GROUP BY bin""",
        (first, bins, last - first + 1, story_id),
    )
    for row in rows:
        if row["bin"] is not None:
            counted[min(bins - 1, max(0, row["bin"]))] += row["reports"]
    return counted


def newest_time(store: Store) -> int:
    """The time of the newest report of all, in milliseconds since the epoch; 0 of an empty store."""
    return store.reader.execute("SELECT max(last_time) FROM stories").fetchone()[0] or 0


def offered(store: Store) -> dict[str, list[str]]:
    """Languages and sources to choose from, the most frequent first."""
    languages = store.reader.execute(
        "SELECT language FROM story_languages GROUP BY language ORDER BY count(*) DESC, language LIMIT ?",
        (OFFERED,),
    )
    sources = store.reader.execute(
        "SELECT source FROM articles WHERE source > '' GROUP BY source ORDER BY count(*) DESC, source LIMIT ?",
        (OFFERED,),
    )
    return {"languages": [name for (name,) in languages], "sources": [name for (name,) in sources]}


def _conditions(store: Store, wanted: Wanted, now: int) -> tuple[str, list[Any]]:
    """The filters as SQL with its values; the SQL itself holds nothing that a reader sent."""
    parts: list[tuple[str, list[Any]]] = []
    if wanted.status:
        parts.append(("status = ?", [wanted.status.value]))
    else:
        parts.append(("status <> 'merged'", []))
    if wanted.q.strip():
        query = match_query(wanted.q)
        if query is None:
            parts.append(("0", []))
        else:
            parts.append(("number IN (SELECT rowid FROM story_text WHERE story_text MATCH ?)", [query]))
    if wanted.language:
        parts.append(("number IN (SELECT story FROM story_languages WHERE language = ?)", [wanted.language]))
    if wanted.source:
        parts.append(("id IN (SELECT story_id FROM articles WHERE source = ?)", [wanted.source]))
    if wanted.storyline:
        living = living_storyline(store, wanted.storyline)
        parts.append(("storyline = ?", [living.id if living else wanted.storyline]))
    if wanted.hours:
        parts.append(("last_time >= ?", [now - wanted.hours * HOUR_MS]))
    if wanted.least_sources:
        parts.append(("sources >= ?", [wanted.least_sources]))
    return " AND ".join(sql for sql, _ in parts), [value for _, values in parts for value in values]
