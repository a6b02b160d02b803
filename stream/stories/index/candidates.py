"""Kernels that find the few open stories worth scoring, and measure the article against their exemplars.

Each word has a list of the stories that hold it among their heaviest, the most recent 64 only: so the cost of an
article does not grow with the number of open stories. The stories changed last are compared by dense centre too.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np

from embeddings.jit import part
from stream.stories.index.postings import name_bucket, word_bucket
from stream.stories.index.similarity import (
    MIX_LEAD,
    MIX_NAMES,
    MIX_WHOLE,
    UNKNOWN_HEADLINE,
    add_to,
    centroid_length,
    compare,
    dot,
    mix,
    zero,
)
from stream.stories.index.slot_list import length_of
from stream.stories.index.state import CHANNELS, HEADLINE, MAX_NAMES, MIXED, UNKNOWN_LANGUAGE
from stream.stories.index.weighing import name_rarity

ASKED_WORDS = 40  # heaviest words of an article whose lists are read
ASKED_NAMES = 20
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
    slots: np.ndarray  # int32 [MAX_FOUND]
    compared: np.ndarray  # int32 [MAX_FOUND]: exemplars compared
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
        slots=np.zeros(MAX_FOUND, np.int32),
        compared=np.zeros(MAX_FOUND, np.int32),
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
def find(state, slot, cross_language, candidates):  # type: ignore[no-untyped-def]
    """Fill `candidates.slots` with the stories worth scoring; return how many."""
    posted = _score_postings(state.postings, state.exemplars, slot, candidates)
    language = state.exemplars.language[slot]
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
def _score_postings(postings, exemplars, slot, candidates):  # type: ignore[no-untyped-def]
    """Score the stories listed under the article's heaviest words and names by what they share; return how many."""
    posted = 0
    for i in range(min(ASKED_WORDS, exemplars.word_count[slot])):
        whole = np.float64(exemplars.word_weights[slot, i])
        lead = np.float64(exemplars.lead_weights[slot, i])
        weight = MIX_WHOLE * whole * whole + MIX_LEAD * lead * lead + 1.0
        posted = _score_list(postings, word_bucket(exemplars.words[slot, i]), weight, candidates, posted)
    for i in range(min(ASKED_NAMES, exemplars.name_count[slot])):
        name = np.float64(exemplars.name_weights[slot, i])
        weight = MIX_NAMES * name * name + 1.0
        posted = _score_list(postings, name_bucket(exemplars.names[slot, i]), weight, candidates, posted)
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
    language = state.exemplars.language[slot]
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
def measure(state, slot, lookup, candidates, count):  # type: ignore[no-untyped-def]
    """Compare the article, which stands in the lookup, with every exemplar of the stories found."""
    exemplars, stories = state.exemplars, state.stories
    for i in range(NEAREST_KEPT):
        candidates.nearest_similarity[i] = -1.0
        candidates.nearest_story[i] = NONE
    names = exemplars.name_count[slot]
    for i in range(names):
        candidates.name_rarity[i] = name_rarity(state.stream, exemplars, slot, i)
    similarity, shared_names = lookup.similarity, lookup.shared_names
    for index in range(count):
        story = candidates.slots[index]
        zero(shared_names)
        zero(candidates.similarity_sums[index])
        candidates.best_similarity[index] = -1.0
        candidates.compared[index] = stories.exemplar_count[story]
        headlines = 0.0
        known = 0
        for i in range(stories.exemplar_count[story]):
            exemplar = stories.exemplars[story, i]
            compare(exemplars, slot, exemplar, lookup, shared_names, similarity)
            add_to(candidates.similarity_sums[index], similarity, 1.0)
            candidates.best_similarity[index] = max(candidates.best_similarity[index], similarity[MIXED])
            _keep_nearest(candidates, similarity[MIXED], index, exemplar)
            if similarity[HEADLINE] != UNKNOWN_HEADLINE:
                headlines += similarity[HEADLINE]
                known += 1
        candidates.headline[index] = headlines / known if known else 0.0
        shared = 0.0
        for i in range(names):
            if shared_names[i]:
                shared += candidates.name_rarity[i]
        candidates.shared_rarity[index] = shared
        _measure_centre(stories, story, candidates, index)


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
