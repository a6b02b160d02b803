"""The verdict on one candidate: a copy of its text, or why not (docs/decisions/0003-copies.md).

The thresholds were chosen on copies_dev and streams of benchmarks/copies/wire_edits.py; the decision record says what
each rule is for.
"""

from typing import Any, NamedTuple

import numpy as np

from embeddings.jit import inlined, part
from stream.copies.alignment import aligned, facts_differ, line_ends, most_that_match
from stream.copies.candidates import ALL, BASE, LEAD, POSTED
from stream.copies.headlines import different_subjects, unrelated_headlines
from stream.copies.state import BASE_SIZE, HEADLINE_SIZE, LEAD_SIZE, SIZE, WORDS, is_of_outlet

# why a rival was not taken
COPY, TOO_LITTLE, TEMPLATE, ASIDE, STANDING = range(5)
FAR = 99  # tokens: a copy found by its triples, not by its lead

TITLE_WORDS = 16  # fewer are a title: every word counts
SHORT_WORDS = 30  # fewer are a brief: the lead is all there is
SAMPLED = 8  # triples of the common sampling from which their share says something
FEWEST_HITS = 4  # triples in common, or all that the smaller text has
LEAD_HITS, LEAD_SHARE = 8, 0.9  # of the lead's triples: the same lead, no alignment needed
THROUGHOUT = 0.6  # share of the shorter lead that matches: the two run alike from end to end
OWN_FORM = 0.4  # ... of a form that the same outlet filled: its robot writes a looser one than chance does
LOOSE_FORM, FORM_TEXT = 0.25, 0.5  # ... the looser, the more of the text is in common
FORM_FACTS = 2  # figures or names that stand against others: two fillings of one form ...
MANY_FORM_FACTS, MANY_WEIGHT = 3, 3  # ... three weigh thrice against those that agree
SPELLED = 0.8  # share of a lead that matches where another outlet only spells some words its own way
EDGE = 5  # tokens: an alignment that ends so close to the end of a lead reaches it
LONG_MATCH = 20  # tokens: two sentences or a long one, more than chance or a stock phrase
ALIKE_TOKENS = 8  # fewest matched tokens of a common lead
ALIKE_FACTS = 12  # matched tokens for each differing figure or name
ALIKE_DENSITY = 0.6  # share of the aligned stretch that matches
TITLE_COVER = 0.7  # of the longer title that the shorter must have
START, START_SAME = 16, 4  # tokens before a common lead, of another source and of the same
PASSAGE = 10  # triples of the common sampling: some 80 words; fewer may be a quotation
LEADING_HITS, LEADING, LEADING_SAME = 2, 0.1, 0.3  # of this text's lead that the other must hold
PART_OF_PAGE, PART_IF_WHOLE = (
    0.36,
    0.25,
)  # share of this page that a quoted text may be, and where it is held whole
HELD_WHOLE, WHOLE_SAMPLED = 0.95, 6
QUOTED = 0.4  # of the one text or the other: less, under a lead of its own, is a statement that both quote
HELD_LEAST = 0.25  # of the leader: less is a page that quotes this text
FORM_START = 6  # tokens: fillings of one form begin alike
STANDING_SHARE = 0.8  # share of either text from which on they are more than a standing passage


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
def judge(index: Any, rule: Any, placed: Any, row: Any, hits: Any, own: Any, boilerplate: Any) -> Any:
    """Return (verdict, score, threshold, start of the common lead or FAR) of one candidate.

    `hits`: triples in common with the leader in `row`, `own`: those of this text, by kind; `boilerplate`: tokens of
    its lead that are.
    """
    verdict, score, threshold, start = _judge_text(index, rule, placed, row, hits, own, boilerplate)
    if verdict == COPY:
        lead, headline = _lead_of(index, row), _headline_of(index, row)
        if unrelated_headlines(placed.headline, placed.lead, headline, lead):
            base = min(own[BASE], np.int64(index.counts[row, BASE_SIZE]))
            smaller = min(own[ALL], np.int64(index.counts[row, SIZE]))
            whole = share(hits[BASE], base) if base >= SAMPLED else share(hits[ALL], smaller)
            if whole < STANDING_SHARE:
                return STANDING, score, threshold, FAR
    return verdict, score, threshold, start


@part
def _is_filling(opposed: Any, agreed: Any, start: Any, other_start: Any, other_subject: Any) -> Any:
    """Whether two leads that run alike differ as two fillings of one form do: in figures and names, or in subject."""
    weight = MANY_WEIGHT if opposed >= MANY_FORM_FACTS else 1
    if opposed >= FORM_FACTS and opposed * weight >= agreed:
        return True
    return other_subject and start <= FORM_START and other_start <= FORM_START


@part
def fills_form(index: Any, placed: Any, row: Any, in_common: Any, is_standing: Any) -> Any:
    """Whether a text fills the same form as the one in `row`; of titles, which are reworded, nothing can be said.

    `in_common`: the share of the texts' samples, boilerplate included; `is_standing`: whether that is boilerplate.
    """
    if placed.words < TITLE_WORDS or index.counts[row, WORDS] < TITLE_WORDS:
        return False
    lead, other = placed.lead, _lead_of(index, row)
    same = is_of_outlet(index, row, placed.source)
    shorter = min(len(lead), len(other))
    least = (OWN_FORM if same else THROUGHOUT) * shorter
    is_loose = same and in_common >= FORM_TEXT
    if most_that_match(lead, other) < (LOOSE_FORM * shorter if is_loose else least):
        return False  # most pairs: a table would cost some microseconds
    matched, opposed, agreed, start, _, other_start, _ = aligned(lead, other)
    other_subject = different_subjects(placed.headline, lead, _headline_of(index, row), other)
    if matched < least:
        is_loose = is_loose and other_subject and _in_place(matched, start, other_start, shorter)
        return is_loose and (is_standing or facts_differ(lead, other))
    other_facts = opposed >= FORM_FACTS and opposed * 2 >= agreed
    if (other_facts or (same and other_subject)) and facts_differ(lead, other):
        return True
    return _is_filling(opposed, agreed, start, other_start, other_subject)


@part
def _in_place(matched: Any, start: Any, other_start: Any, shorter: Any) -> Any:
    """Whether two leads share a passage at one place, as a form with long slots does; an update pushes it down."""
    return abs(start - other_start) <= FORM_START and matched >= LOOSE_FORM * shorter


@inlined
def _lead_of(index: Any, row: Any) -> Any:
    return index.leads[row, : index.counts[row, LEAD_SIZE]]


@inlined
def _headline_of(index: Any, row: Any) -> Any:
    return index.headlines[row, : index.counts[row, HEADLINE_SIZE]]


@part
def _judge_text(index: Any, rule: Any, placed: Any, row: Any, hits: Any, own: Any, boilerplate: Any) -> Any:
    """The same by what the texts say; the headlines only distinguish two fillings of a form."""
    other, other_headline = _lead_of(index, row), _headline_of(index, row)
    lead, words = placed.lead, placed.words
    size = np.int64(index.counts[row, SIZE])
    base_size = np.int64(index.counts[row, BASE_SIZE])
    smaller = max(1, min(own[POSTED], size))
    score = max(share(hits[POSTED], own[POSTED]), share(hits[ALL], size))
    smaller_base = min(own[BASE], base_size)
    if smaller_base >= SAMPLED:
        score = max(score, share(hits[BASE], smaller_base))
    same = is_of_outlet(index, row, placed.source)
    title = words < TITLE_WORDS or index.counts[row, WORDS] < TITLE_WORDS
    short = words < SHORT_WORDS or index.counts[row, WORDS] < SHORT_WORDS
    threshold = rule.containment_same if same else rule.containment
    if short:
        threshold = max(threshold, rule.containment_short)

    if score < threshold and hits[LEAD] == 0:
        return TOO_LITTLE, score, threshold, FAR
    other_subject = different_subjects(placed.headline, lead, other_headline, other)
    if hits[LEAD] >= LEAD_HITS and hits[LEAD] >= LEAD_SHARE * own[LEAD] and not title and not other_subject:
        return COPY, score, threshold, 0
    matched, opposed, agreed, start, end, other_start, other_end = aligned(lead, other)
    shorter = min(len(lead), len(other))
    throughout = matched >= THROUGHOUT * shorter
    if opposed >= FORM_FACTS and opposed * 2 >= agreed and facts_differ(lead, other):
        return TEMPLATE, score, threshold, FAR
    if not same and opposed == 0 and matched >= SPELLED * shorter:
        other_subject = False  # "licence" in the one headline is "license" in the other
    if throughout and _is_filling(opposed, agreed, start, other_start, other_subject):
        return TEMPLATE, score, threshold, FAR
    if (
        same
        and other_subject
        and facts_differ(lead, other)
        and _in_place(matched, start, other_start, shorter)
    ):
        return TEMPLATE, score, threshold, FAR
    whole = end >= len(lead) - EDGE or other_end >= len(other) - EDGE
    cut = line_ends(lead, end - 2, end + EDGE)
    other_cut = line_ends(other, other_end - 2, other_end + 1)
    reaches = whole or (cut and not other_cut) or (cut and matched >= LONG_MATCH and not same)
    similar = matched >= ALIKE_TOKENS and opposed * ALIKE_FACTS <= matched
    similar = similar and matched >= ALIKE_DENSITY * max(end - start, other_end - other_start)
    if title:
        alike = opposed == 0 and matched == shorter and matched >= TITLE_COVER * max(len(lead), len(other))
        return COPY if alike else TOO_LITTLE, score, threshold, start
    if short:
        similar = similar and opposed == 0 and throughout
    near_start = start <= min(START_SAME if same else START, matched // 2) + boilerplate
    leads_meet = near_start and (other_start <= START or matched >= LONG_MATCH)
    if similar and reaches and leads_meet and hits[ALL] >= LEADING_HITS:
        return COPY, score, threshold, start
    if score < threshold or hits[ALL] < min(FEWEST_HITS, smaller):
        return TOO_LITTLE, score, threshold, FAR
    if hits[BASE] < PASSAGE:
        held = (share(hits[BASE], own[BASE]) + share(hits[POSTED], own[POSTED])) / 2
        holds = share(hits[BASE], base_size) if base_size >= WHOLE_SAMPLED else share(hits[ALL], size)
        leading = hits[LEAD] >= LEADING_HITS and share(hits[LEAD], own[LEAD]) >= (
            LEADING_SAME if same else LEADING
        )
        least_part = PART_IF_WHOLE if holds >= HELD_WHOLE else PART_OF_PAGE
        if not leading and (same or held < least_part or max(held, holds) < QUOTED):
            return ASIDE, score, threshold, FAR
        if holds < HELD_LEAST:
            return ASIDE, score, threshold, FAR
    elif same and share(hits[LEAD], own[LEAD]) < LEADING_SAME:
        return ASIDE, score, threshold, FAR
    return COPY, score, threshold, FAR
