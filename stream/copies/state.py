"""The state of a copy index, in fixed arrays, and its clock: which reports are remembered.

Reports fill their rows as a ring, so the serials from the oldest live report to the newest are the live ones.
Whatever names a report outside them is free and is overwritten in place: nothing is ever deleted.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from embeddings.jit import merged, part

SERIAL = 0x7FFFFFFF  # the bits of a serial that a posting keeps

# places in the `clock` array
STARTED, STREAM_TIME, NEXT, OLDEST, FORCED_EVICTIONS, OVERFLOWS, SWEPT = range(7)
CLOCK_SIZE = 8
# columns of `dates` and `counts`
NUMBER, TIME, FORM = range(
    3
)  # FORM: number of the first report found of the form that it fills, else its own
SOURCE, SIZE, BASE_SIZE, WORDS, LEAD_SIZE, HEADLINE_SIZE = range(6)


class CopyState(NamedTuple):
    """The whole state of an index: a table of postings, a table of whole texts, and one row for each report."""

    clock: npt.NDArray[np.int64]
    tags: npt.NDArray[np.uint16]
    owners: npt.NDArray[np.uint32]
    text_tags: npt.NDArray[np.uint32]
    text_owners: npt.NDArray[np.uint32]
    dates: npt.NDArray[np.int64]
    counts: npt.NDArray[np.uint32]
    leads: npt.NDArray[np.uint16]
    headlines: npt.NDArray[np.uint16]


class Placed(NamedTuple):
    """An article as the index is given it. Times in milliseconds; `arrival` is the stream time it came at."""

    number: int
    sample: npt.NDArray[np.uint64]
    lead: npt.NDArray[np.uint16]
    headline: npt.NDArray[np.uint16]
    lead_start: int
    lead_end: int
    words: int
    digest: int
    source: int
    event_time: int
    arrival: int


@merged
def is_of_outlet(index: Any, row: Any, source: Any) -> Any:
    """Whether the report in a row came from this outlet; 0 is none that is known."""
    return source != 0 and index.counts[row, SOURCE] == source


@part
def advance(index: Any, window: Any, now: Any) -> None:
    """Set the stream time, and move the oldest live report past all that left the window."""
    clock = index.clock
    clock[STARTED] = 1
    clock[STREAM_TIME] = now
    rows = len(index.dates)
    while (
        clock[OLDEST] < clock[NEXT] and clock[STREAM_TIME] - index.dates[clock[OLDEST] % rows, TIME] > window
    ):
        clock[OLDEST] += 1
    if clock[NEXT] - clock[OLDEST] == rows:
        clock[OLDEST] += 1
        clock[OVERFLOWS] += 1
    if clock[NEXT] - clock[SWEPT] >= SERIAL // 2:
        for i in range(len(index.owners)):
            if not alive(index.owners[i], clock):
                index.owners[i] = 0
                index.tags[i] = 0
        for i in range(len(index.text_owners)):
            if not alive(index.text_owners[i], clock):
                index.text_owners[i] = 0
                index.text_tags[i] = 0
        clock[SWEPT] = clock[NEXT]


@part
def serial_of(owner: Any, clock: Any) -> Any:
    """Return the full serial of an owner: the latest one not after the newest report with these 31 bits."""
    newest = clock[NEXT]
    return newest - ((newest - np.int64(owner & np.uint32(SERIAL))) & SERIAL)


@part
def find_serial(index: Any, row: Any) -> Any:
    """Return the serial of the live report in a row."""
    rows = len(index.dates)
    newest = index.clock[NEXT] - 1
    return newest - (newest - row) % rows


@part
def alive(owner: Any, clock: Any) -> Any:
    """Whether an entry's report, or for boilerplate its last sight, is within the ring of live reports."""
    return owner != 0 and serial_of(owner, clock) >= clock[OLDEST]
