"""How busy a story is: its reports an hour, with recent ones counting more.

Each report counts exp(-age / MEMORY). The logarithm of that sum, less the present, orders stories the same way at any
moment, so it is kept in the store and indexed, and needs no renewal as time passes.
"""

from collections.abc import Sequence
from math import exp, inf, log

HOUR_MS = 3_600_000
MEMORY_MS = 6 * HOUR_MS  # a report of this morning still counts at noon, one of yesterday hardly


def activity_of(times: Sequence[int]) -> float:
    """The activity of a story whose reports have these times (milliseconds since the epoch)."""
    if not times:
        return -1e18  # sorts last; SQLite has no infinity that JSON can carry
    newest = max(times)
    return newest / MEMORY_MS + log(sum(exp((time - newest) / MEMORY_MS) for time in times))


def reports_an_hour(activity: float, now: int) -> float:
    """The rate at `now` in milliseconds since the epoch."""
    exponent = min(activity - now / MEMORY_MS, log(1e6)) if activity > -1e17 else -inf
    return exp(exponent) * HOUR_MS / MEMORY_MS
