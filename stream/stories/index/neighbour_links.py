"""Links between stories: how many of the nearest articles of one, when they came, lay in the other."""

import numpy as np

from embeddings.jit import part
from stream.stories.index.state import FREE, MAX_LINKS


@part
def links_between(stories, one, other):  # type: ignore[no-untyped-def]
    """Links of two story slots; kept at both ends, so the larger count where one end had no room."""
    return max(_links(stories, one, other), _links(stories, other, one))


@part
def _links(stories, story, other):  # type: ignore[no-untyped-def]
    held = stories.links
    for i in range(MAX_LINKS):
        if held.number[story, i] == stories.number[other]:
            return held.links[story, i]
    return np.int32(0)


@part
def add_links(stories, one, other, count):  # type: ignore[no-untyped-def]
    """Count links between two story slots at both ends."""
    _add(stories, one, other, count)
    _add(stories, other, one, count)


@part
def _add(stories, story, other, count):  # type: ignore[no-untyped-def]
    """Count links at one end; where it has no room the weakest neighbour with fewer links gives way."""
    held, number = stories.links, stories.number[other]
    weakest = 0
    for i in range(MAX_LINKS):
        if held.number[story, i] == number:
            held.links[story, i] += count
            return
        if held.links[story, i] < held.links[story, weakest]:
            weakest = i
    if held.links[story, weakest] < count:
        held.number[story, weakest] = number
        held.slot[story, weakest] = other
        held.links[story, weakest] = count


@part
def drop_links(held, story):  # type: ignore[no-untyped-def]
    """Let a story begin without links."""
    for i in range(MAX_LINKS):
        held.number[story, i] = FREE
        held.links[story, i] = 0


@part
def move_links(stories, absorbed, survivor):  # type: ignore[no-untyped-def]
    """Let the links of a story that is absorbed be those of its survivor."""
    held = stories.links
    for i in range(MAX_LINKS):
        partner = held.slot[absorbed, i]
        count = held.links[absorbed, i]
        number = held.number[absorbed, i]
        if number < 0 or stories.number[partner] != number or partner == survivor:
            continue
        _forget(held, partner, stories.number[absorbed])
        add_links(stories, survivor, partner, count)
    _forget(held, survivor, stories.number[absorbed])


@part
def _forget(held, story, number):  # type: ignore[no-untyped-def]
    for i in range(MAX_LINKS):
        if held.number[story, i] == number:
            held.number[story, i] = FREE
            held.links[story, i] = 0
