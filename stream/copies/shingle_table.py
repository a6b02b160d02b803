"""The table of triple hash to report: where a posting stands, how it is found, and what gives way to it.

A posting is 6 bytes: 16 bits of the hash and the serial of its report. It stands in one of the two buckets its hash
names, eight postings each.
"""

from typing import Any

import numpy as np

from embeddings.jit import allocating_part, part
from embeddings.prefetch import prefetch
from stream.copies.state import (
    BASE_SIZE,
    FORCED_EVICTIONS,
    NEXT,
    OLDEST,
    SERIAL,
    SIZE,
    STREAM_TIME,
    TIME,
    alive,
    serial_of,
)

BUCKET = 8
TAG_BYTES, OWNER_BYTES = 16, 32  # of a bucket
ONES = np.uint64(0x0001000100010001)
TOPS = np.uint64(0x8000800080008000)
STOP = 0x80000000  # marks boilerplate; the serial beside it says when it was last seen
MATCHES = 8  # postings of one triple that are looked at
BASE_BITS = 3  # the sampling every part of a text shares


@part
def bucket_of(value: Any, choice: Any, size: Any) -> Any:
    """Return the place of the first entry of one of the two buckets of a hash."""
    part = (value >> np.uint64(16)) & np.uint64(0xFFFFFFFF)
    if choice == 1:
        part = (value * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
    return np.int64((part * np.uint64(size // BUCKET)) >> np.uint64(32)) * BUCKET


@part
def place_for(value: Any, owners: Any, clock: Any) -> Any:
    """Return (place, whether it is free): in the emptier of two buckets, or the oldest entry of both."""
    best = -1
    best_free = 0
    oldest = -1
    oldest_serial = np.int64(0)
    for choice in range(2):
        start = bucket_of(value, choice, len(owners))
        free = 0
        place = -1
        for i in range(start, start + BUCKET):
            serial = serial_of(owners[i], clock)
            if owners[i] == 0 or serial < clock[OLDEST]:
                free += 1
                if place < 0:
                    place = i
            elif oldest < 0 or serial < oldest_serial:
                oldest_serial = serial
                oldest = i
        if free > best_free:
            best_free = free
            best = place
    return (best, True) if best >= 0 else (oldest, False)


@part
def shrink(index: Any, owner: Any, is_base: Any) -> None:
    """A report lost a posting: its size counts what can still be found."""
    row = serial_of(owner, index.clock) % len(index.dates)
    index.counts[row, SIZE] -= np.uint32(1)
    if index.counts[row, BASE_SIZE] > 0 and (
        is_base or index.counts[row, BASE_SIZE] > index.counts[row, SIZE]
    ):
        index.counts[row, BASE_SIZE] -= np.uint32(1)


@part
def base(value: Any) -> Any:
    """Whether a triple belongs to the sampling that every part of a text shares."""
    return value >> np.uint64(64 - BASE_BITS) == 0


@part
def add_posting(index: Any, value: Any, owner: Any) -> None:
    """Write a posting; where both buckets are full the oldest gives way and its report shrinks by one."""
    place, free = place_for(value, index.owners, index.clock)
    if not free:
        index.clock[FORCED_EVICTIONS] += 1
        if index.owners[place] & np.uint32(STOP) == 0:
            shrink(index, index.owners[place], False)
    index.tags[place] = np.uint16(value & np.uint64(0xFFFF))
    index.owners[place] = owner


@part
def exact_leader(index: Any, digest: Any, window: Any) -> Any:
    """Return the row of the report with this text, or -1."""
    tag = np.uint32(digest & np.uint64(0xFFFFFFFF))
    row = np.int64(-1)
    for choice in range(2):
        start = bucket_of(digest >> np.uint64(16), choice, len(index.text_owners))
        for i in range(start, start + BUCKET):
            if index.text_tags[i] == tag and alive(index.text_owners[i], index.clock):
                found = serial_of(index.text_owners[i], index.clock) % len(index.dates)
                if index.clock[STREAM_TIME] - index.dates[found, TIME] <= window:
                    row = found
    return row


@allocating_part
def look_up(
    index: Any, sample: Any, window: Any, stops: Any, keepers: Any, places: Any, rows: Any, found: Any
) -> None:
    """Find the live postings of every triple (`places` and `rows`, `found` of them each) and the boilerplate.

    `keepers`: the row of the report that was the last to hold a triple of the boilerplate, or -1.
    """
    clock = index.clock
    fours = index.tags.view(np.uint64)  # four tags at a time
    starts = np.empty((len(sample), 2), np.int64)
    for k in range(len(sample)):
        for choice in range(2):
            starts[k, choice] = bucket_of(sample[k], choice, len(index.tags))
            prefetch(index.tags, starts[k, choice], TAG_BYTES)
    for k in range(len(sample)):
        pattern = (sample[k] & np.uint64(0xFFFF)) * ONES
        for choice in range(2):
            start = starts[k, choice]
            low = fours[start >> 2] ^ pattern
            high = fours[(start >> 2) + 1] ^ pattern
            alike = ((low - ONES) & ~low) | ((high - ONES) & ~high)
            same = alike & TOPS  # not 0 where one of the eight tags is this one
            if same != 0:
                prefetch(index.owners, start, OWNER_BYTES)
            else:
                starts[k, choice] = -1
    for k in range(len(sample)):
        tag = np.uint16(sample[k] & np.uint64(0xFFFF))
        for start in starts[k]:
            if start < 0:
                continue
            for i in range(start, start + BUCKET):
                if index.tags[i] != tag or not alive(index.owners[i], clock):
                    continue
                if index.owners[i] & np.uint32(STOP) != 0:
                    stops[k] = True
                    keepers[k] = serial_of(index.owners[i], clock) % len(index.dates)
                    index.owners[i] = np.uint32(STOP) | np.uint32(clock[NEXT] & SERIAL)
                    continue
                row = serial_of(index.owners[i], clock) % len(index.dates)
                if clock[STREAM_TIME] - index.dates[row, TIME] > window or found[k] == MATCHES:
                    continue
                known = False
                for m in range(found[k]):
                    known |= rows[k, m] == row
                if not known:
                    places[k, found[k]] = i
                    rows[k, found[k]] = row
                    found[k] += 1
