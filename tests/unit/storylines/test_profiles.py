"""What a story is about: the heaviest of its names and words, summed exactly over its articles."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.stories.index.state import WITHDRAWN, new_state
from stream.stories.profile import ENTRIES, OF_AN_ARTICLE, Described, fill_profile
from stream.stories.results import Profile
from stream.storylines.profiles import AMONG, FIRST_ROWS, HEAVIEST, Profiles
from tests.support.exemplars import row_of

TERMS = st.dictionaries(st.integers(0, 90), st.integers(1, 16_000), max_size=OF_AN_ARTICLE)
ARTICLES = st.lists(st.tuples(TERMS, TERMS), min_size=1, max_size=6)


def ranked(terms):
    return sorted(terms.items(), key=lambda item: (-item[1], item[0]))


def profile(names, words):
    keys, weights = np.zeros((2, ENTRIES), np.uint32), np.zeros((2, ENTRIES), np.int32)
    for kind, terms in enumerate((names, words)):
        for place, (key, weight) in enumerate(ranked(terms)[:ENTRIES]):
            keys[kind, place], weights[kind, place] = key, weight
    return Profile(keys, weights)


@settings(deadline=None)
@given(articles=ARTICLES, withdrawn=st.sets(st.integers(0, 5)))
def test_a_story_is_about_what_its_articles_say_but_not_the_withdrawn(articles, withdrawn):
    exemplars = new_state(8).exemplars
    row = 1
    for place, (names, words) in enumerate(articles):
        exemplars.article[place] = WITHDRAWN if place in withdrawn else place
        exemplars.row[place] = row
        written = row_of(names, words)
        exemplars.terms[row : row + len(written)] = written
        row += len(written)
    found = Profile(np.empty((2, ENTRIES), np.uint32), np.empty((2, ENTRIES), np.int32))
    held = np.arange(len(articles), dtype=np.int32)
    fill_profile(Described(exemplars.article, exemplars.row, exemplars.terms), held, *found)
    kept = [one for place, one in enumerate(articles) if place not in withdrawn]
    sums = [sum((Counter(one[kind]) for one in kept), Counter()) for kind in (0, 1)]
    expected = profile(*sums)
    assert (found.keys.tolist(), found.weights.tolist()) == (
        expected.keys.tolist(),
        expected.weights.tolist(),
    )


def share(one, other):
    heaviest, among = ranked(one)[:HEAVIEST], dict(ranked(other)[:AMONG])
    total = sum(weight for _, weight in heaviest)
    return sum(weight for key, weight in heaviest if key in among) / total if total else 0.0


@settings(deadline=None)
@given(one=st.tuples(TERMS, TERMS), other=st.tuples(TERMS, TERMS))
def test_shares_are_those_of_the_plain_reference(one, other):
    profiles = Profiles()
    profiles.set(0, profile(*one))
    profiles.set(1, profile(*other))
    expected = tuple(min(share(a, b), share(b, a)) for a, b in zip(one, other, strict=True))
    assert profiles.shares(0, [1]) == [expected]
    assert profiles.shares(1, [0]) == [expected]
    assert Profiles.restore(profiles.snapshot()).shares(0, [1]) == [expected]


def test_a_forgotten_story_leaves_nothing_to_the_one_that_takes_its_place():
    profiles = Profiles()
    profiles.set(1, profile({1: 100}, {2: 100}))
    profiles.drop(1)
    profiles.set(2, profile({3: 100}, {4: 100}))
    profiles.set(3, profile({1: 100}, {2: 100}))
    assert profiles.shares(2, [3]) == [(0.0, 0.0)]


def test_the_table_grows_where_a_story_too_many_comes():
    profiles = Profiles()
    for story in range(FIRST_ROWS + 1):
        profiles.set(story, profile({story: 5}, {7: 3}))
    assert profiles.shares(FIRST_ROWS, [1]) == [(0.0, 1.0)]
