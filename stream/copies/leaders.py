"""Compiled leader index: a table of shingle hash to report, in fixed arrays, for a sliding window of event time.

A posting is 8 bytes: 16 bits of the hash, the hour of its report, and the owner: the row of the report with the
generation of that row. It stands in one of the two buckets its hash names, eight postings (one cache line) each.
Nothing is ever deleted: a posting whose hour has left the window, or whose row has a new owner, is overwritten in
place. The kernels live in one module because numba's cache does not notice a change in an imported kernel.
"""

from typing import Any

import numba as nb
import numpy as np

BUCKET = 8
ROW_BITS = 25  # of an owner; the other 7 bits are the generation, 1..127
STOP = 0  # the generation of a posting that marks boilerplate
HOUR = 3_600_000  # milliseconds
STOP_CLUSTERS = 4  # distinct texts that hold a shingle before it counts as boilerplate (measured: the note)
ENOUGH_HITS = 4
ALREADY_FOUND = 0.6  # a copy of which more is in its leader adds nothing to the index
SHORT_WORDS = 30
SWEEP_HOURS = 32_768  # half of what 16 bits of hours can tell apart
MAX_CANDIDATES = 256
MATCHES = 16

# places in the `clock` array
STREAM_TIME, NEXT_ROW, FORCED_EVICTIONS, OVERFLOWS, SWEPT_HOUR, STARTED, ENTRIES = range(7)
CLOCK_SIZE = 8
# outcomes
NEW, EXACT, NEAR = range(3)


@nb.njit(cache=True)
def advance(clock: Any, postings: Any, exact: Any, window: Any, time: Any) -> None:
    """Move stream time to the latest event time; clear old postings before their 16-bit hour comes round again."""
    if clock[STARTED] == 0:
        clock[STARTED] = 1
        clock[STREAM_TIME] = time
        clock[SWEPT_HOUR] = time // HOUR
    if time <= clock[STREAM_TIME]:
        return
    if time // HOUR - clock[SWEPT_HOUR] >= SWEEP_HOURS:
        sweep(postings, 32, clock[STREAM_TIME] // HOUR, (time - window) // HOUR)
        sweep(exact, 0, clock[STREAM_TIME] // HOUR, (time - window) // HOUR)
        clock[SWEPT_HOUR] = time // HOUR
    clock[STREAM_TIME] = time


@nb.njit(cache=True)
def sweep(entries: Any, shift: Any, now: Any, oldest: Any) -> None:
    """Clear the entries whose hour, counted back from `now`, lies before `oldest`."""
    for i in range(len(entries)):
        if entries[i] != 0 and now - age_of(entries[i], shift, now) < oldest:
            entries[i] = 0


@nb.njit(cache=True)
def age_of(entry: Any, shift: Any, hour: Any) -> Any:
    """Hours between an entry and `hour`; never negative, for stream time is the latest event time."""
    return (hour - np.int64((entry >> np.uint64(shift)) & np.uint64(0xFFFF))) & 0xFFFF


@nb.njit(cache=True)
def bucket_of(value: Any, choice: Any, size: Any) -> Any:
    """Return the place of the first entry of one of the two buckets of a hash."""
    part = (value >> np.uint64(16)) & np.uint64(0xFFFFFFFF)
    if choice == 1:
        part = (value * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
    return np.int64((part * np.uint64(size // BUCKET)) >> np.uint64(32)) * BUCKET


@nb.njit(cache=True)
def free_place(value: Any, entries: Any, shift: Any, hour: Any, window_hours: Any) -> Any:
    """Return (place, whether it is free): in the emptier bucket of the two, or the oldest entry of both."""
    best = -1
    best_free = 0
    oldest = -1
    oldest_age = -1
    for choice in range(2):
        start = bucket_of(value, choice, len(entries))
        free = 0
        place = -1
        for i in range(start, start + BUCKET):
            age = age_of(entries[i], shift, hour)
            if entries[i] == 0 or age > window_hours:
                free += 1
                if place < 0:
                    place = i
            elif age > oldest_age:
                oldest_age = age
                oldest = i
        if free > best_free:
            best_free = free
            best = place
    if best >= 0:
        return best, True
    return oldest, False


@nb.njit(cache=True)
def add_posting(
    value: Any,
    owner: Any,
    hour: Any,
    now: Any,
    window_hours: Any,
    postings: Any,
    generations: Any,
    sizes: Any,
    clock: Any,
) -> None:
    """Write a posting; where both buckets are full the oldest gives way and its report shrinks by one."""
    place, free = free_place(value, postings, 32, now, window_hours)
    if not free:
        clock[FORCED_EVICTIONS] += 1
        evicted = postings[place]
        row = np.int64(evicted & np.uint64((1 << ROW_BITS) - 1))
        if generations[row] == np.int64((evicted >> np.uint64(ROW_BITS)) & np.uint64(127)):
            sizes[row] -= 1
    postings[place] = (
        ((value & np.uint64(0xFFFF)) << np.uint64(48))
        | (np.uint64(hour & 0xFFFF) << np.uint64(32))
        | np.uint64(owner)
    )


@nb.njit(cache=True)
def place_report(
    sample: Any,
    digest: Any,
    words: Any,
    source: Any,
    time: Any,
    number: Any,
    window: Any,
    containment: Any,
    containment_same: Any,
    containment_short: Any,
    clock: Any,
    postings: Any,
    exact: Any,
    exact_rows: Any,
    numbers: Any,
    times: Any,
    sizes: Any,
    sources: Any,
    lengths: Any,
    generations: Any,
) -> Any:
    """Decide on one report and record it.

    Returns (outcome, leader number, hits, sample size without boilerplate, leader's size, threshold,
    rival's number or -1, rival's score, rival's threshold).
    """
    advance(clock, postings, exact, window, time)
    now = clock[STREAM_TIME]
    now_hour = now // HOUR
    window_hours = window // HOUR + 1
    row_mask = np.uint64((1 << ROW_BITS) - 1)

    # Exact tier.
    exact_tag = (digest >> np.uint64(16)) << np.uint64(16)
    exact_row: Any = -1
    row: Any = -1
    for choice in range(2):
        start = bucket_of(digest, choice, len(exact))
        for i in range(start, start + BUCKET):
            if exact[i] != 0 and (exact[i] >> np.uint64(16)) << np.uint64(16) == exact_tag:
                owner = np.uint64(exact_rows[i])
                row = np.int64(owner & row_mask)
                if generations[row] == np.int64(owner >> np.uint64(ROW_BITS)) and now - times[row] <= window:
                    exact_row = row

    count = len(sample)
    stops = np.zeros(count, np.bool_)
    places = np.empty((count, MATCHES), np.int64)
    found = np.zeros(count, np.int64)
    keys = np.full(MAX_CANDIDATES, -1, np.int64)
    hits = np.zeros(MAX_CANDIDATES, np.int64)
    held = 0
    boilerplate = 0
    for k in range(count):
        value = sample[k]
        tag = value & np.uint64(0xFFFF)
        for choice in range(2):
            start = bucket_of(value, choice, len(postings))
            for i in range(start, start + BUCKET):
                entry = postings[i]
                if entry >> np.uint64(48) != tag or entry == 0 or age_of(entry, 32, now_hour) > window_hours:
                    continue
                generation = np.int64((entry >> np.uint64(ROW_BITS)) & np.uint64(127))
                if generation == STOP:
                    if not stops[k]:
                        boilerplate += 1
                    stops[k] = True
                    postings[i] = (entry & ~(np.uint64(0xFFFF) << np.uint64(32))) | (
                        np.uint64(now_hour & 0xFFFF) << np.uint64(32)
                    )
                    continue
                row = np.int64(entry & row_mask)
                if generations[row] != generation or now - times[row] > window or found[k] == MATCHES:
                    continue
                known = False
                for m in range(found[k]):
                    known = known or np.int64(postings[places[k, m]] & row_mask) == row
                if known:
                    continue
                places[k, found[k]] = i
                found[k] += 1
    for k in range(count):
        if stops[k]:
            continue
        for m in range(found[k]):
            row = np.int64(postings[places[k, m]] & row_mask)
            slot = (row * 2654435761) & (MAX_CANDIDATES - 1)
            while keys[slot] != row and keys[slot] != -1:
                slot = (slot + 1) & (MAX_CANDIDATES - 1)
            if keys[slot] == -1:
                if held == MAX_CANDIDATES // 2:
                    continue
                keys[slot] = row
                held += 1
            hits[slot] += 1
    own = count - boilerplate

    best = -1
    best_hits = 0
    best_threshold = containment
    rival = -1
    rival_score = 0.0
    rival_threshold = containment
    for slot in range(MAX_CANDIDATES):
        row = keys[slot]
        if row < 0:
            continue
        smaller = max(1, min(own, sizes[row]))
        score = min(1.0, hits[slot] / smaller)
        threshold = containment
        if source != 0 and sources[row] == source:
            threshold = containment_same
        if words < SHORT_WORDS or lengths[row] < SHORT_WORDS:
            threshold = max(threshold, containment_short)
        enough = hits[slot] >= min(ENOUGH_HITS, smaller)
        if score >= threshold and enough:
            if hits[slot] > best_hits or (hits[slot] == best_hits and numbers[row] < numbers[best]):
                best, best_hits, best_threshold = row, hits[slot], threshold
        elif score > rival_score or (score == rival_score and rival >= 0 and numbers[row] < numbers[rival]):
            rival, rival_score, rival_threshold = row, score, threshold
    outcome = NEAR if best >= 0 else NEW
    if exact_row >= 0:
        outcome, best = EXACT, exact_row
        best_hits = 0
        for slot in range(MAX_CANDIDATES):
            if keys[slot] == exact_row:
                best_hits = hits[slot]
        best_threshold = 1.0
    leader = numbers[best] if best >= 0 else number
    leader_size = sizes[best] if best >= 0 else 0
    rival_number = numbers[rival] if rival >= 0 else -1

    # Record: a new text gets a row and postings; what many texts share becomes boilerplate.
    owner = np.uint64(0)
    if outcome == NEW:
        row = clock[NEXT_ROW]
        clock[NEXT_ROW] = (row + 1) % len(numbers)
        if generations[row] != 0 and now - times[row] <= window:
            clock[OVERFLOWS] += 1
        generations[row] = generations[row] % 127 + 1
        numbers[row] = number
        times[row] = time
        sources[row] = source
        lengths[row] = min(words, 65535)
        sizes[row] = 0
        best = row
    owner = (np.uint64(generations[best]) << np.uint64(ROW_BITS)) | np.uint64(best)
    for k in range(count):
        if stops[k]:
            continue
        mine = False
        repeated = False
        others = 0
        for m in range(found[k]):
            row = np.int64(postings[places[k, m]] & row_mask)
            if numbers[row] == leader:
                mine = True
            else:
                others += 1
                repeated = repeated or (source != 0 and sources[row] == source)
        if repeated or others + 1 >= STOP_CLUSTERS:
            for m in range(found[k]):
                i = places[k, m]
                sizes[np.int64(postings[i] & row_mask)] -= 1
                postings[i] = 0
            add_posting(
                sample[k], STOP, now_hour, now_hour, window_hours, postings, generations, sizes, clock
            )
        elif outcome == NEW and not mine:
            add_posting(
                sample[k], owner, time // HOUR, now_hour, window_hours, postings, generations, sizes, clock
            )
            sizes[best] += 1
    if exact_row < 0:
        place, _free = free_place(digest, exact, 0, now_hour, window_hours)
        exact[place] = exact_tag | np.uint64((time // HOUR) & 0xFFFF)
        exact_rows[place] = owner
    return (
        outcome,
        leader,
        best_hits,
        own,
        leader_size,
        best_threshold,
        rival_number,
        rival_score,
        rival_threshold,
    )
