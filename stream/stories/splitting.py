"""Parting a story that turns out to be two: its exemplars fall into halves that, met as two stories, would not merge.

The first report of an event nearly like another (a second earthquake, a second player injured) joins the story of
the first: nothing else is as close. Only later reports show that there are two. So a story is looked at again as it
grows, while every article of it is still an exemplar.
"""

from math import sqrt

import numpy as np

from embeddings.jit import kernel, part
from stream.stories.decision.merge_features import merge_features
from stream.stories.decision.scorer import score_rows
from stream.stories.index.candidates import list_story, touch, unlist_story
from stream.stories.index.clusters import empty_story, find_centre, note_language, note_time, take_slot
from stream.stories.index.similarity import add_to, clear, compare, has_channel, look_up
from stream.stories.index.state import CHANNELS, MAX_MEMBERS, MAX_NAMES, MIXED

# Articles at which a story is looked at: each time it grew by about a third, from where two halves of three can be
# told from chance. Up to 20 a story lists all its reports (story_record.SHOWN_ARTICLES), so each can be moved.
SPLIT_AT = (6, 8, 11, 14, 17, 20)
# Logits, in the linear part of the merge score, below which halves are parted: far under the merge threshold, so that
# they do not swing. The trees, fitted to neighbours, are unsteady on halves: with them one of three models
# trained without ecbplus lost .07 of B-cubed F1 on it (decision 0004).
SPLIT_THRESHOLD = -0.5
SMALLEST_HALF = 2
# Words of an article, on average. Headlines alone (6 to 15) do not tell halves from chance: on uci, left out, none of
# 34 stories that fell apart was two. The shortest leads have 45.
TOLD_WORDS = 24
TURNS = 6  # of letting each exemplar change to the closer half


@kernel
def split_story(tables, lookup, story, merge_score, threshold, features, logits, leaving):  # type: ignore[no-untyped-def]
    """Part a story where its halves score below `threshold` in the merge score.

    Fill `leaving` [MAX_MEMBERS] with the numbers of the articles that leave; return how many, and the slot of their
    new story. Where the story stays whole that is 0 and -1. The half of the first exemplar keeps the story.
    """
    kept = tables.kept[story]
    if kept != tables.size[story] or not _tells_enough(tables, story):
        return 0, np.int32(-1)
    similarity = np.zeros((CHANNELS, kept, kept))
    _compare_exemplars(tables, story, lookup, similarity)
    leaves = np.zeros(kept, np.int8)
    if not find_halves(similarity[MIXED], leaves):
        return 0, np.int32(-1)
    free = tables.heights[0]
    fresh, rest = tables.free_stories[free - 1], tables.free_stories[free - 2]
    _describe_half(tables, story, fresh, leaves, 1, similarity)
    _describe_half(tables, story, rest, leaves, 0, similarity)
    others = np.full(1, fresh, np.int32)
    merge_features(tables, rest, others, 1, lookup, features)
    score_rows(merge_score, features, 1, logits)
    if logits[0] >= threshold:
        return 0, np.int32(-1)
    moved = 0
    for i in range(kept):
        if leaves[i]:
            leaving[moved] = tables.article[tables.members[story, i]]
            moved += 1
    _part(tables, story, rest, fresh)
    return moved, fresh


@part
def _tells_enough(tables, story):  # type: ignore[no-untyped-def]
    words = 0
    for i in range(tables.kept[story]):
        words += tables.word_count[tables.members[story, i]]
    return words >= TOLD_WORDS * tables.kept[story]


@part
def _compare_exemplars(tables, story, lookup, similarity):  # type: ignore[no-untyped-def]
    """Fill `similarity` [CHANNELS, n, n] but for the diagonal."""
    hits = np.zeros(MAX_NAMES, np.int8)
    pair = np.zeros(CHANNELS)
    for i in range(tables.kept[story]):
        member = tables.members[story, i]
        look_up(tables, member, lookup)
        for j in range(i):
            compare(tables, member, tables.members[story, j], lookup, hits, pair)
            for channel in range(CHANNELS):
                similarity[channel, i, j] = similarity[channel, j, i] = pair[channel]
        clear(tables, member, lookup)


@kernel
def find_halves(similarity, leaves):  # type: ignore[no-untyped-def]
    """Mark in `leaves` [n] the half without the first; return whether there are halves of SMALLEST_HALF at least.

    Two-means on similarities, begun from each article and the one least like it; of what comes out the partition with
    the largest gap between the similarity within and across, times sqrt(n1 n2 / n) as in a t-test. `similarity`
    [n, n], its diagonal 0.
    """
    n = len(leaves)
    trial = np.zeros(n, np.int8)
    best = 0.0
    for seed in range(n):
        far = -1
        for i in range(n):
            if i != seed and (far < 0 or similarity[seed, i] < similarity[seed, far]):
                far = i
        for i in range(n):
            trial[i] = similarity[i, far] > similarity[i, seed]
        trial[seed], trial[far] = 0, 1
        _settle(similarity, trial)
        gap = _gap(similarity, trial)
        if gap > best:
            best = gap
            for i in range(n):
                leaves[i] = trial[i] ^ trial[0]
    return best > 0.0


@part
def _settle(similarity, halves):  # type: ignore[no-untyped-def]
    """Let each article change to the half it is closer to on average, until none does."""
    n = len(halves)
    sums = np.zeros((2, n))
    for _ in range(TURNS):
        sizes = np.zeros(2)
        sums[:] = 0.0
        for i in range(n):
            sizes[halves[i]] += 1.0
            for j in range(n):
                sums[halves[j], i] += similarity[i, j]
        changed = False
        for i in range(n):
            own, other = halves[i], 1 - halves[i]
            if sums[other, i] * max(1.0, sizes[own] - 1.0) > sums[own, i] * sizes[other]:
                halves[i] = other
                changed = True
        if not changed:
            return


@part
def _gap(similarity, halves):  # type: ignore[no-untyped-def]
    """The gap between the similarity within the halves and across, weighed by size; 0 where one is too small."""
    n = len(halves)
    going = 0
    within = across = 0.0
    for i in range(n):
        going += halves[i]
        for j in range(i):
            if halves[i] == halves[j]:
                within += similarity[i, j]
            else:
                across += similarity[i, j]
    staying = n - going
    if min(going, staying) < SMALLEST_HALF:
        return 0.0
    pairs_across = going * staying
    pairs_within = n * (n - 1) // 2 - pairs_across
    return (within / pairs_within - across / pairs_across) * sqrt(pairs_across / n)


@part
def _describe_half(tables, story, half, leaves, side, similarity):  # type: ignore[no-untyped-def]
    """Write a half into a free story slot as if it were a story; no list knows of it yet.

    The story was joined just now, so that it was seen last when the half is.
    """
    empty_story(tables, half)
    for i in range(tables.kept[story]):
        if leaves[i] == side:
            slot = tables.members[story, i]
            for j in range(i):
                if leaves[j] == side:
                    add_to(tables.pairs[half], similarity[:, i, j], 1.0)
            for channel in range(1, CHANNELS):
                tables.filled[half, channel] += has_channel(tables, slot, channel)
            note_time(tables, half, tables.time[slot], tables.when[slot])
            note_language(tables, half, tables.language[slot])
            tables.members[half, tables.kept[half]] = slot
            tables.kept[half] += 1
    kept = tables.kept[half]
    tables.filled[half, MIXED] = tables.size[half] = kept
    share = kept / tables.kept[story]
    add_to(tables.joined[half], tables.joined[story], share)
    add_to(tables.around[half], tables.around[story], share)


@part
def _part(tables, story, rest, fresh):  # type: ignore[no-untyped-def]
    """Make a story of the half in the topmost free slot, and let the story be what the other half describes."""
    for i in range(tables.kept[story]):
        unlist_story(tables, story, tables.members[story, i])
    tables.size[story], tables.kept[story] = tables.size[rest], tables.kept[rest]
    tables.dated[story], tables.tongue[story] = tables.dated[rest], tables.tongue[rest]
    tables.first[story], tables.last[story] = tables.first[rest], tables.last[rest]
    for i in range(MAX_MEMBERS):
        tables.members[story, i] = tables.members[rest, i]
    for channel in range(CHANNELS):
        tables.pairs[story, channel] = tables.pairs[rest, channel]
        tables.filled[story, channel] = tables.filled[rest, channel]
        tables.around[story, channel] = tables.around[rest, channel]
    for i in range(tables.joined.shape[1]):
        tables.joined[story, i] = tables.joined[rest, i]
    take_slot(tables)
    _publish(tables, fresh)
    _publish(tables, story)


@part
def _publish(tables, story):  # type: ignore[no-untyped-def]
    find_centre(tables, story)
    for i in range(tables.kept[story]):
        list_story(tables, story, tables.members[story, i])
    touch(tables, story)
