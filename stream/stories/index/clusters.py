"""Kernels that open, grow and close stories."""

from math import floor, sqrt

import numpy as np

from embeddings.jit import allocating_part, kernel, part
from stream.stories.index.exemplar_rows import give_row_back, language_of
from stream.stories.index.neighbour_links import drop_links, move_links
from stream.stories.index.pair_memory import add_pair, recall
from stream.stories.index.postings import list_as_recent, list_story, unlist_story
from stream.stories.index.similarity import add_to, count_channels, zero
from stream.stories.index.slot_list import append, remove, take_last
from stream.stories.index.state import (
    CHANNELS,
    FREE,
    MAX_EXEMPLARS,
    NEXT_STORY,
    SEVERAL_LANGUAGES,
    STREAM_TIME,
    UNKNOWN_LANGUAGE,
)

FOUNDERS = 8  # exemplars that stay: the first of a story; after them the latest, first in, first out
CENTRE_LENGTH = 127.0  # of a dense centre, so that each of its numbers is an int8


@part
def open_story(stream, stories):  # type: ignore[no-untyped-def]
    """Begin a story without articles; return its slot."""
    story = take_slot(stream, stories)
    empty_story(stories, story)
    return story


@part
def take_slot(stream, stories):  # type: ignore[no-untyped-def]
    """Give the last free slot the number of a new story; return it."""
    story = take_last(stories.free)
    stories.number[story] = stream.counters[NEXT_STORY]
    stream.counters[NEXT_STORY] += 1
    return story


@part
def empty_story(stories, story):  # type: ignore[no-untyped-def]
    """Make a slot that of a story without articles."""
    stories.size[story] = 0
    stories.dated_size[story] = 0
    stories.exemplar_count[story] = 0
    stories.language[story] = UNKNOWN_LANGUAGE
    zero(stories.pair_sums[story])
    zero(stories.channel_sizes[story])
    zero(stories.join_scores[story])
    zero(stories.background_sums[story])
    drop_links(stories.links, story)


@part
def add_article(state, story, slot, sums, lookup, pairs):  # type: ignore[no-untyped-def]
    """Make the article a member and exemplar of the story.

    `sums` [CHANNELS]: its similarity to the exemplars of the story, summed.
    """
    stories, exemplars = state.stories, state.exemplars
    note_arrival(state.stream, stories, story)
    note_article(stories, exemplars, story, slot)
    stories.size[story] += 1
    keep_exemplar(stories, exemplars, story, slot, sums, lookup, pairs)
    list_story(state.postings, exemplars, story, slot)
    list_as_recent(state.recent, story)


@part
def note_arrival(stream, stories, story):  # type: ignore[no-untyped-def]
    """Remember that an article of the story came now."""
    stories.last_arrival[story] = stream.counters[STREAM_TIME]


@part
def note_article(stories, exemplars, story, slot):  # type: ignore[no-untyped-def]
    """Stretch the story's span to an article's time, and let its language be the one that its articles share."""
    _note_language(stories, story, language_of(exemplars, slot))
    if exemplars.dated[slot]:
        moment = exemplars.event_time[slot]
        if stories.dated_size[story] == 0 or moment < stories.first_time[story]:
            stories.first_time[story] = moment
        if stories.dated_size[story] == 0 or moment > stories.last_time[story]:
            stories.last_time[story] = moment
        stories.dated_size[story] += 1


@part
def _note_language(stories, story, language):  # type: ignore[no-untyped-def]
    if stories.language[story] == UNKNOWN_LANGUAGE:
        stories.language[story] = language
    elif language != UNKNOWN_LANGUAGE and language != stories.language[story]:
        stories.language[story] = SEVERAL_LANGUAGES


@part
def sum_similarities(stories, exemplars, story, slot, lookup, pairs, sums):  # type: ignore[no-untyped-def]
    """Fill `sums` [CHANNELS]: the similarity of an article to a story's exemplars."""
    zero(sums)
    for i in range(stories.exemplar_count[story]):
        pair = recall(exemplars, slot, stories.exemplars[story, i], lookup, pairs)
        add_pair(pairs, pair, 1.0, sums)


@part
def keep_exemplar(stories, exemplars, story, slot, sums, lookup, pairs):  # type: ignore[no-untyped-def]
    """Keep the article as an exemplar, in the place of the oldest non-founder.

    `sums` [CHANNELS]: its similarity to the exemplars of the story, summed. Sums are exact, whatever their order.
    """
    add_to(stories.pair_sums[story], sums, 1.0)
    if stories.exemplar_count[story] == MAX_EXEMPLARS:
        pair = recall(exemplars, slot, stories.exemplars[story, FOUNDERS], lookup, pairs)
        add_pair(pairs, pair, -1.0, stories.pair_sums[story])
        drop_exemplar(stories, exemplars, story, FOUNDERS, lookup, pairs)
    count_channels(stories, exemplars, story, slot, 1)
    stories.exemplars[story, stories.exemplar_count[story]] = slot
    stories.exemplar_count[story] += 1
    find_centre(stories, exemplars, story)


@part
def drop_exemplar(stories, exemplars, story, place, lookup, pairs):  # type: ignore[no-untyped-def]
    """Forget one exemplar; its pairs leave the sums exactly as they came."""
    gone = stories.exemplars[story, place]
    for i in range(stories.exemplar_count[story]):
        if i != place:
            pair = recall(exemplars, gone, stories.exemplars[story, i], lookup, pairs)
            add_pair(pairs, pair, -1.0, stories.pair_sums[story])
    count_channels(stories, exemplars, story, gone, -1)
    for i in range(place, stories.exemplar_count[story] - 1):
        stories.exemplars[story, i] = stories.exemplars[story, i + 1]
    stories.exemplar_count[story] -= 1
    free_exemplar(exemplars, gone)


@part
def free_exemplar(exemplars, slot):  # type: ignore[no-untyped-def]
    """Give an exemplar slot and its row back."""
    exemplars.article[slot] = FREE
    give_row_back(exemplars, slot)
    append(exemplars.free, slot)


@allocating_part
def find_centre(stories, exemplars, story):  # type: ignore[no-untyped-def]
    """The direction of the exemplars' dense vectors, as int8 of length 127."""
    centre = stories.centre[story]
    dimensions = len(centre)
    total = np.zeros(dimensions, np.int32)
    for i in range(stories.exemplar_count[story]):
        vector = exemplars.vector[stories.exemplars[story, i]]
        for j in range(dimensions):
            total[j] += vector[j]
    squares = np.int64(0)
    for j in range(dimensions):
        squares += np.int64(total[j]) * np.int64(total[j])
    length = sqrt(float(squares))
    for j in range(dimensions):
        centre[j] = np.int8(floor(total[j] * CENTRE_LENGTH / length + 0.5)) if length > 0.0 else 0


@kernel
def close_story(state, story):  # type: ignore[no-untyped-def]
    """End a story: off the lists, its exemplars and its slot free."""
    stories, exemplars = state.stories, state.exemplars
    for i in range(stories.exemplar_count[story]):
        unlist_story(state.postings, exemplars, story, stories.exemplars[story, i])
        free_exemplar(exemplars, stories.exemplars[story, i])
    release_story(stories, state.recent, story)


@part
def release_story(stories, recent, story):  # type: ignore[no-untyped-def]
    """Give the slot of a story without exemplars back."""
    remove(recent, story)
    stories.exemplar_count[story] = 0
    stories.number[story] = FREE
    append(stories.free, story)


@allocating_part
def absorb_story(state, absorbed, survivor, lookup, pairs):  # type: ignore[no-untyped-def]
    """Let one story live on in another: its articles, times, scores and links move, as many as there is room for."""
    stories, exemplars = state.stories, state.exemplars
    move_links(stories, absorbed, survivor)
    _absorb_times(stories, absorbed, survivor)
    stories.size[survivor] += stories.size[absorbed]
    add_to(stories.join_scores[survivor], stories.join_scores[absorbed], 1.0)
    add_to(stories.background_sums[survivor], stories.background_sums[absorbed], 1.0)
    _note_language(stories, survivor, stories.language[absorbed])
    for i in range(stories.exemplar_count[absorbed]):
        unlist_story(state.postings, exemplars, absorbed, stories.exemplars[absorbed, i])
    sums = np.zeros(CHANNELS)
    for i in range(stories.exemplar_count[absorbed]):
        slot = stories.exemplars[absorbed, i]
        sum_similarities(stories, exemplars, survivor, slot, lookup, pairs, sums)
        keep_exemplar(stories, exemplars, survivor, slot, sums, lookup, pairs)
        list_story(state.postings, exemplars, survivor, slot)
    release_story(stories, state.recent, absorbed)
    list_as_recent(state.recent, survivor)


@part
def _absorb_times(stories, absorbed, survivor):  # type: ignore[no-untyped-def]
    first, last = stories.first_time, stories.last_time
    if stories.dated_size[absorbed]:
        if not stories.dated_size[survivor]:
            first[survivor], last[survivor] = first[absorbed], last[absorbed]
        first[survivor] = min(first[survivor], first[absorbed])
        last[survivor] = max(last[survivor], last[absorbed])
    stories.dated_size[survivor] += stories.dated_size[absorbed]
    stories.last_arrival[survivor] = max(stories.last_arrival[survivor], stories.last_arrival[absorbed])
