"""Alignment, differing facts and headlines against plain Python that says the same in the simplest way."""

import numba
import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from stream.copies import alignment, headlines
from stream.copies.shingling import FIGURE, LEAD_TOKENS, LINE_END, NAME, WORD

FACT = FIGURE | NAME
# Few words, so that leads of chance have much in common; flags say what a token is beside its word.
TOKENS = st.builds(
    lambda word, kind, ends: word | kind | ends,
    st.integers(1, 6),
    st.sampled_from([0, 0, 0, FIGURE, NAME]),
    st.sampled_from([0, 0, 0, 0, LINE_END]),
)
LEADS = st.lists(TOKENS, max_size=LEAD_TOKENS)
HEADLINES = st.lists(st.integers(1, 12), max_size=8)
Cell = tuple[int, ...]


@numba.njit
def aligned(left, right):
    return alignment.aligned(left, right)


@numba.njit
def most_that_match(left, right):
    return alignment.most_that_match(left, right)


@numba.njit
def facts_differ(left, right):
    return alignment.facts_differ(left, right)


@numba.njit
def compare_headlines(headline, lead, other_headline, other_lead):
    asked = (headline, lead, other_headline, other_lead)
    return headlines.unrelated_headlines(*asked), headlines.different_subjects(*asked)


def as_array(tokens: list[int]) -> np.ndarray:
    return np.array(tokens, np.uint16)


def same_word(one: int, other: int) -> bool:
    return one & WORD == other & WORD


def common_start(left: list[int], right: list[int]) -> int:
    pairs = zip(left, right, strict=False)
    return next(
        (i for i, (one, other) in enumerate(pairs) if not same_word(one, other)), min(len(left), len(right))
    )


def needs_no_table(left: list[int], right: list[int], run: int) -> bool:
    was_cut = any(token & LINE_END for token in left[max(0, run - 2) : run + 5])
    return run >= alignment.SAME_START and (run >= min(len(left), len(right)) - 2 or was_cut)


def smith_waterman(left: list[int], right: list[int]) -> Cell:
    """(matched, opposed, agreed, starts and ends) of the best local alignment, each path with its counts."""
    cells: dict[tuple[int, int], Cell] = {}
    best, ends = (0, 0), (0, 0)
    nothing = (0, 0, 0, 0, 0, 0)
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            diagonal = cells.get((i - 1, j - 1), nothing)
            are_facts = one & FACT, other & FACT
            if same_word(one, other):
                score, matched, opposed, agreed, *starts = diagonal if diagonal[0] > 0 else (0, 0, 0, 0, i, j)
                paths = [(score + 2, matched + 1, opposed, agreed + any(are_facts), *starts)]
            else:
                score, matched, opposed, *rest = diagonal
                # Figures stand against figures, names against names.
                paths = [(score - 2, matched, opposed + bool(one & other & FACT), *rest)]
            for before in ((i - 1, j), (i, j - 1)):
                score, *rest = cells.get(before, nothing)
                paths.append((score - 2, *rest))
            cells[i, j] = cell = max(paths) if max(paths)[0] > 0 else nothing
            if cell[:2] > best:
                best, ends, found = cell[:2], (i + 1, j + 1), cell
    if best == (0, 0):
        return (0, 0, 0, 0, 1, 0, 1)  # where nothing matches the ends say nothing
    _, matched, opposed, agreed, start, other_start = found
    return matched, opposed, agreed, start, ends[0], other_start, ends[1]


@given(LEADS, LEADS)
def test_an_alignment_matches_no_more_tokens_than_stand_in_both(left, right):
    most = most_that_match(as_array(left), as_array(right))
    assert most == sum(any(same_word(one, other) for other in right) for one in left)
    assert aligned(as_array(left), as_array(right))[0] <= most


@given(LEADS, LEADS)
@example([1, 2 | FIGURE, 3, 4 | NAME] * 3, [1, 5 | FIGURE, 3, 6 | NAME] * 3)
@example([1, 2, 3, 4, 5, 6] * 8, [6, 5, 4, 3, 2, 1] * 8)
def test_leads_are_aligned_as_by_smith_waterman(left: list[int], right: list[int]):
    run = common_start(left, right)
    found = tuple(int(value) for value in aligned(as_array(left), as_array(right)))
    if needs_no_table(left, right, run):
        facts = sum(bool((one | other) & FACT) for one, other in zip(left[:run], right[:run], strict=True))
        assert found == (run, 0, facts, 0, run, 0, run)
    else:
        assert found == smith_waterman(left, right)


@given(LEADS, st.integers(0, 40), st.integers(0, 40))
def test_a_stretch_taken_out_of_a_lead_is_found_in_it(lead: list[int], first: int, length: int):
    part = lead[first : first + length]
    matched, opposed, _, start, end, _, _ = aligned(as_array(part), as_array(lead))
    assert (matched, opposed, end - start if part else 0) == (len(part), 0, len(part))


@given(LEADS, LEADS)
def test_facts_differ_where_less_than_half_of_the_fewer_stand_in_the_other(left: list[int], right: list[int]):
    mine, theirs = ([token for token in lead if token & FACT] for lead in (left, right))
    common = [token for token in mine if any(same_word(token, other) for other in right)]
    assert facts_differ(as_array(left), as_array(right)) == (len(common) < min(len(mine), len(theirs)) / 2)


@given(HEADLINES, LEADS, HEADLINES, LEADS)
def test_headlines_are_compared_by_the_words_that_the_other_side_has(
    headline: list[int], lead: list[int], other_headline: list[int], other_lead: list[int]
):
    here, there = (
        {token & WORD for token in side} for side in (headline + lead, other_headline + other_lead)
    )
    shared = sum(word in there for word in headline) + sum(word in here for word in other_headline)
    long_enough = min(len(headline), len(other_headline)) >= headlines.SUBJECT_WORDS
    own = any(word in {token & WORD for token in lead} and word not in there for word in headline)
    others = any(
        word in {token & WORD for token in other_lead} and word not in here for word in other_headline
    )
    sides = [as_array(side) for side in (headline, lead, other_headline, other_lead)]
    assert compare_headlines(*sides) == (long_enough and shared < headlines.SHARED_WORDS, own and others)
