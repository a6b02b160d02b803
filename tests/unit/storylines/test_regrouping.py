"""Ids last: a storyline goes where most of its stories went, and of several that meet the oldest survives."""

from hypothesis import given
from hypothesis import strategies as st

from stream.storylines.regrouping import Regrouping, regrouped


def sets(*groups):
    return [frozenset(group) for group in groups]


def test_two_stories_are_a_new_storyline_and_one_is_none():
    both = frozenset({1, 2})
    assert regrouped({}, sets({1, 2}, {3}), 7) == (Regrouping(7, both, entered=both, created=True),)


def test_a_storyline_that_stays_as_it_was_is_left_out():
    assert regrouped({4: frozenset({1, 2})}, sets({1, 2}, {3}), 7) == ()


def test_the_older_survives_a_merge():
    old = {4: frozenset({1, 2}), 2: frozenset({5, 6})}
    lives, ends = regrouped(old, sets({1, 2, 5, 6}), 7)
    assert (lives.line, lives.stories) == (2, {1, 2, 5, 6})
    assert (ends.line, ends.stories, ends.merged_into) == (4, frozenset(), 2)


def test_the_larger_part_keeps_the_id_and_the_other_is_split_from_it():
    stays, fresh = regrouped({4: frozenset({1, 2, 5, 6, 8})}, sets({1, 2}, {5, 6, 8}), 7)
    assert (stays.line, stays.stories, stays.left) == (4, {5, 6, 8}, {1, 2})
    assert (fresh.line, fresh.stories, fresh.created, fresh.split_from) == (7, {1, 2}, True, 4)


def test_a_storyline_whose_stories_link_no_more_ends():
    assert regrouped({4: frozenset({1, 2})}, sets({1}, {2}), 7) == (
        Regrouping(4, frozenset(), left=frozenset({1, 2})),
    )


def test_a_storyline_of_one_story_whose_others_left_the_window_goes_on():
    assert regrouped({4: frozenset({2})}, sets({2}, {3}), 7) == ()
    (grown,) = regrouped({4: frozenset({2})}, sets({2, 3}), 7)
    assert (grown.line, grown.stories, grown.entered) == (4, {2, 3}, {3})


@given(
    before=st.lists(st.integers(0, 4), min_size=9, max_size=9),
    after=st.lists(st.integers(0, 4), min_size=9, max_size=9),
)
def test_every_linked_story_is_in_one_storyline_and_every_other_in_none(before, after):
    def grouped(labels):
        groups = {}
        for story, label in enumerate(labels):
            groups.setdefault(label, set()).add(story)
        return [frozenset(group) for group in groups.values()]

    old = dict(enumerate(group for group in grouped(before) if len(group) > 1))
    groups = grouped(after)
    lines = dict(old)
    for one in regrouped(old, groups, len(old)):
        lines[one.line] = one.stories
        assert one.created == (one.line not in old)
        assert one.merged_into is None or (one.merged_into < one.line and not one.stories)
    assert sorted(map(sorted, filter(None, lines.values()))) == sorted(
        sorted(group) for group in groups if len(group) > 1
    )
