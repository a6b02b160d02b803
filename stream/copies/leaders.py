"""Compiled leader index: a table of triple hash to report, in fixed arrays, for a sliding window of event time.

A posting is 6 bytes: 16 bits of the hash and the serial of its report. It stands in one of the two buckets its hash
names, eight postings each. Reports fill their rows as a ring, so the serials from the oldest live report to the
newest are the live ones: a posting outside them is free and is overwritten in place, nothing is ever deleted.
The kernels of one stage live in one module because numba's cache does not notice a change in an imported kernel.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from stream.copies.kernels import kernel

BUCKET = 8
ONES = np.uint64(0x0001000100010001)
TOPS = np.uint64(0x8000800080008000)
STOP = 0x80000000  # marks boilerplate; the serial beside it says when it was last seen
SERIAL = 0x7FFFFFFF
STOP_CLUSTERS = 4  # distinct texts that hold a triple before it counts as boilerplate
FEWEST_WORDS = 5  # below, a text says too little to be told from another
MATCHES = 8  # postings of one triple that are looked at
CANDIDATES = 256
ALIGNED_CANDIDATES = 6
BASE_BITS = 3  # the sampling every part of a text shares

# places in the `clock` array
STARTED, STREAM_TIME, NEXT, OLDEST, FORCED_EVICTIONS, OVERFLOWS, SWEPT = range(7)
CLOCK_SIZE = 8
# columns of `dates` and `counts`
NUMBER, TIME = range(2)
SOURCE, SIZE, BASE_SIZE, WORDS, LEAD_SIZE = range(5)
# outcomes
NEW, EXACT, NEAR = range(3)
# why a rival was not taken
COPY, TOO_LITTLE, TEMPLATE, ASIDE = range(4)
# what is counted of a text's triples
ALL, POSTED, BASE, LEAD = range(4)
FAR = 99  # tokens: a copy told by its triples, not by its lead


class Shelves(NamedTuple):
    """The whole state of an index: a table of postings, a table of whole texts, and one row for each report."""

    clock: npt.NDArray[np.int64]
    tags: npt.NDArray[np.uint16]
    owners: npt.NDArray[np.uint32]
    text_tags: npt.NDArray[np.uint32]
    text_owners: npt.NDArray[np.uint32]
    dates: npt.NDArray[np.int64]
    counts: npt.NDArray[np.uint32]
    leads: npt.NDArray[np.uint16]


class Rule(NamedTuple):
    """The settings as the kernel reads them; `window` in milliseconds."""

    window: int
    containment: float
    containment_same: float
    containment_short: float


@kernel
def advance(index: Any, window: Any, time: Any) -> None:
    """Move stream time to the latest event time, and the oldest live report past all that left the window."""
    clock = index.clock
    if clock[STARTED] == 0 or time > clock[STREAM_TIME]:
        clock[STARTED] = 1
        clock[STREAM_TIME] = time
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


@kernel
def serial_of(owner: Any, clock: Any) -> Any:
    """Return the full serial of an owner: the latest one not after the newest report with these 31 bits."""
    newest = clock[NEXT]
    return newest - ((newest - np.int64(owner & np.uint32(SERIAL))) & SERIAL)


@kernel
def alive(owner: Any, clock: Any) -> Any:
    """Whether an entry's report, or for boilerplate its last sight, is within the ring of live reports."""
    return owner != 0 and serial_of(owner, clock) >= clock[OLDEST]


@kernel
def bucket_of(value: Any, choice: Any, size: Any) -> Any:
    """Return the place of the first entry of one of the two buckets of a hash."""
    part = (value >> np.uint64(16)) & np.uint64(0xFFFFFFFF)
    if choice == 1:
        part = (value * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
    return np.int64((part * np.uint64(size // BUCKET)) >> np.uint64(32)) * BUCKET


@kernel
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


@kernel
def shrink(index: Any, owner: Any, is_base: Any) -> None:
    """A report lost a posting: its size counts what can still be found."""
    row = serial_of(owner, index.clock) % len(index.dates)
    index.counts[row, SIZE] -= np.uint32(1)
    if index.counts[row, BASE_SIZE] > 0 and (
        is_base or index.counts[row, BASE_SIZE] > index.counts[row, SIZE]
    ):
        index.counts[row, BASE_SIZE] -= np.uint32(1)


@kernel
def base(value: Any) -> Any:
    """Whether a triple belongs to the sampling that every part of a text shares."""
    return value >> np.uint64(64 - BASE_BITS) == 0


@kernel
def add_posting(index: Any, value: Any, owner: Any) -> None:
    """Write a posting; where both buckets are full the oldest gives way and its report shrinks by one."""
    place, free = place_for(value, index.owners, index.clock)
    if not free:
        index.clock[FORCED_EVICTIONS] += 1
        if index.owners[place] & np.uint32(STOP) == 0:
            shrink(index, index.owners[place], False)
    index.tags[place] = np.uint16(value & np.uint64(0xFFFF))
    index.owners[place] = owner


@kernel
def line_ends(lead: Any, first: Any, last: Any) -> Any:
    """Whether a line ends at one of the tokens first <= i < last."""
    ends = np.uint16(0)
    for i in range(max(0, first), min(last, len(lead))):
        ends |= lead[i] & np.uint16(0x2000)
    return ends != 0


@kernel
def aligned(left: Any, right: Any) -> Any:
    """Align two leads locally (Smith-Waterman: 2 for a match, -2 for a difference or a gap).

    Returns (matched tokens, opposed, agreed, start in left, end in left, start in right, end in right). Opposed are
    figures against other figures and names against other names; agreed are figures and names that match.
    Leads that run alike from their start to the end of the shorter, or to where the left was cut, need no table.
    A cell packs score, matched, opposed, agreed and both starts into one integer: the best path carries its counts.
    """
    run = 0
    while run < min(len(left), len(right)) and (left[run] ^ right[run]) & 0x1FFF == 0:
        run += 1
    if run >= 8 and (run >= min(len(left), len(right)) - 2 or line_ends(left, run - 2, run + 5)):
        facts = 0
        for i in range(run):
            facts += 1 if (left[i] | right[i]) & 0xC000 != 0 else 0
        return run, 0, facts, 0, run, 0, run
    gap = np.int64(2) << 48
    match = (np.int64(2) << 48) + (np.int64(1) << 40)
    columns = len(right)
    above = np.zeros(columns + 1, np.int64)
    best = np.int64(0)
    best_i = 0
    best_j = 0
    for i in range(len(left)):
        mine = left[i]
        diagonal = np.int64(0)
        before = np.int64(0)
        for j in range(columns):
            other = right[j]
            start = diagonal if diagonal >= gap else (np.int64(i) << 8) | np.int64(j)
            if (mine ^ other) & 0x1FFF == 0:
                cell = start + match
                if (mine | other) & 0xC000 != 0:
                    cell += np.int64(1) << 16
            else:
                cell = diagonal - gap
                if (mine & other) & 0xC000 != 0:
                    cell += np.int64(1) << 24
            cell = max(cell, above[j + 1] - gap, before - gap)
            if cell < gap:
                cell = np.int64(0)
            diagonal = above[j + 1]
            above[j + 1] = cell
            before = cell
            if cell >> 40 > best >> 40:
                best = cell
                best_i = i
                best_j = j
    return (
        (best >> 40) & 0xFF, (best >> 24) & 0xFF, (best >> 16) & 0xFF,
        (best >> 8) & 0xFF, best_i + 1, best & 0xFF, best_j + 1,
    )  # fmt: skip


@kernel
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


@kernel
def look_up(index: Any, sample: Any, window: Any, stops: Any, places: Any, rows: Any, found: Any) -> None:
    """Find the live postings of every triple (`places` and `rows`, `found` of them each) and the boilerplate."""
    clock = index.clock
    fours = index.tags.view(np.uint64)  # four tags at a time
    starts = np.empty(
        (len(sample), 2), np.int64
    )  # every bucket is read before one is used: memory works ahead
    for k in range(len(sample)):
        pattern = (sample[k] & np.uint64(0xFFFF)) * ONES
        for choice in range(2):
            start = bucket_of(sample[k], choice, len(index.tags))
            low = fours[start >> 2] ^ pattern
            high = fours[(start >> 2) + 1] ^ pattern
            alike = ((low - ONES) & ~low) | ((high - ONES) & ~high)
            same = alike & TOPS  # not 0 where one of the eight tags is this one
            starts[k, choice] = start if same != 0 else -1
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


@kernel
def count_hits(sample: Any, lead_start: Any, lead_end: Any, stops: Any, matched: Any, found: Any) -> Any:
    """Return (rows, hits, slots): the candidates, an open table; the triples each shares, boilerplate apart; the
    slots of the table in use.

    A line of `hits` counts all triples, those of the base sampling, and those of this text's lead; the last line
    counts this text's own.
    """
    rows = np.full(CANDIDATES, -1, np.int64)
    hits = np.zeros((CANDIDATES + 1, 4), np.int32)
    slots = np.empty(CANDIDATES // 2, np.int64)
    held = 0
    for k in range(len(sample)):
        if stops[k]:
            continue
        in_base = 1 if base(sample[k]) else 0
        in_lead = 1 if lead_start <= k < lead_end else 0
        posted = max(in_base, in_lead)
        hits[CANDIDATES, ALL] += 1
        hits[CANDIDATES, POSTED] += posted
        hits[CANDIDATES, BASE] += in_base
        hits[CANDIDATES, LEAD] += in_lead
        for m in range(found[k]):
            row = matched[k, m]
            slot = (row * 2654435761) & (CANDIDATES - 1)
            while rows[slot] != row and rows[slot] != -1:
                slot = (slot + 1) & (CANDIDATES - 1)
            if rows[slot] == -1:
                if held == CANDIDATES // 2:
                    continue
                rows[slot] = row
                slots[held] = slot
                held += 1
            hits[slot, ALL] += 1
            hits[slot, POSTED] += posted
            hits[slot, BASE] += in_base
            hits[slot, LEAD] += in_lead
    return rows, hits, slots[:held]


@kernel
def share(some: Any, whole: Any) -> Any:
    """Return some / whole, at most 1."""
    return min(1.0, some / max(1, whole))


@kernel
def judge(
    index: Any, rule: Any, lead: Any, words: Any, source: Any, row: Any, hits: Any, own: Any, furniture: Any
) -> Any:
    """Return (verdict, score, threshold, start of the common lead or FAR) of one candidate."""
    size = np.int64(index.counts[row, SIZE])
    base_size = np.int64(index.counts[row, BASE_SIZE])
    smaller = max(1, min(own[POSTED], size))
    score = max(share(hits[POSTED], own[POSTED]), share(hits[ALL], size))
    smaller_base = min(own[BASE], base_size)
    if smaller_base >= 8:
        score = max(score, share(hits[BASE], smaller_base))
    same = source != 0 and index.counts[row, SOURCE] == source
    title = words < 16 or index.counts[row, WORDS] < 16
    short = words < 30 or index.counts[row, WORDS] < 30
    threshold = rule.containment_same if same else rule.containment
    if short:
        threshold = max(threshold, rule.containment_short)

    if score < threshold and hits[LEAD] == 0:
        return TOO_LITTLE, score, threshold, FAR
    if hits[LEAD] >= 8 and hits[LEAD] >= 0.9 * own[LEAD] and not title:
        return COPY, score, threshold, 0
    other = index.leads[row, : index.counts[row, LEAD_SIZE]]
    matched, opposed, agreed, start, end, other_start, other_end = aligned(lead, other)
    shorter = min(len(lead), len(other))
    throughout = matched >= 0.6 * shorter
    slots = throughout and opposed >= 2 and opposed * (3 if opposed >= 3 else 1) >= agreed
    if slots or (opposed >= 2 and opposed * 2 >= agreed and facts_differ(lead, other)):
        return TEMPLATE, score, threshold, FAR
    whole = end >= len(lead) - 5 or other_end >= len(other) - 5
    cut = line_ends(lead, end - 2, end + 5)
    other_cut = line_ends(other, other_end - 2, other_end + 1)
    reaches = whole or (cut and not other_cut) or (cut and matched >= 20 and not same)
    similar = matched >= 8 and opposed * 12 <= matched
    similar = similar and matched >= 0.6 * max(end - start, other_end - other_start)
    if title:
        alike = opposed == 0 and matched == shorter and matched >= 0.7 * max(len(lead), len(other))
        return COPY if alike else TOO_LITTLE, score, threshold, start
    if short:
        similar = similar and opposed == 0 and throughout
    near_start = start <= min(4 if same else 16, matched // 2) + furniture
    if similar and reaches and near_start and (other_start <= 16 or matched >= 20) and hits[ALL] >= 2:
        return COPY, score, threshold, start
    if score < threshold or hits[ALL] < min(4, smaller):
        return TOO_LITTLE, score, threshold, FAR
    if hits[BASE] < 10:
        held = (share(hits[BASE], own[BASE]) + share(hits[POSTED], own[POSTED])) / 2
        holds = share(hits[BASE], base_size) if base_size >= 6 else share(hits[ALL], size)
        leading = hits[LEAD] >= 2 and share(hits[LEAD], own[LEAD]) >= (0.3 if same else 0.1)
        if not leading and (same or held < (0.25 if holds >= 0.95 else 0.36)):
            return ASIDE, score, threshold, FAR
        if holds < 0.25:
            return ASIDE, score, threshold, FAR
    elif same and share(hits[LEAD], own[LEAD]) < 0.3:
        return ASIDE, score, threshold, FAR
    return COPY, score, threshold, FAR


@kernel
def facts_differ(lead: Any, other: Any) -> Any:
    """Whether less than half of the figures and names of the text that has fewer stand anywhere in the other."""
    mine = 0
    common = 0
    for i in range(len(lead)):
        if lead[i] & np.uint16(0xC000) != 0:
            mine += 1
            for j in range(len(other)):
                if (lead[i] ^ other[j]) & np.uint16(0x1FFF) == 0:
                    common += 1
                    break
    theirs = 0
    for j in range(len(other)):
        if other[j] & np.uint16(0xC000) != 0:
            theirs += 1
    return common < 0.5 * min(mine, theirs)


@kernel
def next_candidate(index: Any, rows: Any, hits: Any, slots: Any, tried: Any) -> Any:
    """Return the slot of the untried candidate with the most hits, two at least, the older of two equal; or -1."""
    top = -1
    for slot in slots:
        if tried[slot] or hits[slot, ALL] < 2:
            continue
        more = top < 0 or hits[slot, ALL] > hits[top, ALL]
        if more or (
            hits[slot, ALL] == hits[top, ALL]
            and index.dates[rows[slot], NUMBER] < index.dates[rows[top], NUMBER]
        ):
            top = slot
    return top


@kernel
def place_report(
    index: Any,
    rule: Any,
    sample: Any,
    lead: Any,
    lead_start: Any,
    lead_end: Any,
    digest: Any,
    words: Any,
    source: Any,
    time: Any,
    number: Any,
    outcomes: Any,
    scores: Any,
) -> None:
    """Decide on one report and record it.

    Fills in `outcomes`: outcome, leader's number, hits, size of the sample without boilerplate, leader's size,
    rival's number or -1, why it was not taken; and `scores`: threshold, rival's score.
    """
    digest = np.uint64(digest)
    source = np.uint32(source)
    advance(index, rule.window, time)
    clock = index.clock
    count = len(sample)
    stops = np.zeros(count, np.bool_)
    places = np.empty((count, MATCHES), np.int64)
    found = np.zeros(count, np.int64)
    matched = np.empty((count, MATCHES), np.int64)
    look_up(index, sample, rule.window, stops, places, matched, found)
    rows, hits, slots = count_hits(sample, lead_start, lead_end, stops, matched, found)
    own = hits[CANDIDATES]
    furniture = 0
    for k in range(lead_start, lead_end):
        furniture += 2 if stops[k] else 0

    exact_row = exact_leader(index, digest, rule.window) if words >= FEWEST_WORDS else np.int64(-1)
    best = np.int64(-1)
    best_hits = 0
    best_base = 0
    best_start = FAR
    best_threshold = rule.containment
    rival = np.int64(-1)
    rival_score = 0.0
    rival_reason = TOO_LITTLE
    if exact_row < 0 and words >= FEWEST_WORDS:
        tried = np.zeros(CANDIDATES, np.bool_)
        for _ in range(ALIGNED_CANDIDATES):
            top = next_candidate(index, rows, hits, slots, tried)
            if top < 0 or hits[top, ALL] * 8 < best_hits:
                break
            tried[top] = True
            row = rows[top]
            verdict, score, threshold, start = judge(
                index, rule, lead, words, source, row, hits[top], own, furniture
            )
            if verdict == COPY:
                overtaken = best >= 0 and best_base >= 10 and hits[top, ALL] * 2 <= best_hits
                if best < 0 or (start + 4 < best_start and not overtaken):
                    best_base = hits[top, BASE]
                    best, best_hits, best_start, best_threshold = row, hits[top, ALL], start, threshold
            elif rival < 0 or score > rival_score:
                rival, rival_score, rival_reason = row, score, verdict
    outcome = NEAR if best >= 0 else NEW
    if exact_row >= 0:
        outcome = EXACT
        best = exact_row
        best_hits = own[ALL]
        best_threshold = 1.0
    leader = index.dates[best, NUMBER] if best >= 0 else np.int64(number)
    leader_size = np.int64(index.counts[best, SIZE]) if best >= 0 else 0
    rival_number = index.dates[rival, NUMBER] if rival >= 0 else np.int64(-1)

    if outcome == NEW:
        best = clock[NEXT] % len(index.dates)
        index.dates[best, NUMBER] = number
        index.dates[best, TIME] = time
        index.counts[best, SOURCE] = source
        index.counts[best, WORDS] = words
        index.counts[best, SIZE] = 0
        index.counts[best, BASE_SIZE] = 0
        index.counts[best, LEAD_SIZE] = len(lead)
        index.leads[best, : len(lead)] = lead
        owner = np.uint32(clock[NEXT] & SERIAL)
        clock[NEXT] += 1
    for k in range(count):
        if stops[k]:
            continue
        mine = False
        repeated = False
        others = 0
        for m in range(found[k]):
            row = matched[k, m]
            if row == best:
                mine = True
            else:
                others += 1
                repeated = repeated or (source != 0 and index.counts[row, SOURCE] == source)
        if repeated or others + 1 >= STOP_CLUSTERS:
            for m in range(found[k]):
                shrink(index, index.owners[places[k, m]], base(sample[k]))
                index.owners[places[k, m]] = 0
            add_posting(index, sample[k], np.uint32(STOP) | np.uint32(clock[NEXT] & SERIAL))
        elif outcome == NEW and not mine and (lead_start <= k < lead_end or base(sample[k])):
            add_posting(index, sample[k], owner)
            index.counts[best, SIZE] += np.uint32(1)
            if base(sample[k]):
                index.counts[best, BASE_SIZE] += np.uint32(1)
    if exact_row < 0 and words >= FEWEST_WORDS:
        value = digest >> np.uint64(16)
        place, _free = place_for(value, index.text_owners, clock)
        index.text_tags[place] = np.uint32(digest & np.uint64(0xFFFFFFFF))
        index.text_owners[place] = np.uint32(find_serial(index, best) & SERIAL)
    outcomes[0] = outcome
    outcomes[1] = leader
    outcomes[2] = best_hits
    outcomes[3] = own[ALL]
    outcomes[4] = leader_size
    outcomes[5] = rival_number
    outcomes[6] = rival_reason
    scores[0] = best_threshold
    scores[1] = rival_score


@kernel
def find_serial(index: Any, row: Any) -> Any:
    """Return the serial of the live report in a row."""
    rows = len(index.dates)
    newest = index.clock[NEXT] - 1
    return newest - (newest - row) % rows


@kernel
def place_reports(index: Any, rule: Any, samples: Any, leads: Any, lines: Any) -> Any:
    """Place reports in order; samples and leads stand one after the other.

    `lines`, one for each: size of its sample, size of its lead, start and end of the lead in the sample, words,
    digest, source, time, number. Returns the outcomes and scores of place_report, a line for each.
    """
    outcomes = np.empty((len(lines), 7), np.int64)
    scores = np.empty((len(lines), 2), np.float64)
    sampled = 0
    led = 0
    for n in range(len(lines)):
        size = lines[n, 0]
        led_by = lines[n, 1]
        lead_start = lines[n, 2]
        lead_end = lines[n, 3]
        words = lines[n, 4]
        digest = lines[n, 5]
        source = lines[n, 6]
        time = lines[n, 7]
        number = lines[n, 8]
        place_report(
            index, rule, samples[sampled : sampled + size], leads[led : led + led_by], lead_start, lead_end,
            digest, words, source, time, number, outcomes[n], scores[n],
        )  # fmt: skip
        sampled += size
        led += led_by
    return outcomes, scores
