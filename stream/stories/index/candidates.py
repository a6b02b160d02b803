"""Kernels that find the few open stories worth scoring, and measure the article against their exemplars.

Each word has a list of the stories that hold it among their heaviest, the most recent 64 only: so the cost of an
article does not grow with the number of open stories. The stories touched last are compared by dense centre too.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np

from embeddings.jit import part
from stream.stories.index.similarity import (
    MIX_DENSE,
    MIX_LEAD,
    MIX_NAMES,
    MIX_WHOLE,
    add_to,
    compare,
    dot,
    rarity,
    zero,
)
from stream.stories.index.state import (
    CHANNELS,
    DENSE,
    LEAD,
    MAX_NAMES,
    MIXED,
    NAMES,
    POSTING_BUCKETS,
    POSTINGS,
    RECENT,
    RECENT_COUNT,
    WHOLE,
)

POSTED_WORDS = 24  # heaviest words of an article under which its story is listed
POSTED_NAMES = 12
ASKED_WORDS = 40  # heaviest words of an article whose lists are read
ASKED_NAMES = 20
LISTED = 10  # stories taken from the lists
CLOSEST = 3  # stories taken by dense centre besides
MAX_FOUND = LISTED + CLOSEST
NEIGHBOURS_KEPT = 10


class Found(NamedTuple):
    """The stories found for an article, measured against its exemplars; all arrays are reused."""

    slots: np.ndarray  # int32 [MAX_FOUND]
    score: np.ndarray  # float64 [S]: scratch of the search, zero between searches
    touched: np.ndarray  # int32 [S]: scratch
    compared: np.ndarray  # int32 [MAX_FOUND]: exemplars compared
    sums: np.ndarray  # float64 [MAX_FOUND, CHANNELS]: similarity summed over the exemplars
    best: np.ndarray  # float64 [MAX_FOUND]: most similar exemplar (mixed)
    centre: (
        np.ndarray
    )  # float64 [MAX_FOUND, CHANNELS]: cosine to the centroid; mixed: the weighted mean of them
    shared: np.ndarray  # float64 [MAX_FOUND]: rarity of the names shared, summed
    near: np.ndarray  # float64 [NEIGHBOURS_KEPT]: nearest exemplars over all stories found, falling
    near_story: np.ndarray  # int32 [NEIGHBOURS_KEPT]: index among the found
    near_slot: np.ndarray  # int32 [NEIGHBOURS_KEPT]: exemplar slot
    mass: np.ndarray  # float64 [1]: rarity of all names of the article, summed


def new_found(stories: int) -> Found:
    """Scratch for an index with so many story slots."""
    return Found(
        np.zeros(MAX_FOUND, np.int32),
        np.zeros(stories),
        np.zeros(stories, np.int32),
        np.zeros(MAX_FOUND, np.int32),
        np.zeros((MAX_FOUND, CHANNELS)),
        np.zeros(MAX_FOUND),
        np.zeros((MAX_FOUND, CHANNELS)),
        np.zeros(MAX_FOUND),
        np.zeros(NEIGHBOURS_KEPT),
        np.zeros(NEIGHBOURS_KEPT, np.int32),
        np.zeros(NEIGHBOURS_KEPT, np.int32),
        np.zeros(1),
    )


@part
def word_list(word):  # type: ignore[no-untyped-def]
    """The list of a word."""
    return np.int64(word) & (POSTING_BUCKETS - 1)


@part
def name_list(name):  # type: ignore[no-untyped-def]
    """The list of a name: a mixing step keeps names apart from words of the same bucket."""
    return (np.int64(name) * 0x9E3779B1 + 0x7F4A7C15 >> 7) & (POSTING_BUCKETS - 1)


@part
def post(tables, at, story):  # type: ignore[no-untyped-def]
    """Put a story at the end of a list; where the list is full its oldest entry goes."""
    held = tables.posted[at]
    place = 0
    while place < held and tables.postings[at, place] != story:
        place += 1
    if place == POSTINGS:
        place = 0
    last = min(held, POSTINGS - 1) if place == held else held - 1
    for i in range(place, last):
        tables.postings[at, i] = tables.postings[at, i + 1]
    tables.postings[at, last] = story
    tables.posted[at] = last + 1 if last >= held else held


@part
def unpost(tables, at, story):  # type: ignore[no-untyped-def]
    """Take a story off a list, where it is on it."""
    held = tables.posted[at]
    for place in range(held):
        if tables.postings[at, place] == story:
            for i in range(place, held - 1):
                tables.postings[at, i] = tables.postings[at, i + 1]
            tables.posted[at] = held - 1
            return


@part
def list_story(tables, story, slot):  # type: ignore[no-untyped-def]
    """List a story under the heaviest words and names of one of its articles."""
    for i in range(min(POSTED_WORDS, tables.word_count[slot])):
        post(tables, word_list(tables.words[slot, i]), story)
    for i in range(min(POSTED_NAMES, tables.name_count[slot])):
        post(tables, name_list(tables.names[slot, i]), story)


@part
def unlist_story(tables, story, slot):  # type: ignore[no-untyped-def]
    """Take it off those lists."""
    for i in range(min(POSTED_WORDS, tables.word_count[slot])):
        unpost(tables, word_list(tables.words[slot, i]), story)
    for i in range(min(POSTED_NAMES, tables.name_count[slot])):
        unpost(tables, name_list(tables.names[slot, i]), story)


@part
def touch(tables, story):  # type: ignore[no-untyped-def]
    """Remember a story as touched last, in the place of the one touched longest ago."""
    forget_touch(tables, story)
    if tables.totals[RECENT_COUNT] == RECENT:
        forget_touch(tables, tables.recent[0])
    tables.recent[tables.totals[RECENT_COUNT]] = story
    tables.totals[RECENT_COUNT] += 1


@part
def forget_touch(tables, story):  # type: ignore[no-untyped-def]
    """Take a story from those touched lately."""
    count = tables.totals[RECENT_COUNT]
    for place in range(count):
        if tables.recent[place] == story:
            for i in range(place, count - 1):
                tables.recent[i] = tables.recent[i + 1]
            tables.totals[RECENT_COUNT] = count - 1
            return


@part
def may_join(tables, story, slot, cross_language):  # type: ignore[no-untyped-def]
    """Whether the story is open and the article's language lets it join."""
    if tables.story[story] < 0:
        return False
    if cross_language:
        return True
    ours, theirs = tables.language[slot], tables.tongue[story]
    return ours == theirs or ours == 0 or theirs == 0


@part
def find(tables, slot, cross_language, found):  # type: ignore[no-untyped-def]
    """Fill `found.slots` with the stories worth scoring; return how many."""
    touched = 0
    for i in range(min(ASKED_WORDS, tables.word_count[slot])):
        whole, lead = np.float64(tables.whole[slot, i]), np.float64(tables.lead[slot, i])
        at = word_list(tables.words[slot, i])
        touched = _gather(
            tables, at, MIX_WHOLE * whole * whole + MIX_LEAD * lead * lead + 1.0, found, touched
        )
    for i in range(min(ASKED_NAMES, tables.name_count[slot])):
        name = np.float64(tables.name[slot, i])
        at = name_list(tables.names[slot, i])
        touched = _gather(tables, at, MIX_NAMES * name * name + 1.0, found, touched)
    count = 0
    for i in range(touched):
        story = found.touched[i]
        score = found.score[story]
        if count == LISTED and score <= found.score[found.slots[LISTED - 1]]:
            continue
        if not may_join(tables, story, slot, cross_language):
            continue
        place = count if count < LISTED else LISTED - 1
        while place > 0 and found.score[found.slots[place - 1]] < score:
            if place < LISTED:
                found.slots[place] = found.slots[place - 1]
            place -= 1
        found.slots[place] = story
        count = min(LISTED, count + 1)
    for i in range(touched):
        found.score[found.touched[i]] = 0.0
    return _find_by_centre(tables, slot, cross_language, found, count)


@part
def _gather(tables, at, weight, found, touched):  # type: ignore[no-untyped-def]
    for place in range(tables.posted[at]):
        story = tables.postings[at, place]
        if found.score[story] == 0.0:
            found.touched[touched] = story
            touched += 1
        found.score[story] += weight
    return touched


@part
def _find_by_centre(tables, slot, cross_language, found, listed):  # type: ignore[no-untyped-def]
    """Add the stories touched lately whose dense centre is closest, where the lists did not give them."""
    vector = tables.vector[slot]
    closest = np.full(CLOSEST, -1, np.int32)
    products = np.zeros(CLOSEST, np.int32)
    for i in range(tables.totals[RECENT_COUNT]):
        story = tables.recent[i]
        product = dot(vector, tables.centre[story])
        if product <= products[CLOSEST - 1] or not may_join(tables, story, slot, cross_language):
            continue
        known = False
        for j in range(CLOSEST):
            known = known or closest[j] == story
        for j in range(listed):
            known = known or found.slots[j] == story
        if known:
            continue
        place = CLOSEST - 1
        while place > 0 and products[place - 1] < product:
            closest[place] = closest[place - 1]
            products[place] = products[place - 1]
            place -= 1
        closest[place] = story
        products[place] = product
    count = listed
    for j in range(CLOSEST):
        if closest[j] >= 0:
            found.slots[count] = closest[j]
            count += 1
    return count


@part
def measure(tables, slot, lookup, found, count):  # type: ignore[no-untyped-def]
    """Compare the article, which stands in the lookup, with every exemplar of the stories found."""
    articles = tables.totals[0]
    for i in range(NEIGHBOURS_KEPT):
        found.near[i] = -1.0
        found.near_story[i] = -1
    mass = 0.0
    for i in range(tables.name_count[slot]):
        mass += rarity(articles, tables.name_frequency[tables.names[slot, i]]) - 1.0
    found.mass[0] = mass
    similarity = np.zeros(CHANNELS)
    hits = np.zeros(MAX_NAMES, np.int8)
    for index in range(count):
        story = found.slots[index]
        zero(hits)
        zero(found.sums[index])
        found.best[index] = -1.0
        found.compared[index] = tables.kept[story]
        for i in range(tables.kept[story]):
            member = tables.members[story, i]
            compare(tables, slot, member, lookup, hits, similarity)
            add_to(found.sums[index], similarity, 1.0)
            found.best[index] = max(found.best[index], similarity[MIXED])
            _keep_nearest(found, similarity[MIXED], index, member)
        shared = 0.0
        for i in range(tables.name_count[slot]):
            if hits[i]:
                shared += rarity(articles, tables.name_frequency[tables.names[slot, i]]) - 1.0
        found.shared[index] = shared
        _centre_cosines(tables, story, found, index)


@part
def _keep_nearest(found, similarity, index, member):  # type: ignore[no-untyped-def]
    if similarity <= found.near[NEIGHBOURS_KEPT - 1]:
        return
    place = NEIGHBOURS_KEPT - 1
    while place > 0 and found.near[place - 1] < similarity:
        found.near[place] = found.near[place - 1]
        found.near_story[place] = found.near_story[place - 1]
        found.near_slot[place] = found.near_slot[place - 1]
        place -= 1
    found.near[place] = similarity
    found.near_story[place] = index
    found.near_slot[place] = member


@part
def _centre_cosines(tables, story, found, index):  # type: ignore[no-untyped-def]
    """The cosine to the centroid of unit vectors: sum of cosines / length of their sum, channel by channel."""
    for channel in range(1, CHANNELS):
        length = tables.filled[story, channel] + 2.0 * tables.pairs[story, channel]
        found.centre[index, channel] = found.sums[index, channel] / sqrt(length) if length > 0.0 else 0.0
    found.centre[index, MIXED] = (
        MIX_WHOLE * found.centre[index, WHOLE]
        + MIX_LEAD * found.centre[index, LEAD]
        + MIX_NAMES * found.centre[index, NAMES]
        + MIX_DENSE * found.centre[index, DENSE]
    )
