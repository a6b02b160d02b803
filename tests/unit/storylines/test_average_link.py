"""Average link: the best pair of groups first, by the mean of the pairs that were scored, or should have been."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from stream.storylines.average_link import UNSCORED, average_link

PAIRS = st.dictionaries(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] < pair[1]),
    st.integers(-3_000, 3_000),
    max_size=25,
)


def both_ways(pairs):
    scores = {}
    for (one, other), score in pairs.items():
        scores.setdefault(one, {})[other] = scores.setdefault(other, {})[one] = score
    return scores


def by_hand(pairs, threshold):
    """The definition: join the two groups with the highest mean until none reaches the threshold."""
    groups = [{story} for story in range(10)]
    while True:
        best = None
        for one, other in combinations(sorted(groups, key=min), 2):
            found = [
                pairs[min(a, b), max(a, b)] for a in one for b in other if (min(a, b), max(a, b)) in pairs
            ]
            missing = max(0, min(len(one), len(other)) - len(found))
            if found and (mean := (sum(found) + missing * UNSCORED) / (len(found) + missing)) >= threshold:
                rank = (-mean, min(one), min(other))
                if best is None or rank < best[0]:
                    best = rank, one, other
        if best is None:
            return {frozenset(group) for group in groups}
        groups = [group for group in groups if group not in best[1:]] + [best[1] | best[2]]


def test_two_stories_whose_pair_scores_enough_are_one():
    assert average_link([1, 2, 3], both_ways({(1, 2): 500, (2, 3): 499}), 500) == [{1, 2}, {3}]


def test_a_chain_of_one_good_pair_each_does_not_hold_what_scores_ill_with_the_rest():
    pairs = {(1, 2): 3_000, (2, 3): 3_000, (1, 3): 2_000, (3, 4): 1_000, (2, 4): -4_000}
    assert average_link([1, 2, 3, 4], both_ways(pairs), 500) == [{1, 2, 3}, {4}]


def test_a_story_needs_to_have_met_only_one_of_an_affair():
    assert average_link(range(3), both_ways({(0, 1): 900, (1, 2): 900}), 500) == [{0, 1, 2}]


def test_one_good_pair_does_not_join_two_affairs_of_several_stories():
    affairs = {(0, 1): 3_000, (1, 2): 3_000, (0, 2): 3_000, (3, 4): 3_000, (4, 5): 3_000, (3, 5): 3_000}
    assert average_link(range(6), both_ways(affairs | {(2, 3): 1_500}), 500) == [{0, 1, 2}, {3, 4, 5}]
    met = {(2, 3): 1_500, (1, 4): 1_500, (0, 5): 1_500}
    assert average_link(range(6), both_ways(affairs | met), 500) == [set(range(6))]


@given(pairs=PAIRS, threshold=st.integers(-500, 1_500))
def test_it_is_what_the_definition_says(pairs, threshold):
    assert set(average_link(range(10), both_ways(pairs), threshold)) == by_hand(pairs, threshold)
