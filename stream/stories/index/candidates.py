"""Kernels that find the few open stories worth scoring, and measure the article against their exemplars.

Each word has a list of the stories that hold it among their heaviest, the most recent 64 only: so the cost of an
article does not grow with the number of open stories. The stories changed last are compared by dense centre too.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np

from embeddings.jit import part
from embeddings.prefetch import prefetch
from stream.stories.index.exemplar_rows import MAX_NAMES, language_of
from stream.stories.index.lookup import (
    IN_LEAD,
    IN_TEXT,
    NAME_COUNT,
    OF_NAMES,
    OURS,
    WORD_COUNT,
)
from stream.stories.index.lookup import NAMES as ITS_NAMES
from stream.stories.index.lookup import WORDS as ITS_WORDS
from stream.stories.index.pair_memory import remember
from stream.stories.index.postings import name_bucket, word_bucket
from stream.stories.index.similarity import (
    AHEAD,
    MIX_LEAD,
    MIX_NAMES,
    MIX_WHOLE,
    UNKNOWN_HEADLINE,
    add_to,
    ask_for,
    centroid_length,
    compare,
    dot,
    mix,
    zero,
)
from stream.stories.index.slot_list import length_of
from stream.stories.index.state import CHANNELS, HEADLINE, MAX_EXEMPLARS, MIXED, UNKNOWN_LANGUAGE
from stream.stories.index.weighing import name_rarities

ASKED_WORDS = 40  # heaviest words of an article whose lists are read
ASKED_NAMES = 20
POSTED_BYTES = 64  # of a list: most are short
LISTED = 10  # stories taken from the lists
CLOSEST = 3  # stories taken by dense centre besides
MAX_FOUND = LISTED + CLOSEST
NEAREST_KEPT = 10
NONE = -1


class Candidates(NamedTuple):
    """The stories found for an article, measured against its exemplars; all arrays are reused.

    S: story slots. Arrays of MAX_FOUND are by place among the stories found.
    """

    posting_score: np.ndarray  # float64 [S]: scratch of the search, zero between searches
    posted: np.ndarray  # int32 [S]: scratch: the stories that have a posting score
    buckets: np.ndarray  # int64 [ASKED_WORDS + ASKED_NAMES]: scratch: whose lists are read
    slots: np.ndarray  # int32 [MAX_FOUND]
    compared: np.ndarray  # int32 [MAX_FOUND]: exemplars compared
    exemplars: np.ndarray  # int32 [MAX_FOUND * MAX_EXEMPLARS]: they, story after story
    similarity_sums: np.ndarray  # float64 [MAX_FOUND, CHANNELS]: summed over the exemplars
    best_similarity: np.ndarray  # float64 [MAX_FOUND]: of the most similar exemplar (mixed)
    centre_similarity: np.ndarray  # float64 [MAX_FOUND, CHANNELS]: cosine to the centroid; mixed: their mean
    shared_rarity: np.ndarray  # float64 [MAX_FOUND]: rarity of the names shared, summed
    headline: np.ndarray  # float64 [MAX_FOUND]: HEADLINE of the exemplars, mean; 0 where not known of any
    name_rarity: np.ndarray  # float64 [MAX_NAMES]: of each name of the article
    nearest_similarity: (
        np.ndarray
    )  # float64 [NEAREST_KEPT]: of the nearest exemplars of all these stories, falling
    nearest_story: (
        np.ndarray
    )  # int32 [NEAREST_KEPT]: place of their story among those found, NONE for no exemplar
    nearest_exemplar: np.ndarray  # int32 [NEAREST_KEPT]: their slots
    closest: np.ndarray  # int32 [CLOSEST]: scratch: stories by dense centre
    products: np.ndarray  # int32 [CLOSEST]: scratch


def new_candidates(stories: int) -> Candidates:
    """Scratch for an index with so many story slots."""
    return Candidates(
        posting_score=np.zeros(stories),
        posted=np.zeros(stories, np.int32),
        buckets=np.zeros(ASKED_WORDS + ASKED_NAMES, np.int64),
        slots=np.zeros(MAX_FOUND, np.int32),
        compared=np.zeros(MAX_FOUND, np.int32),
        exemplars=np.zeros(MAX_FOUND * MAX_EXEMPLARS, np.int32),
        similarity_sums=np.zeros((MAX_FOUND, CHANNELS)),
        best_similarity=np.zeros(MAX_FOUND),
        centre_similarity=np.zeros((MAX_FOUND, CHANNELS)),
        shared_rarity=np.zeros(MAX_FOUND),
        headline=np.zeros(MAX_FOUND),
        name_rarity=np.zeros(MAX_NAMES),
        nearest_similarity=np.zeros(NEAREST_KEPT),
        nearest_story=np.zeros(NEAREST_KEPT, np.int32),
        nearest_exemplar=np.zeros(NEAREST_KEPT, np.int32),
        closest=np.zeros(CLOSEST, np.int32),
        products=np.zeros(CLOSEST, np.int32),
    )


@part
def may_join(stories, story, language, cross_language):  # type: ignore[no-untyped-def]
    """Whether the story is open and its language lets an article of this one join."""
    if stories.number[story] < 0:
        return False
    if cross_language:
        return True
    theirs = stories.language[story]
    return UNKNOWN_LANGUAGE in (language, theirs) or language == theirs


@part
def find(state, slot, lookup, cross_language, candidates):  # type: ignore[no-untyped-def]
    """Fill `candidates.slots` with the stories worth scoring for the article in the lookup; return how many."""
    posted = _score_postings(state.postings, lookup, candidates)
    language = language_of(state.exemplars, slot)
    score = candidates.posting_score
    count = 0
    for i in range(posted):
        story = candidates.posted[i]
        if count == LISTED and score[story] <= score[candidates.slots[LISTED - 1]]:
            continue
        if not may_join(state.stories, story, language, cross_language):
            continue
        place = count if count < LISTED else LISTED - 1
        while place > 0 and score[candidates.slots[place - 1]] < score[story]:
            if place < LISTED:
                candidates.slots[place] = candidates.slots[place - 1]
            place -= 1
        candidates.slots[place] = story
        count = min(LISTED, count + 1)
    for i in range(posted):
        score[candidates.posted[i]] = 0.0
    return _find_by_centre(state, slot, cross_language, candidates, count)


@part
def _score_postings(postings, lookup, candidates):  # type: ignore[no-untyped-def]
    """Score the stories listed under the article's heaviest words and names by what they share; return how many."""
    words = min(ASKED_WORDS, lookup.asked[WORD_COUNT])
    names = min(ASKED_NAMES, lookup.asked[NAME_COUNT])
    buckets = candidates.buckets
    for i in range(words):
        buckets[i] = word_bucket(lookup.terms[ITS_WORDS, i])
    for i in range(names):
        buckets[words + i] = name_bucket(lookup.terms[ITS_NAMES, i])
    for i in range(words + names):
        prefetch(postings.lengths, buckets[i], POSTED_BYTES)
        prefetch(postings.stories, buckets[i], POSTED_BYTES)
    posted = 0
    for i in range(words):
        whole = np.float64(lookup.weights[IN_TEXT, i])
        lead = np.float64(lookup.weights[IN_LEAD, i])
        weight = MIX_WHOLE * whole * whole + MIX_LEAD * lead * lead + 1.0
        posted = _score_list(postings, buckets[i], weight, candidates, posted)
    for i in range(names):
        name = np.float64(lookup.weights[OF_NAMES, i])
        weight = MIX_NAMES * name * name + 1.0
        posted = _score_list(postings, buckets[words + i], weight, candidates, posted)
    return posted


@part
def _score_list(postings, bucket, weight, candidates, posted):  # type: ignore[no-untyped-def]
    for place in range(postings.lengths[bucket]):
        story = postings.stories[bucket, place]
        if candidates.posting_score[story] == 0.0:
            candidates.posted[posted] = story
            posted += 1
        candidates.posting_score[story] += weight
    return posted


@part
def _find_by_centre(state, slot, cross_language, candidates, listed):  # type: ignore[no-untyped-def]
    """Add the stories changed lately whose dense centre is closest, where the lists did not give them."""
    vector = state.exemplars.vector[slot]
    language = language_of(state.exemplars, slot)
    closest, products = candidates.closest, candidates.products
    for i in range(CLOSEST):
        closest[i], products[i] = NONE, 0
    for i in range(length_of(state.recent)):
        story = state.recent.slots[i]
        product = dot(vector, state.stories.centre[story])
        if product <= products[CLOSEST - 1]:
            continue
        if not may_join(state.stories, story, language, cross_language):
            continue
        known = False
        for j in range(CLOSEST):
            known = known or closest[j] == story
        for j in range(listed):
            known = known or candidates.slots[j] == story
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
        if closest[j] != NONE:
            candidates.slots[count] = closest[j]
            count += 1
    return count


@part
def measure(state, slot, lookup, pairs, candidates, count):  # type: ignore[no-untyped-def]
    """Compare the article, which is in the lookup, with every exemplar of the stories found."""
    exemplars, stories = state.exemplars, state.stories
    for i in range(NEAREST_KEPT):
        candidates.nearest_similarity[i] = -1.0
        candidates.nearest_story[i] = NONE
    names, language = lookup.asked[NAME_COUNT], language_of(exemplars, slot)
    for i in range(names):
        candidates.name_rarity[i] = lookup.terms[ITS_NAMES, i]
    name_rarities(state.stream, language, candidates.name_rarity, names)
    compared = _list_exemplars(stories, candidates, count)
    at = 0
    for index in range(count):
        zero(candidates.similarity_sums[index])
        candidates.best_similarity[index] = -1.0
        headlines = 0.0
        known = 0
        shared_names = np.int64(0)
        for _ in range(candidates.compared[index]):
            if at + AHEAD < compared:
                ask_for(exemplars, candidates.exemplars[at + AHEAD])
            exemplar = candidates.exemplars[at]
            at += 1
            similarity = lookup.similarity
            compare(exemplars, slot, exemplar, lookup, similarity)
            remember(exemplars, slot, exemplar, lookup, pairs)
            shared_names |= lookup.shared[OURS]
            add_to(candidates.similarity_sums[index], similarity, 1.0)
            candidates.best_similarity[index] = max(candidates.best_similarity[index], similarity[MIXED])
            _keep_nearest(candidates, similarity[MIXED], index, exemplar)
            if similarity[HEADLINE] != UNKNOWN_HEADLINE:
                headlines += similarity[HEADLINE]
                known += 1
        candidates.headline[index] = headlines / known if known else 0.0
        shared = 0.0
        for i in range(names):
            if shared_names >> i & 1:
                shared += candidates.name_rarity[i]
        candidates.shared_rarity[index] = shared
        _measure_centre(stories, candidates.slots[index], candidates, index)


@part
def _list_exemplars(stories, candidates, count):  # type: ignore[no-untyped-def]
    """List the exemplars of the stories found, so that memory can be asked for ahead; return how many."""
    listed = 0
    for index in range(count):
        story = candidates.slots[index]
        candidates.compared[index] = stories.exemplar_count[story]
        for i in range(stories.exemplar_count[story]):
            candidates.exemplars[listed] = stories.exemplars[story, i]
            listed += 1
    return listed


@part
def _keep_nearest(candidates, similarity, index, exemplar):  # type: ignore[no-untyped-def]
    if similarity <= candidates.nearest_similarity[NEAREST_KEPT - 1]:
        return
    place = NEAREST_KEPT - 1
    while place > 0 and candidates.nearest_similarity[place - 1] < similarity:
        candidates.nearest_similarity[place] = candidates.nearest_similarity[place - 1]
        candidates.nearest_story[place] = candidates.nearest_story[place - 1]
        candidates.nearest_exemplar[place] = candidates.nearest_exemplar[place - 1]
        place -= 1
    candidates.nearest_similarity[place] = similarity
    candidates.nearest_story[place] = index
    candidates.nearest_exemplar[place] = exemplar


@part
def _measure_centre(stories, story, candidates, index):  # type: ignore[no-untyped-def]
    """The cosine to the centroid of unit vectors: sum of cosines / length of their sum, channel by channel."""
    cosines = candidates.centre_similarity[index]
    for channel in range(1, CHANNELS):
        length = centroid_length(stories, story, channel)
        cosines[channel] = candidates.similarity_sums[index, channel] / sqrt(length) if length > 0.0 else 0.0
    cosines[MIXED] = mix(cosines)
