"""The step of the copy index: find the leader of a report, or make the report one, and record it."""

from typing import Any

import numpy as np

from embeddings.jit import allocating_part, kernel, merged, part
from embeddings.prefetch import prefetch
from stream.copies.candidates import ALL, BASE, CANDIDATES, count_hits, next_candidate
from stream.copies.matching import COPY, FAR, PASSAGE, TOO_LITTLE, fills_form, judge, share
from stream.copies.shingle_table import (
    MATCHES,
    OWNER_BYTES,
    STOP,
    add_posting,
    base,
    bucket_of,
    exact_leader,
    look_up,
    place_for,
    shrink,
)
from stream.copies.state import (
    BASE_SIZE,
    FORM,
    HEADLINE_SIZE,
    LEAD_SIZE,
    NEXT,
    NUMBER,
    SERIAL,
    SIZE,
    SOURCE,
    STREAM_TIME,
    TIME,
    WORDS,
    advance,
    find_serial,
    is_of_outlet,
)

STOP_CLUSTERS = 4  # distinct texts that hold a triple before it counts as boilerplate
FEWEST_WORDS = 5  # below, a text says too little to be distinguished from another
ALIGNED_CANDIDATES = 6
FEWER = 8  # a candidate with this many times fewer hits than the best is not judged
NEARER = 4  # tokens by which the lead of another candidate must stand nearer to the start to overtake
LEAD_SAMPLING = 2  # tokens of the lead for each triple that is kept of it
FORM_TRIPLES = (
    3  # of boilerplate that the last filling of a form held: the stretch between two slots, or more
)
# outcomes
NEW, EXACT, NEAR = range(3)


@kernel
def place_report(index: Any, rule: Any, placed: Any) -> Any:
    """Decide on one report and record it.

    Returns (outcome, leader's number, hits, size of the sample without boilerplate, leader's size, threshold, rival's
    number or -1, rival's score, why it was not taken, number of the first report of the same form or -1).
    """
    sample, words, digest = placed.sample, placed.words, np.uint64(placed.digest)
    lead_start, lead_end = placed.lead_start, placed.lead_end
    advance(index, rule.window, placed.arrival)
    count = len(sample)
    stops = np.zeros(count, np.bool_)
    places = np.empty((count, MATCHES), np.int64)
    found = np.zeros(count, np.int64)
    matched = np.empty((count, MATCHES), np.int64)
    keepers = np.full(count, -1, np.int64)
    look_up(index, sample, rule.window, stops, keepers, places, matched, found)
    rows, hits, slots = count_hits(sample, lead_start, lead_end, stops, matched, found)
    own = hits[CANDIDATES]
    boilerplate = 0
    for k in range(lead_start, lead_end):
        boilerplate += LEAD_SAMPLING if stops[k] else 0

    best = np.int64(-1)
    best_hits = 0
    threshold = rule.containment
    rival = np.int64(-1)
    rival_score = 0.0
    rival_reason = TOO_LITTLE
    exact_row = exact_leader(index, digest, rule.window) if words >= FEWEST_WORDS else np.int64(-1)
    if exact_row < 0 and words >= FEWEST_WORDS:
        best, best_hits, threshold, rival, rival_score, rival_reason = nearest_leader(
            index, rule, placed, rows, hits, slots, boilerplate
        )
    outcome = NEAR if best >= 0 else NEW
    if exact_row >= 0:
        outcome = EXACT
        best = exact_row
        best_hits = own[ALL]
        threshold = 1.0
    leader = index.dates[best, NUMBER] if best >= 0 else np.int64(placed.number)
    leader_size = np.int64(index.counts[best, SIZE]) if best >= 0 else 0
    rival_number = index.dates[rival, NUMBER] if rival >= 0 else np.int64(-1)

    form = np.int64(-1)
    if outcome == NEW:
        sibling = _sibling(index, rule, placed, rival, rival_score, keepers)
        form = index.dates[sibling, FORM] if sibling >= 0 else form
        best = open_row(index, placed, form if form >= 0 else np.int64(placed.number))
    post(index, placed, best, outcome == NEW, stops, places, matched, found)
    if exact_row < 0 and words >= FEWEST_WORDS:
        value = digest >> np.uint64(16)
        place, _free = place_for(value, index.text_owners, index.clock)
        index.text_tags[place] = np.uint32(digest & np.uint64(0xFFFFFFFF))
        index.text_owners[place] = np.uint32(find_serial(index, best) & SERIAL)
    return (
        outcome, leader, best_hits, own[ALL], leader_size, threshold, rival_number, rival_score, rival_reason,
        form,
    )  # fmt: skip


@allocating_part
def nearest_leader(
    index: Any, rule: Any, placed: Any, rows: Any, hits: Any, slots: Any, boilerplate: Any
) -> Any:
    """Judge the candidates with the most hits.

    Returns (row of the leader or -1, its hits, threshold, row of the best other or -1, its score, why not that one).
    """
    best = np.int64(-1)
    best_hits = 0
    best_base = 0
    best_start = FAR
    best_threshold = rule.containment
    rival = np.int64(-1)
    rival_score = 0.0
    rival_reason = TOO_LITTLE
    tried = np.zeros(CANDIDATES, np.bool_)
    for _ in range(ALIGNED_CANDIDATES):
        top = next_candidate(index, rows, hits, slots, tried)
        if top < 0 or hits[top, ALL] * FEWER < best_hits:
            break
        tried[top] = True
        row = rows[top]
        verdict, score, threshold, start = judge(
            index, rule, placed, row, hits[top], hits[CANDIDATES], boilerplate
        )
        if verdict == COPY:
            overtaken = best >= 0 and best_base >= PASSAGE and hits[top, ALL] * 2 <= best_hits
            if best < 0 or (start + NEARER < best_start and not overtaken):
                best_base = hits[top, BASE]
                best, best_hits, best_start, best_threshold = row, hits[top, ALL], start, threshold
        elif rival < 0 or score > rival_score:
            rival, rival_score, rival_reason = row, score, verdict
    return best, best_hits, best_threshold, rival, rival_score, rival_reason


@part
def _sibling(index: Any, rule: Any, placed: Any, rival: Any, rival_score: Any, keepers: Any) -> Any:
    """The row of another filling of the same form, or -1: the rival, or who held the boilerplate last."""
    if rival >= 0 and fills_form(index, placed, rival, rival_score, False):
        return rival
    keeper = np.int64(-1)
    most = 0
    for k in range(len(keepers)):
        if keepers[k] >= 0 and keepers[k] != keeper:
            held = 0
            for m in range(len(keepers)):
                held += keepers[m] == keepers[k]
            if held > most:
                keeper, most = keepers[k], held
    if most < FORM_TRIPLES or index.clock[STREAM_TIME] - index.dates[keeper, TIME] > rule.window:
        return np.int64(-1)
    posted = 0
    for k in range(len(keepers)):
        posted += _is_posted(placed, k)
    return keeper if fills_form(index, placed, keeper, share(most, posted), True) else np.int64(-1)


@merged
def _is_posted(placed: Any, k: Any) -> Any:
    """Whether a leader posts this triple of its sample: those of its lead, and those of the base sampling."""
    return placed.lead_start <= k < placed.lead_end or base(placed.sample[k])


@allocating_part
def open_row(index: Any, placed: Any, form: Any) -> Any:
    """Make a report a leader: return its row."""
    row = index.clock[NEXT] % len(index.dates)
    lead, headline = placed.lead, placed.headline
    index.dates[row, NUMBER] = placed.number
    index.dates[row, FORM] = form
    index.dates[row, TIME] = max(placed.event_time, placed.arrival)
    index.counts[row, SOURCE] = placed.source
    index.counts[row, WORDS] = placed.words
    index.counts[row, SIZE] = 0
    index.counts[row, BASE_SIZE] = 0
    index.counts[row, LEAD_SIZE] = len(lead)
    index.leads[row, : len(lead)] = lead
    index.counts[row, HEADLINE_SIZE] = len(headline)
    index.headlines[row, : len(headline)] = headline
    index.clock[NEXT] += 1
    return row


@part
def post(
    index: Any, placed: Any, leader: Any, is_new: Any, stops: Any, places: Any, matched: Any, found: Any
) -> None:
    """Post the triples of a new leader, and mark as boilerplate those that by now stand in too many texts."""
    sample, source = placed.sample, placed.source
    owner = np.uint32(find_serial(index, leader) & SERIAL)
    newest = np.uint32((index.clock[NEXT] - 1) & SERIAL)  # this report, where it leads
    for k in range(len(sample) if is_new else 0):
        if _is_posted(placed, k):
            for choice in range(2):
                prefetch(index.owners, bucket_of(sample[k], choice, len(index.owners)), OWNER_BYTES)
    for k in range(len(sample)):
        if stops[k]:
            continue
        mine = False
        repeated = False
        others = 0
        for m in range(found[k]):
            row = matched[k, m]
            if row == leader:
                mine = True
            else:
                others += 1
                repeated = repeated or is_of_outlet(index, row, source)
        if repeated or others + 1 >= STOP_CLUSTERS:
            for m in range(found[k]):
                shrink(index, index.owners[places[k, m]], base(sample[k]))
                index.owners[places[k, m]] = 0
            add_posting(index, sample[k], np.uint32(STOP) | newest)
        elif is_new and not mine and _is_posted(placed, k):
            add_posting(index, sample[k], owner)
            index.counts[leader, SIZE] += np.uint32(1)
            if base(sample[k]):
                index.counts[leader, BASE_SIZE] += np.uint32(1)
