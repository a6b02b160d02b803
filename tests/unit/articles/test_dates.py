"""Dates are read right or refused; never shifted without a word."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.articles.dates import EARLIEST, LATEST, read_date


def moment(sent: object) -> str | None:
    read = read_date(sent)
    return (
        None if read is None else datetime.fromtimestamp(read / 1000, UTC).isoformat().replace("+00:00", "Z")
    )


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("2026-11-26T09:05:00+02:00", "2026-11-26T07:05:00Z"),
        ("2026-11-26T09:05:00+0530", "2026-11-26T03:35:00Z"),
        ("2026-11-26T09:05:00+03", "2026-11-26T06:05:00Z"),
        ("2026-11-26T24:00:00Z", "2026-11-27T00:00:00Z"),
        ("2026-11-26 09:05:00 UTC", "2026-11-26T09:05:00Z"),
        ("2026-11-26 09:05:00.000 +0000 UTC", "2026-11-26T09:05:00Z"),
        ("2026/11/26 09:05", "2026-11-26T09:05:00Z"),
        ("2026/1/6 9:05:01", "2026-01-06T09:05:01Z"),
        ("Thu, 26 Nov 2026 09:05:00 GMT", "2026-11-26T09:05:00Z"),
        ("Thu, 26 Nov 26 09:05:00 +0100", "2026-11-26T08:05:00Z"),
        ("Thu, 26 Nov 2026 09:05:00 EST", "2026-11-26T14:05:00Z"),
        ("Thu, 26 Nov 2026 09:05:00 CET", "2026-11-26T08:05:00Z"),
        ("Thu, 26 Nov 2026 09:05:00 MESZ", "2026-11-26T07:05:00Z"),
        ("Thu, 26 Nov 2026 09:05:00 IST", "2026-11-26T03:35:00Z"),
        ("Thu, 26 Nov 2026 09:05:00 +03", "2026-11-26T06:05:00Z"),
        ("Thu, 26 Nov 2026 09:05:00 -03:30", "2026-11-26T12:35:00Z"),
        ("Thu, 26 Nov 2026 09:05:00 GMT+0530", "2026-11-26T03:35:00Z"),
        ("Thu, 26 Nov 2026 09:05:00 UTC-3", "2026-11-26T12:05:00Z"),
        ("Thu Nov 26 2026 09:05:00 GMT+0200 (Eastern European Standard Time)", "2026-11-26T07:05:00Z"),
        ("Do, 26 Nov 2026 09:05:00", "2026-11-26T09:05:00Z"),
        ("November 26, 2026", "2026-11-26T00:00:00Z"),
        ("26-Nov-2026", "2026-11-26T00:00:00Z"),
        ("Nov 26, 2026 9:05 PM EST", "2026-11-27T02:05:00Z"),
        ("26/11/2026", "2026-11-26T00:00:00Z"),
        ("11/26/2026", "2026-11-26T00:00:00Z"),
        ("1795683900", "2026-11-26T09:05:00Z"),
        (1_795_683_900, "2026-11-26T09:05:00Z"),
        (1_795_683_900_000, "2026-11-26T09:05:00Z"),
        (1_795_683_900_000_000, "2026-11-26T09:05:00Z"),
        ("20261126090500", "2026-11-26T09:05:00Z"),
        (20261126, "2026-11-26T00:00:00Z"),
        ({"$date": "2026-11-26T09:05:00Z"}, "2026-11-26T09:05:00Z"),
        ({"$date": {"$numberLong": "1795683900000"}}, "2026-11-26T09:05:00Z"),
    ],
)
def test_forms_of_feeds_and_crawlers_are_read(sent: object, expected: str):
    assert moment(sent) == expected


@pytest.mark.parametrize(
    "sent",
    ["yesterday", "Thursday", "09:05", "November 2026", "2026", "2026-11", "26 November", "03/04/2026", "01/02/03",
     "2026-11-31", "2026-13-01", "Thu, 26 Nov 2026 09:05:00 XYZ", "2026-11-26 09:05 Europe/Paris",
     "To, 26 Mar 2026 25:00", 1e300, float("nan"), float("inf"), True, [],
     {"date": "2026-11-26"}, "9" * 400, 2026, 202611, "2026330"],
)  # fmt: skip
def test_what_is_open_or_impossible_is_refused(sent: object):
    assert read_date(sent) is None


@pytest.mark.parametrize(
    "sent",
    [0, -1, 1, "0", "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT", "1969-12-31T19:00:00-05:00",
     "0000-00-00 00:00:00", "0001-01-01T00:00:00", "1900-01-01", "1899-12-30T00:00:00", "9999-12-31T23:59:59Z"],
)  # fmt: skip
def test_what_systems_write_for_no_date_is_no_date(sent: object):
    assert read_date(sent) is None


@given(st.text(max_size=40) | st.integers() | st.floats())
def test_anything_is_a_believable_moment_or_none(sent: object):
    read = read_date(sent)
    assert read is None or EARLIEST <= read < LATEST


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.integers(-48, 56))
def test_an_offset_in_either_form_gives_the_same_moment(local: datetime, quarters: int):
    sign, minutes = "-" if quarters < 0 else "+", abs(quarters) * 15
    offset = f"{minutes // 60:02d}:{minutes % 60:02d}"
    iso = local.replace(microsecond=0).isoformat()
    expected = read_date(f"{iso}{sign}{offset}")
    assert read_date(f"{local:%a, %d %b %Y %H:%M:%S} {sign}{offset}") == expected
    assert read_date(f"{local:%a, %d %b %Y %H:%M:%S} GMT{sign}{offset.replace(':', '')}") == expected
