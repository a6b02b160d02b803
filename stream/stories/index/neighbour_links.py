"""Links between stories: how many of the nearest articles of one, when they came, lay in the other."""

import numpy as np

from embeddings.jit import part
from stream.stories.index.state import MAX_LINKS


@part
def links_between(tables, one, other):  # type: ignore[no-untyped-def]
    """Links of two story slots; kept at both ends, so the larger count where one end had no room."""
    return max(_links(tables, one, other), _links(tables, other, one))


@part
def _links(tables, story, other):  # type: ignore[no-untyped-def]
    for i in range(MAX_LINKS):
        if tables.near_story[story, i] == tables.story[other]:
            return tables.near_links[story, i]
    return np.int32(0)


@part
def add_links(tables, one, other, links):  # type: ignore[no-untyped-def]
    """Count links between two story slots at both ends."""
    _add(tables, one, other, links)
    _add(tables, other, one, links)


@part
def _add(tables, story, other, links):  # type: ignore[no-untyped-def]
    number = tables.story[other]
    weakest = 0
    for i in range(MAX_LINKS):
        if tables.near_story[story, i] == number:
            tables.near_links[story, i] += links
            return
        if tables.near_links[story, i] < tables.near_links[story, weakest]:
            weakest = i
    if tables.near_links[story, weakest] < links:
        tables.near_story[story, weakest] = number
        tables.near_slot[story, weakest] = other
        tables.near_links[story, weakest] = links


@part
def move_links(tables, absorbed, survivor):  # type: ignore[no-untyped-def]
    """Let the links of a story that is absorbed be those of its survivor."""
    for i in range(MAX_LINKS):
        partner = tables.near_slot[absorbed, i]
        links = tables.near_links[absorbed, i]
        number = tables.near_story[absorbed, i]
        if number < 0 or tables.story[partner] != number or partner == survivor:
            continue
        _forget(tables, partner, tables.story[absorbed])
        add_links(tables, survivor, partner, links)
    _forget(tables, survivor, tables.story[absorbed])


@part
def _forget(tables, story, number):  # type: ignore[no-untyped-def]
    for i in range(MAX_LINKS):
        if tables.near_story[story, i] == number:
            tables.near_story[story, i] = -1
            tables.near_links[story, i] = 0
