"""A table of what was seen last: the entry seen longest ago gives way where there are too many."""

from collections import OrderedDict
from typing import TypeVar

Kept = TypeVar("Kept")


def keep(table: OrderedDict[int, Kept], key: int, value: Kept, most: int) -> None:
    """Add an entry as the one seen last; `table` holds `most` at most, in the order in which they were seen last."""
    table[key] = value
    table.move_to_end(key)
    if len(table) > most:
        table.popitem(last=False)
