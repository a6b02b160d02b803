"""What became of storylines when their stories were linked anew: ids last, and the older storyline survives."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec


class Regrouping(msgspec.Struct, frozen=True, gc=False):
    """A storyline that changed: the stories it has now, none where it ended, those new to it, those it has no more.

    `merged_into`: the storyline that an ended one lives on in. `split_from`: the one that a new one comes from.
    """

    line: int
    stories: frozenset[int]
    entered: frozenset[int] = frozenset()
    left: frozenset[int] = frozenset()
    created: bool = False
    merged_into: int | None = None
    split_from: int | None = None


def regrouped(
    old: Mapping[int, frozenset[int]], groups: Sequence[frozenset[int]], next_line: int
) -> tuple[Regrouping, ...]:
    """Give the groups of two stories and more the numbers of the storylines they come from.

    A storyline goes where most of its stories went (of equals, to the group with the oldest story). Where several
    meet, the oldest survives and the others merge into it. A group that none went to is a new storyline, numbered
    from `next_line`; a storyline none of whose stories are linked any more ends. One of a single story, whose others
    left the window, goes on. Storylines that stay as they were are left out.
    """
    alone = {stories for stories in old.values() if len(stories) == 1}
    linked = sorted((group for group in groups if len(group) > 1 or group in alone), key=min)
    group_of = {story: place for place, group in enumerate(linked) for story in group}
    goes_to: dict[int, int] = {}  # the group of each old storyline
    for line, stories in old.items():
        shares = Counter(group_of[story] for story in stories if story in group_of)
        if shares:
            goes_to[line] = min(shares, key=lambda place: (-shares[place], place))
    survivors: dict[int, int] = {}
    for line in sorted(goes_to):
        survivors.setdefault(goes_to[line], line)
    line_of = {story: line for line, stories in old.items() for story in stories}
    found = []
    for place, group in enumerate(linked):
        survivor = survivors.get(place)
        if survivor is None:
            before = Counter(line_of[story] for story in sorted(group) if story in line_of)
            origin = min(before, key=lambda one: (-before[one], one)) if before else None
            found.append(Regrouping(next_line, group, group, created=True, split_from=origin))
            next_line += 1
        elif group != old[survivor]:
            found.append(Regrouping(survivor, group, group - old[survivor], old[survivor] - group))
    ended = [
        Regrouping(
            line,
            frozenset(),
            left=old[line],
            merged_into=survivors[goes_to[line]] if line in goes_to else None,
        )
        for line in sorted(old)
        if line not in goes_to or survivors[goes_to[line]] != line
    ]
    return tuple(sorted([*found, *ended], key=lambda one: one.line))
