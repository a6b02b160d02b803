"""Counts and moments that may be unknown, as the records of stories keep them."""

from typing import TypeVar

HELD_NAMES = 10_000  # more outlets or languages than any known story has; counts saturate beyond
Counted = TypeVar("Counted", str, int)


def count_name(counts: dict[str, int], name: str, change: int) -> None:
    """Count a name, unless HELD_NAMES others are counted."""
    if name in counts or len(counts) < HELD_NAMES:
        add(counts, name, change)


def add(counts: dict[Counted, int], what: Counted, change: int) -> None:
    """Change a count; what is down to 0 is no longer held."""
    count = counts.get(what, 0) + change
    if count > 0:
        counts[what] = count
    else:
        counts.pop(what, None)


def earliest(one: int | None, other: int | None) -> int | None:
    """The earlier of two moments, either of which may be unknown."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def latest(one: int | None, other: int | None) -> int | None:
    """The later of two moments, either of which may be unknown."""
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)
