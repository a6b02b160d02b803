"""Dates as feeds and crawlers write them: read right, or refused; never shifted silently.

ISO 8601 is read by the standard library, everything else by dateutil with the zones listed here. What dateutil would
fill in or guess is refused: a date without a year, a day and a month that could be swapped, a zone of unknown name.
"""

import re
import warnings
from datetime import UTC, date, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any

from dateutil import parser, tz

EARLIEST = -2_208_988_800_000  # 1900-01-01: older dates are producers' errors, not news
LATEST = 7_258_118_400_000  # 2200-01-01
DAY = 86_400_000  # milliseconds

# What systems write for "no date": the first days of their calendars, as midnight or, moved by a zone, as the
# evening before. Unix, .NET and SQL minimum (below EARLIEST), VARCHAR default, Excel and OLE, FAT, and DB2 "never".
NO_DATES = tuple(
    date.fromisoformat(day)
    for day in (
        "1970-01-01",
        "1969-12-31",
        "1900-01-01",
        "1899-12-30",
        "1899-12-31",
        "1980-01-01",
        "1904-01-01",
    )
)

FEWEST_SECONDS = 100_000_000  # 1973: smaller numbers are placeholders, counters, or parts of a date
# Digits alone are an epoch, whose unit its size shows, or a date written without separators.
EPOCH_UNITS = ((100_000_000_000, 1000.0), (100_000_000_000_000, 1.0), (100_000_000_000_000_000, 0.001))
NANOSECONDS = 0.000_001  # to milliseconds, for anything larger
COMPACT_FORMS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_DIGITS = re.compile(r"[+-]?\d+(?:\.\d+)?")

# Hours east of Greenwich. Names with two meanings have the one that RFC 822 or most news feeds give them: CST and EST
# are American, BST is British, IST is Indian (Irish and Israeli feeds write offsets), GST is of the Gulf.
_ZONE_HOURS = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2,
    "EET": 2, "EEST": 3, "MSK": 3, "TRT": 3, "SAST": 2, "CAT": 2, "WAT": 1, "EAT": 3, "GST": 4, "PKT": 5, "IST": 5.5,
    "NPT": 5.75, "ICT": 7, "WIB": 7, "HKT": 8, "SGT": 8, "PHT": 8, "AWST": 8, "JST": 9, "KST": 9, "ACST": 9.5,
    "AEST": 10, "ACDT": 10.5, "AEDT": 11, "NZST": 12, "NZDT": 13, "NST": -3.5, "NDT": -2.5, "BRT": -3, "ART": -3,
    "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "AKST": -9, "AKDT": -8, "HST": -10,
}  # fmt: skip
_ZONES: dict[str, tzinfo] = {
    name: tz.tzoffset(name, timedelta(hours=hours)) for name, hours in _ZONE_HOURS.items()
}

_COMMENT = re.compile(r"\s*\([^()]*\)\s*$")  # JavaScript writes the zone's name behind its offset
_NAMES = "|".join(sorted(_ZONE_HOURS, key=len, reverse=True))
# GMT+0530: dateutil takes the sign for that of a POSIX zone, which runs the other way. The offset says it all.
_NAME_BEFORE_OFFSET = re.compile(rf"\b(?:{_NAMES})\s*([+-]\d)", re.IGNORECASE)
_NAME_BEHIND_OFFSET = re.compile(rf"(\s[+-]\d\d:?\d\d)\s+(?:{_NAMES})$", re.IGNORECASE)
# The form of RSS, which the standard library reads forty times as fast.
_RFC_822 = re.compile(
    r"(?:[A-Za-z]{3},\s*)?\d{1,2} [A-Za-z]{3} \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UTC?|[ECMP][SD]T)"
)
_YEAR_FIRST = re.compile(r"\d{4}\D")  # then month and day, in all that feeds write
_WEEKDAY = re.compile(r"^[^\W\d_]+\.?,\s*(?=\d)")  # in any language
_MISSING = (datetime(2001, 1, 1), datetime(2002, 2, 2))


def read_date(sent: Any) -> int | None:
    """Return the moment in milliseconds since the epoch, or None where the date cannot be believed.

    Takes text, a number, or MongoDB's `{"$date": ...}`. A time without a zone is UTC.
    """
    if isinstance(sent, dict) and len(sent) == 1:
        sent = next(iter(sent.values())) if {"$date", "$numberLong"} & sent.keys() else None
        return read_date(sent) if sent is not None else None
    if isinstance(sent, bool) or not isinstance(sent, str | int | float):
        return None
    text = str(sent).strip() if isinstance(sent, str) else ""
    number = sent if not isinstance(sent, str) else float(text) if _DIGITS.fullmatch(text) else None
    moment = _from_number(number) if number is not None else _from_text(text)
    if moment is None or not EARLIEST <= moment < LATEST or _is_no_date(moment):
        return None
    return moment


def _is_no_date(moment: int) -> bool:
    day = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=moment)).date()
    return day in NO_DATES


def _from_number(number: int | float) -> int | None:
    try:
        form = COMPACT_FORMS.get(len(str(int(number)))) if number == int(number) and number > 0 else None
        if form:
            try:
                compact = datetime.strptime(str(int(number)), form).replace(tzinfo=UTC)
                if compact.year >= 1900:
                    return round(compact.timestamp() * 1000)
            except ValueError:
                pass
        if abs(number) < FEWEST_SECONDS:
            return None
        scale = next((unit for below, unit in EPOCH_UNITS if abs(number) < below), NANOSECONDS)
        return int(number * scale)
    except (OverflowError, ValueError):
        return None


def _from_text(text: str) -> int | None:
    for parse in (datetime.fromisoformat, _from_rfc_822, _from_end_of_day):
        try:
            return _milliseconds(parse(text))
        except (ValueError, OverflowError, TypeError):
            continue
    text = _NAME_BEHIND_OFFSET.sub(r"\1", _NAME_BEFORE_OFFSET.sub(r"\1", _COMMENT.sub("", text)))
    orders = (False,) if _YEAR_FIRST.match(text) else (False, True)
    for form in dict.fromkeys((text, _WEEKDAY.sub("", text))):
        readings = {_by_dateutil(form, day_first, missing) for day_first in orders for missing in _MISSING}
        if len(readings) == 1 and None not in readings:
            return readings.pop()
    return None


def _from_rfc_822(text: str) -> datetime:
    if not _RFC_822.fullmatch(text):
        raise ValueError(f"{text!r} is not of the form of RFC 822")
    return parsedate_to_datetime(text)


def _from_end_of_day(text: str) -> datetime:
    if "T24:00" not in text:
        raise ValueError(f"{text!r} is not midnight written as 24:00")
    read: datetime = parser.isoparse(text)
    return read


def _by_dateutil(text: str, day_first: bool, missing: datetime) -> int | None:
    """One of the readings of a date; a date is believed where all agree."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", parser.UnknownTimezoneWarning)
            read = parser.parse(text, dayfirst=day_first, default=missing, tzinfos=_zone)
        return _milliseconds(read)
    except (
        ValueError,
        OverflowError,
        TypeError,
        AttributeError,
        RecursionError,
        parser.UnknownTimezoneWarning,
    ):
        return None


def _zone(name: str | None, offset: int | None) -> tzinfo | int | None:
    """The zone that a date names, None where it names none.

    Raises:
        ValueError: the name is not one of those listed.
    """
    if offset is not None or name is None:
        return offset
    zone = _ZONES.get(name.upper())
    if zone is None:
        raise ValueError(f"unknown time zone {name!r}")
    return zone


def _milliseconds(moment: datetime) -> int:
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
