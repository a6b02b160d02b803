"""Standing headlines: a column's name and its date ("Morning briefing: Monday 1 June") say nothing of the news."""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from babel import Locale, UnknownLocaleError

NAME_WORDS = 3  # of a column, besides the date; a longer headline has said something
LONGEST_WORDS = 9  # of both: "viernes, 12 de septiembre de 2026" has six
BATCH = 1 << 9  # headlines remembered: each is asked for three times within its batch

_WORD = re.compile(r"\w+")
# The number of an instalment: of podcasts and serials, as their sites write it.
_EPISODE = re.compile(
    r"(?<!\w)(?:episode|ep\.|épisode|folge|episodio|episódio|capítulo|puntata|aflevering|avsnitt|odcinek|выпуск|серия)"
    r" ?#?\d{1,4}(?!\w)",
    re.IGNORECASE,
)
_PART = re.compile(r"[:|·–—]")


class _Dates(NamedTuple):
    """How dates are written: a pattern, and the words of which one is in every date."""

    pattern: re.Pattern[str]
    words: frozenset[str]


@lru_cache(BATCH)
def is_standing(title: str, language: str | None) -> bool:
    """Whether a headline is a date and at most NAME_WORDS words more. `language`: its code, None where unknown."""
    if title.count(" ") >= LONGEST_WORDS:
        return False
    dates = _dates(language or "en")
    if dates.words.isdisjoint(_WORD.findall(title.lower())):
        return False
    rest, found = dates.pattern.subn(" ", title)
    return found > 0 and len(_WORD.findall(rest)) <= NAME_WORDS


def column_of(title: str, language: str | None) -> str | None:
    """The name of the column or podcast of which a headline says nothing but the day, or the number; None for others.

    It may be empty: an outlet may date or number what has no name.
    """
    if is_standing(title, language):
        return _plain(_dates(language or "en").pattern.sub(" ", title))
    if not any(map(str.isdecimal, title)):
        return None
    for part in _PART.split(title):
        rest, found = _EPISODE.subn(" ", part)
        if found:
            return _plain(rest)
    return None


def _plain(name: str) -> str:
    return " ".join(_WORD.findall(name.lower()))


@cache
def _dates(language: str) -> _Dates:
    """Days of the week, and days of a month, as a language and English write them."""
    days, months = (own | english for own, english in zip(_names(language), _names("en"), strict=True))
    day, month = ("|".join(sorted(map(re.escape, names))) for names in (days, months))
    pattern = re.compile(
        rf"(?<!\w)(?:(?:{day})(?!\w)|\d{{1,2}}(?:\.|[^\W\d]{{1,2}})?(?: de)? (?:{month})(?!\w)"
        rf"|(?:{month}) \d{{1,2}}(?!\d))(?:,? (?:de )?\d{{4}}(?!\w))?",
        re.IGNORECASE,
    )
    return _Dates(pattern, frozenset(word for name in days | months for word in _WORD.findall(name.lower())))


def _names(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names of days and of months, also in the form that they have beside a number."""
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return frozenset(), frozenset()
    return (
        frozenset(name for form in locale.days.values() for name in form["wide"].values()),
        frozenset(name for form in locale.months.values() for name in form["wide"].values()),
    )
