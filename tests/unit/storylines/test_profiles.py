"""What a story is about: the heaviest of its names and words, summed exactly."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.stories.results import Weights
from stream.storylines.profiles import AMONG, ENTRIES, FIRST_ROWS, HEAVIEST, Profiles

TERMS = st.dictionaries(st.integers(0, 90), st.integers(1, 16_000), max_size=ENTRIES)
ARTICLES = st.lists(st.tuples(TERMS, TERMS), min_size=1, max_size=6)


def weights(names, words):
    def arrays(terms):
        ranked = sorted(terms.items(), key=lambda item: (-item[1], item[0]))
        keys, values = [key for key, _ in ranked], [value for _, value in ranked]
        return np.array(keys, np.uint32).tobytes(), np.array(values, np.int16).tobytes()

    (names_held, name_weights), (words_held, word_weights) = arrays(names), arrays(words)
    return Weights(words_held, word_weights, names_held, name_weights)


class Plain:
    """The same in plain Python, for one kind."""

    def __init__(self):
        self.held = {}

    def add(self, terms):
        for key, weight in terms.items():
            self.held[key] = self.held.get(key, 0) + weight
        self.held = dict(sorted(self.held.items(), key=lambda item: (-item[1], item[0]))[:ENTRIES])

    def share(self, other):
        heaviest, among = list(self.held.items())[:HEAVIEST], list(other.held)[:AMONG]
        total = sum(weight for _, weight in heaviest)
        return sum(weight for key, weight in heaviest if key in among) / total if total else 0.0


@settings(deadline=None)
@given(one=ARTICLES, other=ARTICLES)
def test_shares_are_those_of_the_plain_reference(one, other):
    profiles, plain = Profiles(), {}
    for story, articles in enumerate((one, other)):
        names, words = plain[story] = Plain(), Plain()
        for article_names, article_words in articles:
            profiles.add(story, weights(article_names, article_words))
            names.add(article_names)
            words.add(article_words)
    expected = tuple(min(a.share(b), b.share(a)) for a, b in zip(plain[0], plain[1], strict=True))
    assert profiles.shares(0, [1]) == [expected]
    assert profiles.shares(1, [0]) == [expected]
    restored = Profiles.restore(profiles.snapshot())
    assert restored.shares(0, [1]) == [expected]


def test_merged_stories_are_about_what_both_were_about():
    profiles = Profiles()
    profiles.add(1, weights({1: 100}, {2: 100}))
    profiles.add(2, weights({3: 300}, {2: 100}))
    profiles.add(9, weights({3: 100}, {2: 100}))
    profiles.merge(2, 1)
    assert 2 not in profiles
    assert profiles.shares(1, [9]) == [(0.75, 1.0)]


def test_a_forgotten_story_leaves_nothing_to_the_one_that_takes_its_place():
    profiles = Profiles()
    profiles.add(1, weights({1: 100}, {2: 100}))
    profiles.drop(1)
    profiles.add(2, weights({3: 100}, {4: 100}))
    profiles.add(3, weights({1: 100}, {2: 100}))
    assert profiles.shares(2, [3]) == [(0.0, 0.0)]


def test_the_table_grows_where_a_split_or_a_comparison_brings_its_first_story_too_many():
    def full() -> Profiles:
        profiles = Profiles()
        for story in range(FIRST_ROWS):
            profiles.add(story, weights({story: 5}, {7: 3}))
        return profiles

    article = weights({1: 5}, {7: 3})
    split = full()
    split.rebuild(FIRST_ROWS, [article])
    assert split.shares(FIRST_ROWS, [1, 2]) == [(1.0, 1.0), (0.0, 1.0)]
    assert full().shares(FIRST_ROWS, [1]) == [(0.0, 0.0)]
