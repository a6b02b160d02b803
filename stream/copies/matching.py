"""The verdict on one candidate: a copy of its text, or why not (docs/decisions/0003-copies.md)."""

from typing import Any, NamedTuple

import numpy as np

from embeddings.jit import part
from stream.copies.alignment import aligned, facts_differ, line_ends
from stream.copies.candidates import ALL, BASE, LEAD, POSTED
from stream.copies.state import BASE_SIZE, LEAD_SIZE, SIZE, SOURCE, WORDS

# why a rival was not taken
COPY, TOO_LITTLE, TEMPLATE, ASIDE = range(4)
FAR = 99  # tokens: a copy told by its triples, not by its lead


class Rule(NamedTuple):
    """The settings as the kernel reads them; `window` in milliseconds."""

    window: int
    containment: float
    containment_same: float
    containment_short: float


@part
def share(some: Any, whole: Any) -> Any:
    """Return some / whole, at most 1."""
    return min(1.0, some / max(1, whole))


@part
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
