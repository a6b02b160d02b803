"""Why an article is where it is, and why two stories or articles are not one: the decisions of the log in words."""

import msgspec

from stream.board.messages import Assignment, Factor, assignment_decoder, story_decoder
from stream.board.store import Store
from stream.board.story import UNRELATED_SCORE, Entry, Turn, entry_of, headline_of, turn_between
from stream.contract.events import FactorShown, Reason
from stream.contract.sentences import BEGINS, COPY_KINDS, RIVAL_REASONS, sentence

ATTEMPTS = 5  # decisions between two stories that are shown, the closest first

VERDICTS = {  # of messages written before assignments named the rule that decided
    "new": "It begins a story.",
    "joined": BEGINS[Reason.JOINED],
    "moved": "It moved with its story, when there was found to be one or to be two.",
    "correction": BEGINS[Reason.CORRECTED],
    "retracted": BEGINS[Reason.RETRACTED],
}


class Bar(msgspec.Struct):
    """One piece of evidence. `weight` is what it added to the score; `share` of the heaviest one, -1 to 1."""

    name: str
    words: str
    value: float
    weight: float
    share: float


class Second(msgspec.Struct):
    """The best story that the article was not put into."""

    story_id: str
    headline: str
    score: float | None
    words: str


class Why(msgspec.Struct):
    """The decision on one article."""

    article: Entry
    story_headline: str
    verdict: str
    speaks_for: list[Bar]
    speaks_against: list[Bar]
    score: float | None
    threshold: float | None
    bias: float | None
    second: Second | None
    leader: Entry | None
    closest: Entry | None


def why_here(store: Store, article_id: str) -> Why | None:
    """The decision on an article, or None where it is not known or its assignment has not arrived."""
    entry = entry_of(store, article_id)
    if entry is None or entry.assignment is None:
        return None
    one = entry.assignment
    bars = _bars(one)
    return Why(
        article=entry,
        story_headline=headline_of(store, one.story_id) if one.story_id else "",
        verdict=_verdict(one),
        speaks_for=[bar for bar in bars if bar.weight > 0],
        speaks_against=[bar for bar in bars if bar.weight < 0],
        score=one.score,
        threshold=one.threshold,
        bias=one.bias,
        second=_second(store, one),
        leader=entry_of(store, one.copy_of.article_id) if one.copy_of else None,
        closest=entry_of(store, one.near_miss.article_id) if one.near_miss else None,
    )


def _bars(one: Assignment) -> list[Bar]:
    heaviest = max((abs(factor.weight) for factor in one.factors), default=0.0)
    return [
        Bar(factor.name, _words(factor, one), factor.value, factor.weight, factor.weight / heaviest)
        for factor in sorted(one.factors, key=lambda factor: -abs(factor.weight))
        if factor.weight
    ]


def _verdict(one: Assignment) -> str:
    if one.copy_of is not None and one.method == "copy":
        kind = COPY_KINDS.get(one.copy_of.kind, one.copy_of.kind)
        return f"It carries the text of another report, {kind}, so it is where that report is."
    reason = _reason(one.reason)
    return (
        BEGINS[reason] if reason in BEGINS else VERDICTS.get(one.method, f"How it came here: {one.method}.")
    )


def _words(factor: Factor, one: Assignment) -> str:
    shown = FactorShown(factor.name, factor.value, factor.weight)
    moved = Reason.STORIES_MERGED if one.method == "moved" else Reason.JOINED
    return sentence(shown, _reason(one.reason) or moved)


def _reason(code: str | None) -> Reason | None:
    """The rule by its code; None where this version does not know it."""
    return Reason(code) if code in set(Reason) else None


def _second(store: Store, one: Assignment) -> Second | None:
    if one.rival is None:
        return None
    words = RIVAL_REASONS.get(_reason(one.rival.reason) or Reason.BELOW_THRESHOLD, "")
    if one.rival.story_id == one.story_id:
        words = "it has become one with this story since"
    is_weighed = one.rival.score is not None and one.rival.score > UNRELATED_SCORE
    score = one.rival.score if is_weighed else None
    return Second(one.rival.story_id, headline_of(store, one.rival.story_id), score, f"Not in it: {words}.")


class Attempt(msgspec.Struct):
    """A report of one story for which the other came second: how close it was."""

    article: Entry
    score: float | None
    other_score: float | None
    threshold: float | None


class Side(msgspec.Struct):
    """One of two stories that are held against each other; `article` where an article was asked for."""

    story_id: str
    headline: str
    keywords: list[str]
    names: list[str]
    sources: int
    reports: int
    first_time: int
    last_time: int
    article: Entry | None = None


class Comparison(msgspec.Struct):
    """What two stories or articles have in common, and what keeps them apart."""

    sides: tuple[Side, Side]
    is_one: bool
    shared: list[str]
    attempts: list[Attempt]
    turn: Turn | None
    gap: int  # milliseconds between the end of the one and the beginning of the other; 0 where they overlap
    near_miss: Entry | None


def compare(store: Store, one: str, other: str) -> Comparison | None:
    """Hold two stories or articles, by id, against each other; None where one is not known."""
    first, second = _side(store, one), _side(store, other)
    if first is None or second is None:
        return None
    earlier, later = sorted((first, second), key=lambda side: side.first_time)
    words = {word.casefold() for word in second.keywords + second.names}
    return Comparison(
        sides=(first, second),
        is_one=first.story_id == second.story_id,
        shared=[word for word in dict.fromkeys(first.names + first.keywords) if word.casefold() in words],
        attempts=_attempts(store, first.story_id, second.story_id),
        turn=turn_between(store, first.story_id, second.story_id),
        gap=max(0, later.first_time - earlier.last_time),
        near_miss=_near_miss(first, second),
    )


def _side(store: Store, name: str) -> Side | None:
    article = entry_of(store, name)
    story_id = article.story_id if article else name
    row = store.reader.execute("SELECT * FROM stories WHERE id = ?", (story_id,)).fetchone()
    if row is None:
        return None
    story = story_decoder.decode(row["value"])
    return Side(
        story_id=row["id"],
        headline=story.headline,
        keywords=story.keywords,
        names=[name.name for name in story.names],
        sources=row["sources"],
        reports=row["reports"],
        first_time=row["first_time"],
        last_time=row["last_time"],
        article=article,
    )


def _attempts(store: Store, one: str, other: str) -> list[Attempt]:
    """The decisions for one of the two in which the other came second, the closest ones first."""
    rows = store.reader.execute(
        """SELECT id, value FROM articles WHERE value IS NOT NULL
           AND ((story_id = ? AND rival = ?) OR (story_id = ? AND rival = ?))""",
        (one, other, other, one),
    ).fetchall()
    found = []
    for row in rows:
        why, entry = assignment_decoder.decode(row["value"]), entry_of(store, row["id"])
        if entry is not None:
            found.append(Attempt(entry, why.score, why.rival.score if why.rival else None, why.threshold))
    return sorted(found, key=lambda attempt: -(attempt.other_score or UNRELATED_SCORE))[:ATTEMPTS]


def _near_miss(one: Side, other: Side) -> Entry | None:
    """Of two articles: the one that came close to being a copy of the other."""
    for side, against in ((one, other), (other, one)):
        missed = side.article.assignment.near_miss if side.article and side.article.assignment else None
        if missed and against.article and missed.article_id == against.article.id:
            return side.article
    return None
