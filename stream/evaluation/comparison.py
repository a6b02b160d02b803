"""How two runs over the same articles differ: which stories, and by how much.

A run is given by the last assignment of each article. Ids of stories come from their first article, so a story that
stays what it was keeps its id from one run to the other.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Self

import msgspec

from stream.evaluation.measures import Agreement, b_cubed, copies_found

NAMED = 20  # differing stories that a comparison keeps, largest first


class Run(msgspec.Struct):
    """Where a run has put each article, and which it took for copies; retracted articles are left out."""

    stories: dict[str, str] = {}
    copies: dict[str, str] = {}

    @classmethod
    def of(cls, assignments: Iterable[Mapping[str, Any]]) -> Self:
        """The run that these assignments lead to, in their order."""
        run = cls()
        for one in assignments:
            run.take(one)
        return run

    def take(self, assignment: Mapping[str, Any]) -> None:
        """Let an assignment take the place of earlier ones of its article."""
        article, story, copy = assignment["article_id"], assignment["story_id"], assignment.get("copy_of")
        self.stories.pop(article, None)
        self.copies.pop(article, None)
        if story is not None:
            self.stories[article] = story
        if copy:
            self.copies[article] = copy["article_id"]


class ChangedStory(msgspec.Struct, frozen=True):
    """A story of A, and how its articles lie in B: (story, articles), most first."""

    story: str
    example: str
    articles: int
    parts: tuple[tuple[str, int], ...]


class Comparison(msgspec.Struct, frozen=True):
    """Two runs beside each other. `agreement` and `copies`: B measured against A."""

    only_a: int
    only_b: int
    both: int
    stories_a: int
    stories_b: int
    same: int
    same_id: int
    agreement: Agreement
    copies_a: int
    copies_b: int
    copies: Agreement
    changed: tuple[ChangedStory, ...]


def compare(a: Run, b: Run) -> Comparison:
    """Compare two runs over the articles that both have."""
    both = a.stories.keys() & b.stories.keys()
    in_a, in_b = _members(a, both), _members(b, both)
    by_members = {members: story for story, members in in_b.items()}
    same = {story: by_members[members] for story, members in in_a.items() if members in by_members}
    changed = [_changed(story, members, b) for story, members in in_a.items() if story not in same]
    changed.sort(key=lambda one: (-one.articles, one.story))
    copies_a, copies_b = ({n: leader for n, leader in run.copies.items() if n in both} for run in (a, b))
    return Comparison(
        only_a=len(a.stories.keys() - both),
        only_b=len(b.stories.keys() - both),
        both=len(both),
        stories_a=len(in_a),
        stories_b=len(in_b),
        same=len(same),
        same_id=sum(story == other for story, other in same.items()),
        agreement=b_cubed({n: a.stories[n] for n in both}, b.stories),
        copies_a=len(copies_a),
        copies_b=len(copies_b),
        copies=copies_found(copies_a, copies_b),
        changed=tuple(changed[:NAMED]),
    )


def _members(run: Run, articles: Iterable[str]) -> dict[str, frozenset[str]]:
    members: defaultdict[str, set[str]] = defaultdict(set)
    for article in articles:
        members[run.stories[article]].add(article)
    return {story: frozenset(names) for story, names in members.items()}


def _changed(story: str, members: frozenset[str], b: Run) -> ChangedStory:
    parts = Counter(b.stories[article] for article in members)
    ordered = sorted(parts.items(), key=lambda part: (-part[1], part[0]))
    return ChangedStory(story, min(members), len(members), tuple(ordered))
