"""Kernels that open, grow and close stories."""

from math import floor, sqrt

import numpy as np

from embeddings.jit import kernel, part
from stream.stories.index.candidates import forget_touch, list_story, touch, unlist_story
from stream.stories.index.neighbour_links import move_links
from stream.stories.index.similarity import add_to, clear, compare, has_channel, look_up, zero
from stream.stories.index.state import CHANNELS, MAX_LINKS, MAX_MEMBERS, MAX_NAMES, MIXED, NEXT_STORY, NOW

FOUNDERS = 8  # exemplars that stay: the first of a story; after them the latest, first in, first out


@part
def open_story(tables):  # type: ignore[no-untyped-def]
    """Begin a story without articles; return its slot."""
    story = take_slot(tables)
    empty_story(tables, story)
    return story


@part
def take_slot(tables):  # type: ignore[no-untyped-def]
    """Give the topmost free slot the number of a new story; return it."""
    tables.heights[0] -= 1
    story = tables.free_stories[tables.heights[0]]
    tables.story[story] = tables.totals[NEXT_STORY]
    tables.totals[NEXT_STORY] += 1
    return story


@part
def empty_story(tables, story):  # type: ignore[no-untyped-def]
    """Make a slot that of a story without articles."""
    tables.size[story] = 0
    tables.dated[story] = 0
    tables.kept[story] = 0
    tables.tongue[story] = 0
    zero(tables.pairs[story])
    zero(tables.filled[story])
    zero(tables.joined[story])
    zero(tables.around[story])
    zero(tables.near_links[story])
    for i in range(MAX_LINKS):
        tables.near_story[story, i] = -1


@part
def add_article(tables, story, slot, lookup):  # type: ignore[no-untyped-def]
    """Make the article, which stands in the lookup, a member and exemplar of the story."""
    note_time(tables, story, tables.time[slot], tables.when[slot])
    tables.size[story] += 1
    note_language(tables, story, tables.language[slot])
    keep_exemplar(tables, story, slot, lookup)
    list_story(tables, story, slot)
    touch(tables, story)


@part
def note_language(tables, story, language):  # type: ignore[no-untyped-def]
    """The story's language is the one its articles share: -1 where they are several."""
    if tables.tongue[story] == 0:
        tables.tongue[story] = language
    elif language != 0 and language != tables.tongue[story]:
        tables.tongue[story] = -1


@part
def note_time(tables, story, moment, dated):  # type: ignore[no-untyped-def]
    """Stretch the story's span to an article's time, and remember when it came."""
    tables.seen[story] = tables.totals[NOW]
    if dated:
        if tables.dated[story] == 0 or moment < tables.first[story]:
            tables.first[story] = moment
        if tables.dated[story] == 0 or moment > tables.last[story]:
            tables.last[story] = moment
        tables.dated[story] += 1


@part
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
        add_to(tables.pairs[story], similarity, 1.0)
    for channel in range(1, CHANNELS):
        tables.filled[story, channel] += has_channel(tables, slot, channel)
    tables.filled[story, MIXED] += 1
    tables.members[story, tables.kept[story]] = slot
    tables.kept[story] += 1
    find_centre(tables, story)


@part
def drop_exemplar(tables, story, place, lookup):  # type: ignore[no-untyped-def]
    """Forget one exemplar; its pairs leave the sums exactly as they came."""
    gone = tables.members[story, place]
    similarity = np.zeros(CHANNELS)
    hits = np.zeros(MAX_NAMES, np.int8)
    look_up(tables, gone, lookup)
    for i in range(tables.kept[story]):
        if i != place:
            compare(tables, gone, tables.members[story, i], lookup, hits, similarity)
            add_to(tables.pairs[story], similarity, -1.0)
    clear(tables, gone, lookup)
    for channel in range(1, CHANNELS):
        tables.filled[story, channel] -= has_channel(tables, gone, channel)
    tables.filled[story, MIXED] -= 1
    for i in range(place, tables.kept[story] - 1):
        tables.members[story, i] = tables.members[story, i + 1]
    tables.kept[story] -= 1
    free_exemplar(tables, gone)


@part
def free_exemplar(tables, slot):  # type: ignore[no-untyped-def]
    """Give an exemplar slot back."""
    tables.article[slot] = -1
    tables.free_exemplars[tables.heights[1]] = slot
    tables.heights[1] += 1


@part
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


@kernel
def close_story(tables, story):  # type: ignore[no-untyped-def]
    """End a story: off the lists, its exemplars and its slot free."""
    for i in range(tables.kept[story]):
        unlist_story(tables, story, tables.members[story, i])
        free_exemplar(tables, tables.members[story, i])
    release_story(tables, story)


@part
def release_story(tables, story):  # type: ignore[no-untyped-def]
    """Give the slot of a story without exemplars back."""
    forget_touch(tables, story)
    tables.kept[story] = 0
    tables.story[story] = -1
    tables.free_stories[tables.heights[0]] = story
    tables.heights[0] += 1


@part
def absorb_story(tables, absorbed, survivor, lookup):  # type: ignore[no-untyped-def]
    """Let one story live on in another: its articles, times, scores and links move, as many as there is room for."""
    move_links(tables, absorbed, survivor)
    if tables.dated[absorbed]:
        if not tables.dated[survivor]:
            tables.first[survivor], tables.last[survivor] = tables.first[absorbed], tables.last[absorbed]
        tables.first[survivor] = min(tables.first[survivor], tables.first[absorbed])
        tables.last[survivor] = max(tables.last[survivor], tables.last[absorbed])
    tables.seen[survivor] = max(tables.seen[survivor], tables.seen[absorbed])
    tables.size[survivor] += tables.size[absorbed]
    tables.dated[survivor] += tables.dated[absorbed]
    add_to(tables.joined[survivor], tables.joined[absorbed], 1.0)
    add_to(tables.around[survivor], tables.around[absorbed], 1.0)
    note_language(tables, survivor, tables.tongue[absorbed])
    for i in range(tables.kept[absorbed]):
        unlist_story(tables, absorbed, tables.members[absorbed, i])
    for i in range(tables.kept[absorbed]):
        slot = tables.members[absorbed, i]
        look_up(tables, slot, lookup)
        keep_exemplar(tables, survivor, slot, lookup)
        clear(tables, slot, lookup)
        list_story(tables, survivor, slot)
    release_story(tables, absorbed)
    touch(tables, survivor)
