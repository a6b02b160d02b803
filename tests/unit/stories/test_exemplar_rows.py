"""Rows of exemplars: what was weighed is found again, and two are compared as plain Python compares them."""

import numba
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.stories.index import similarity, weighing
from stream.stories.index.clusters import free_exemplar
from stream.stories.index.exemplar_rows import UNIT, USED
from stream.stories.index.lookup import new_lookup
from stream.stories.index.serialization import packed
from stream.stories.index.state import LEAD, MEASURES, NAMES, WHOLE, StoryState, new_state
from stream.stories.index.weighing import ArticleArrays
from tests.support.exemplars import kept_of

GRAIN = 1 << 28
SLOTS = 1 << 12  # terms that differ by a multiple of it meet in one slot of a lookup
# Words that meet by threes and more, and some that stand alone
WORDS = st.integers(0, 4).map(lambda number: number * SLOTS + 7) | st.integers(0, 300)
ENTRIES = st.dictionaries(
    WORDS, st.tuples(st.integers(1, 255), st.integers(0, 3), st.booleans()), max_size=150
)
NAMED = st.dictionaries(WORDS, st.integers(1, 255), max_size=60)
ARTICLES = st.lists(st.tuples(ENTRIES, NAMED), min_size=2, max_size=4)


@numba.njit
def weigh(state, article):
    return weighing.take_in(state.stream, state.exemplars, article)


@numba.njit
def compare(state, asked, other, lookup, measures):
    similarity.compare(state.exemplars, asked, other, lookup, measures)


@numba.njit
def free(state, slot):
    free_exemplar(state.exemplars, slot)


def article_of(entries, names) -> ArticleArrays:
    counts = np.array([*entries.values()], np.int64).reshape(-1, 3).astype(np.uint8)
    columns = [np.ascontiguousarray(counts[:, column]) for column in range(3)]
    vector = np.ones(8, np.int8)
    return ArticleArrays(
        number=0,
        form=0,
        event_time=0,
        dated=False,
        language=0,
        words=np.array([*entries], np.uint32),
        word_counts=columns[0],
        lead_counts=columns[1],
        titles=columns[2],
        names=np.array([*names], np.uint32),
        name_counts=np.array([*names.values()], np.uint8),
        vector=vector,
    )


def taken_in(state: StoryState, articles) -> list[int]:
    return [weigh(state, article_of(*article)) for article in articles]


def product(ours: dict[int, int], theirs: dict[int, int]) -> float:
    return sum(weight * theirs.get(term, 0) for term, weight in ours.items()) / GRAIN


@settings(deadline=None, max_examples=100)
@given(ARTICLES)
def test_exemplars_are_compared_as_plain_python_compares_them(articles):
    state, lookup, measures = new_state(8), new_lookup(), np.zeros(MEASURES)
    slots = taken_in(state, articles)
    arrays = packed(state)
    for asked in slots:
        for other in slots:
            compare(state, asked, other, lookup, measures)
            ours, theirs = kept_of(arrays, asked), kept_of(arrays, other)
            assert measures[WHOLE] == product(ours.words, theirs.words)
            assert measures[LEAD] == product(ours.leads, theirs.leads)
            assert measures[NAMES] == product(ours.names, theirs.names)
            for one, another, shared in zip(
                (ours, theirs), (theirs, ours), lookup.shared.tolist(), strict=True
            ):
                assert [shared >> place & 1 for place in range(len(one.names))] == [
                    name in another.names for name in one.names
                ]


@settings(deadline=None, max_examples=60)
@given(ENTRIES, NAMED)
def test_words_and_names_keep_the_weight_that_is_theirs(entries, names):
    state = new_state(8)
    (slot,) = taken_in(state, [(entries, names)])
    kept = kept_of(packed(state), slot)
    assert set(kept.words) <= set(entries)
    assert set(kept.names) <= set(names)
    assert set(kept.titles) <= {word for word, (_, _, in_title) in entries.items() if in_title}
    for weights in (kept.words, kept.names):
        assert not weights or abs(sum(weight**2 for weight in weights.values()) / UNIT**2 - 1) < 0.01
    assert not kept.titles or abs(sum(kept.titles.values()) / UNIT - 1) < 0.01


@settings(deadline=None, max_examples=30)
@given(ARTICLES)
def test_a_row_given_back_is_taken_again(articles):
    state = new_state(8)
    for slot in reversed(taken_in(state, articles)):
        free(state, slot)
    used = int(state.exemplars.free_rows[USED])
    taken_in(state._replace(stream=new_state(8).stream), articles)  # weighed as the first time
    assert state.exemplars.free_rows[USED] == used
