"""The leaders that share triples with a text: how many of each kind, and which to judge first."""

from typing import Any

import numpy as np

from embeddings.jit import allocating_part, part
from stream.copies.shingle_table import base
from stream.copies.state import NUMBER

CANDIDATES = 256
# what is counted of a text's triples
ALL, POSTED, BASE, LEAD = range(4)


@allocating_part
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


@part
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
