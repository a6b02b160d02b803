"""Kernels that list stories: under the heaviest words and names of their articles, and by when they changed last."""

import numpy as np

from embeddings.jit import part
from stream.stories.index.exemplar_rows import name_count, parts_of, row_of, term_at, word_count
from stream.stories.index.slot_list import append, length_of, remove
from stream.stories.index.state import POSTING_BUCKETS, POSTINGS, RECENT

POSTED_WORDS = 24  # heaviest words of an article under which its story is listed
POSTED_NAMES = 12


@part
def word_bucket(word):  # type: ignore[no-untyped-def]
    """The bucket of a word's list."""
    return np.int64(word) & (POSTING_BUCKETS - 1)


@part
def name_bucket(name):  # type: ignore[no-untyped-def]
    """The bucket of a name's list: a mixing step keeps names apart from words of the same number."""
    return (np.int64(name) * 0x9E3779B1 + 0x7F4A7C15 >> 7) & (POSTING_BUCKETS - 1)


@part
def list_story(postings, exemplars, story, slot):  # type: ignore[no-untyped-def]
    """List a story under the heaviest words and names of one of its articles."""
    terms, parts = exemplars.terms, parts_of(exemplars.terms, row_of(exemplars, slot))
    for i in range(min(POSTED_WORDS, word_count(exemplars, slot))):
        _post(postings, word_bucket(term_at(terms, parts.words, i)), story)
    for i in range(min(POSTED_NAMES, name_count(exemplars, slot))):
        _post(postings, name_bucket(term_at(terms, parts.names, i)), story)


@part
def unlist_story(postings, exemplars, story, slot):  # type: ignore[no-untyped-def]
    """Take it off those lists."""
    terms, parts = exemplars.terms, parts_of(exemplars.terms, row_of(exemplars, slot))
    for i in range(min(POSTED_WORDS, word_count(exemplars, slot))):
        _unpost(postings, word_bucket(term_at(terms, parts.words, i)), story)
    for i in range(min(POSTED_NAMES, name_count(exemplars, slot))):
        _unpost(postings, name_bucket(term_at(terms, parts.names, i)), story)


@part
def _post(postings, bucket, story):  # type: ignore[no-untyped-def]
    """Put a story at the end of a list; where the list is full its oldest entry goes."""
    held = postings.lengths[bucket]
    place = 0
    while place < held and postings.stories[bucket, place] != story:
        place += 1
    if place == POSTINGS:
        place = 0
    last = min(held, POSTINGS - 1) if place == held else held - 1
    for i in range(place, last):
        postings.stories[bucket, i] = postings.stories[bucket, i + 1]
    postings.stories[bucket, last] = story
    postings.lengths[bucket] = last + 1 if last >= held else held


@part
def _unpost(postings, bucket, story):  # type: ignore[no-untyped-def]
    """Take a story off a list, where it is on it."""
    held = postings.lengths[bucket]
    for place in range(held):
        if postings.stories[bucket, place] == story:
            for i in range(place, held - 1):
                postings.stories[bucket, i] = postings.stories[bucket, i + 1]
            postings.lengths[bucket] = held - 1
            return


@part
def list_as_recent(recent, story):  # type: ignore[no-untyped-def]
    """Remember a story as changed last, in the place of the one changed longest ago."""
    remove(recent, story)
    if length_of(recent) == RECENT:
        remove(recent, recent.slots[0])
    append(recent, story)
