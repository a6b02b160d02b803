"""Kernels that open, grow and close stories."""

from math import floor, sqrt

import numpy as np
from numba import njit

from stream.stories.candidates import list_story, touch, unlist_story
from stream.stories.tables import CHANNELS, MAX_MEMBERS, MAX_NAMES, MIXED, NEXT_STORY, NOW
from stream.stories.weighing import clear, compare, has_channel, look_up

FOUNDERS = 8  # exemplars that stay: the first of a story; after them the latest, first in, first out


@njit(cache=True)
def open_story(tables, slot):  # type: ignore[no-untyped-def]
    """Begin a story with the article; return its slot."""
    tables.heights[0] -= 1
    story = tables.free_stories[tables.heights[0]]
    tables.story[story] = tables.totals[NEXT_STORY]
    tables.totals[NEXT_STORY] += 1
    tables.size[story] = 0
    tables.dated[story] = 0
    tables.kept[story] = 0
    tables.pairs[story] = 0.0
    tables.filled[story] = 0
    tables.joined[story] = 0.0
    tables.around[story] = 0.0
    tables.near_story[story] = -1
    tables.near_links[story] = 0
    tables.tongue[story] = tables.language[slot]
    return story


@njit(cache=True)
def add_article(tables, story, slot, lookup):  # type: ignore[no-untyped-def]
    """Make the article, which stands in the lookup, a member and exemplar of the story."""
    _note_time(tables, story, tables.time[slot], tables.when[slot])
    tables.size[story] += 1
    if tables.tongue[story] == 0:
        tables.tongue[story] = tables.language[slot]
    elif tables.language[slot] != 0 and tables.language[slot] != tables.tongue[story]:
        tables.tongue[story] = -1
    keep_exemplar(tables, story, slot, lookup)
    list_story(tables, story, slot)
    touch(tables, story)


@njit(cache=True)
def _note_time(tables, story, moment, dated):  # type: ignore[no-untyped-def]
    tables.seen[story] = tables.totals[NOW]
    if dated:
        if tables.dated[story] == 0 or moment < tables.first[story]:
            tables.first[story] = moment
        if tables.dated[story] == 0 or moment > tables.last[story]:
            tables.last[story] = moment
        tables.dated[story] += 1


@njit(cache=True)
def keep_exemplar(tables, story, slot, lookup):  # type: ignore[no-untyped-def]
    """Keep the article, which stands in the lookup, as an exemplar, in the place of the oldest non-founder."""
    similarity = np.zeros(CHANNELS)
    hits = np.zeros(MAX_NAMES, np.int8)
    if tables.kept[story] == MAX_MEMBERS:
        clear(tables, slot, lookup)
        drop_exemplar(tables, story, FOUNDERS, lookup)
        look_up(tables, slot, lookup)
    for i in range(tables.kept[story]):
        compare(tables, slot, tables.members[story, i], lookup, hits, similarity)
        tables.pairs[story] += similarity
    for channel in range(1, CHANNELS):
        tables.filled[story, channel] += has_channel(tables, slot, channel)
    tables.filled[story, MIXED] += 1
    tables.members[story, tables.kept[story]] = slot
    tables.kept[story] += 1
    find_centre(tables, story)


@njit(cache=True)
def drop_exemplar(tables, story, place, lookup):  # type: ignore[no-untyped-def]
    """Forget one exemplar; its pairs leave the sums exactly as they came."""
    gone = tables.members[story, place]
    similarity = np.zeros(CHANNELS)
    hits = np.zeros(MAX_NAMES, np.int8)
    look_up(tables, gone, lookup)
    for i in range(tables.kept[story]):
        if i != place:
            compare(tables, gone, tables.members[story, i], lookup, hits, similarity)
            tables.pairs[story] -= similarity
    clear(tables, gone, lookup)
    for channel in range(1, CHANNELS):
        tables.filled[story, channel] -= has_channel(tables, gone, channel)
    tables.filled[story, MIXED] -= 1
    for i in range(place, tables.kept[story] - 1):
        tables.members[story, i] = tables.members[story, i + 1]
    tables.kept[story] -= 1
    free_exemplar(tables, gone)


@njit(cache=True)
def free_exemplar(tables, slot):  # type: ignore[no-untyped-def]
    """Give an exemplar slot back."""
    tables.article[slot] = -1
    tables.free_exemplars[tables.heights[1]] = slot
    tables.heights[1] += 1


@njit(cache=True)
def find_centre(tables, story):  # type: ignore[no-untyped-def]
    """The direction of the exemplars' dense vectors, as int8 of length 127."""
    dimensions = tables.centre.shape[1]
    total = np.zeros(dimensions, np.int64)
    for i in range(tables.kept[story]):
        vector = tables.vector[tables.members[story, i]]
        for j in range(dimensions):
            total[j] += vector[j]
    squares = 0
    for j in range(dimensions):
        squares += total[j] * total[j]
    length = sqrt(float(squares))
    for j in range(dimensions):
        tables.centre[story, j] = np.int8(floor(total[j] * 127.0 / length + 0.5)) if length > 0.0 else 0


@njit(cache=True)
def close_story(tables, story):  # type: ignore[no-untyped-def]
    """End a story: off the lists, its exemplars and its slot free."""
    for i in range(tables.kept[story]):
        unlist_story(tables, story, tables.members[story, i])
        free_exemplar(tables, tables.members[story, i])
    release_story(tables, story)


@njit(cache=True)
def release_story(tables, story):  # type: ignore[no-untyped-def]
    """Give the slot of a story without exemplars back."""
    for i in range(len(tables.recent)):
        if tables.recent[i] == story:
            tables.recent[i] = -1
    tables.kept[story] = 0
    tables.story[story] = -1
    tables.free_stories[tables.heights[0]] = story
    tables.heights[0] += 1
