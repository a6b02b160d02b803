"""Two leads side by side: how far their words run alike, and whether their figures and names are the same."""

from typing import Any

import numpy as np

from embeddings.jit import allocating_part, part
from stream.copies.shingling import FIGURE, LINE_END, NAME, WORD

FACT = FIGURE | NAME
# Leads that run alike for so long from their start, nearly to the end of the shorter or to a line's end near the
# place where they begin to differ, are aligned without a table: most copies are.
SAME_START, UNLIKE_END, BEFORE_CUT, AFTER_CUT = 8, 2, 2, 5  # tokens
STEP = 2  # what a match adds to the score, and a difference or a gap takes from it
# A cell of the table, from its highest bits: score, matched tokens, opposed and agreed facts, both starts.
SCORE, MATCHED, OPPOSED, AGREED, START = 48, 40, 24, 16, 8
FIELD = 0xFF  # of a count or a place: a lead has 48 tokens


@part
def line_ends(lead: Any, first: Any, last: Any) -> Any:
    """Whether a line ends at one of the tokens first <= i < last."""
    ends = np.uint16(0)
    for i in range(max(0, first), min(last, len(lead))):
        ends |= lead[i] & np.uint16(LINE_END)
    return ends != 0


@part
def most_that_match(left: Any, right: Any) -> Any:
    """How many tokens of one lead stand anywhere in the other: no alignment of the two matches more."""
    most = 0
    for i in range(len(left)):
        found = False
        for j in range(len(right)):
            found |= (left[i] ^ right[j]) & np.uint16(WORD) == 0
        most += 1 if found else 0
    return most


@allocating_part
def aligned(left: Any, right: Any) -> Any:
    """Align two leads locally (Smith-Waterman: 2 for a match, -2 for a difference or a gap).

    Returns (matched tokens, opposed, agreed, start in left, end in left, start in right, end in right). Opposed are
    figures against other figures and names against other names; agreed are figures and names that match.
    Leads that run alike from their start to the end of the shorter, or to where the left was cut, need no table.
    A cell packs all of that into one integer, so that the best path carries its counts.
    """
    run = 0
    while run < min(len(left), len(right)) and (left[run] ^ right[run]) & WORD == 0:
        run += 1
    is_cut = line_ends(left, run - BEFORE_CUT, run + AFTER_CUT)
    if run >= SAME_START and (run >= min(len(left), len(right)) - UNLIKE_END or is_cut):
        facts = 0
        for i in range(run):
            facts += 1 if (left[i] | right[i]) & FACT != 0 else 0
        return run, 0, facts, 0, run, 0, run
    gap = np.int64(STEP) << SCORE
    match = (np.int64(STEP) << SCORE) + (np.int64(1) << MATCHED)
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
            start = diagonal if diagonal >= gap else (np.int64(i) << START) | np.int64(j)
            if (mine ^ other) & WORD == 0:
                cell = start + match
                if (mine | other) & FACT != 0:
                    cell += np.int64(1) << AGREED
            else:
                cell = diagonal - gap
                if (mine & other) & FACT != 0:
                    cell += np.int64(1) << OPPOSED
            cell = max(cell, above[j + 1] - gap, before - gap)
            if cell < gap:
                cell = np.int64(0)
            diagonal = above[j + 1]
            above[j + 1] = cell
            before = cell
            if cell >> MATCHED > best >> MATCHED:
                best = cell
                best_i = i
                best_j = j
    return (
        (best >> MATCHED) & FIELD, (best >> OPPOSED) & FIELD, (best >> AGREED) & FIELD,
        (best >> START) & FIELD, best_i + 1, best & FIELD, best_j + 1,
    )  # fmt: skip


@part
def facts_differ(lead: Any, other: Any) -> Any:
    """Whether less than half of the figures and names of the text that has fewer stand anywhere in the other."""
    mine = 0
    common = 0
    for i in range(len(lead)):
        if lead[i] & np.uint16(FACT) != 0:
            mine += 1
            for j in range(len(other)):
                if (lead[i] ^ other[j]) & np.uint16(WORD) == 0:
                    common += 1
                    break
    theirs = 0
    for j in range(len(other)):
        if other[j] & np.uint16(FACT) != 0:
            theirs += 1
    return common < 0.5 * min(mine, theirs)
