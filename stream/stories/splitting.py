"""Splitting a story that is two: its exemplars fall into halves that, met as two stories, would not merge.

The first report of an event nearly like another (a second earthquake, a second player injured) joins the story of
the first: nothing else is as close. Only later reports show that there are two. So a story is looked at again as it
grows, while every article of it is still an exemplar. What is decided here is carried out as it is: withdrawn
articles are taken out of the index when they are withdrawn (withdrawal.py).
"""

from math import sqrt

import numpy as np

from embeddings.jit import allocating_part, kernel, part
from stream.stories.decision.merge_features import merge_features
from stream.stories.decision.scorer import score_rows
from stream.stories.index.clusters import empty_story, find_centre, note_arrival, note_article, take_slot
from stream.stories.index.exemplar_rows import word_count
from stream.stories.index.pair_memory import add_pair, recall
from stream.stories.index.postings import list_as_recent, list_story, unlist_story
from stream.stories.index.similarity import add_to, count_channels, zero
from stream.stories.index.slot_list import from_end
from stream.stories.index.state import CHANNELS, MIXED, WITHDRAWN

# Articles at which a story is looked at: each time it grew by about a third, from where two halves of three can be
# distinguished from chance. Up to 20 a story lists all its reports (story_record.SHOWN_ARTICLES), so each can be
# moved.
SPLIT_AT = (6, 8, 11, 14, 17, 20)
# Logits, in the linear part of the merge score, below which halves are split: far under the merge threshold, so that
# they do not swing. The trees, fitted to neighbours, are unsteady on halves: with them one of three models
# trained without ecbplus lost .07 of B-cubed F1 on it (decision 0004).
SPLIT_THRESHOLD = -0.5
SMALLEST_HALF = 2
# Words of an article, on average. The halves of headlines alone (6 to 15 words) are chance: on uci, left out, none of
# 34 stories that fell apart was two. The shortest leads have 45.
LEAST_WORDS = 24
TURNS = 6  # of letting each exemplar change to the closer half
WHOLE_STORY = np.int32(-1)  # the slot of the half that leaves, where none does


@kernel
def split_story(state, workspace, story, merge_score, threshold, leaving):  # type: ignore[no-untyped-def]
    """Split a story where its halves score below `threshold` in the merge score.

    Fill `leaving` [MAX_EXEMPLARS] with the numbers of the articles that leave; return how many, and the slot of their
    new story. Where the story stays whole that is 0 and -1. The half of the first exemplar keeps the story.
    """
    stories, exemplars = state.stories, state.exemplars
    kept = stories.exemplar_count[story]
    if not _may_be_split(stories, exemplars, story):
        return 0, WHOLE_STORY
    similarity = np.zeros((CHANNELS, kept, kept))
    _compare_exemplars(stories, exemplars, story, workspace, similarity)
    leaves = np.zeros(kept, np.int8)
    if not find_halves(similarity[MIXED], leaves):
        return 0, WHOLE_STORY
    fresh, rest = from_end(stories.free, 0), from_end(stories.free, 1)
    _describe_half(state, story, fresh, leaves, 1, similarity)
    _describe_half(state, story, rest, leaves, 0, similarity)
    others = np.full(1, fresh, np.int32)
    merge_features(state, rest, others, 1, workspace)
    score_rows(merge_score, workspace.merge_features, 1, workspace.merge_logits)
    if workspace.merge_logits[0] >= threshold:
        return 0, WHOLE_STORY
    moved = 0
    for i in range(kept):
        if leaves[i]:
            leaving[moved] = exemplars.article[stories.exemplars[story, i]]
            moved += 1
    _separate(state, story, rest, fresh)
    return moved, fresh


@part
def _may_be_split(stories, exemplars, story):  # type: ignore[no-untyped-def]
    """Whether each report of the story is still an exemplar, none is withdrawn, and they have enough words."""
    kept = stories.exemplar_count[story]
    words = 0
    for i in range(kept):
        slot = stories.exemplars[story, i]
        if exemplars.article[slot] == WITHDRAWN:
            return False
        words += word_count(exemplars, slot)
    return kept == stories.size[story] and words >= LEAST_WORDS * kept


@part
def _compare_exemplars(stories, exemplars, story, workspace, similarity):  # type: ignore[no-untyped-def]
    """Fill `similarity` [CHANNELS, n, n] but for the diagonal."""
    found = workspace.lookup.similarity
    for i in range(stories.exemplar_count[story]):
        asked = stories.exemplars[story, i]
        for j in range(i):
            pair = recall(exemplars, asked, stories.exemplars[story, j], workspace.lookup, workspace.pairs)
            zero(found)
            add_pair(workspace.pairs, pair, 1.0, found)
            for channel in range(CHANNELS):
                similarity[channel, i, j] = similarity[channel, j, i] = found[channel]


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


@allocating_part
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
def _describe_half(state, story, half, leaves, side, similarity):  # type: ignore[no-untyped-def]
    """Write a half into a free story slot as if it were a story; no list knows of it yet.

    The story was joined just now, so the last article of its halves came now, too.
    """
    stories, exemplars = state.stories, state.exemplars
    empty_story(stories, half)
    note_arrival(state.stream, stories, half)
    for i in range(stories.exemplar_count[story]):
        if leaves[i] == side:
            slot = stories.exemplars[story, i]
            for j in range(i):
                if leaves[j] == side:
                    add_to(stories.pair_sums[half], similarity[:, i, j], 1.0)
            count_channels(stories, exemplars, half, slot, 1)
            note_article(stories, exemplars, half, slot)
            stories.exemplars[half, stories.exemplar_count[half]] = slot
            stories.exemplar_count[half] += 1
    stories.size[half] = stories.exemplar_count[half]
    share = stories.exemplar_count[half] / stories.exemplar_count[story]
    add_to(stories.join_scores[half], stories.join_scores[story], share)
    add_to(stories.background_sums[half], stories.background_sums[story], share)


@allocating_part
def _separate(state, story, rest, fresh):  # type: ignore[no-untyped-def]
    """Make a story of the half in the last free slot, and let the story be what the other half describes."""
    stories, exemplars = state.stories, state.exemplars
    for i in range(stories.exemplar_count[story]):
        unlist_story(state.postings, exemplars, story, stories.exemplars[story, i])
    stories.size[story] = stories.size[rest]
    stories.language[story] = stories.language[rest]
    stories.dated_size[story] = stories.dated_size[rest]
    stories.first_time[story] = stories.first_time[rest]
    stories.last_time[story] = stories.last_time[rest]
    stories.exemplar_count[story] = stories.exemplar_count[rest]
    stories.exemplars[story, :] = stories.exemplars[rest]
    stories.pair_sums[story, :] = stories.pair_sums[rest]
    stories.channel_sizes[story, :] = stories.channel_sizes[rest]
    stories.background_sums[story, :] = stories.background_sums[rest]
    stories.join_scores[story, :] = stories.join_scores[rest]
    take_slot(state.stream, stories)
    _publish(state, fresh)
    _publish(state, story)


@allocating_part
def _publish(state, story):  # type: ignore[no-untyped-def]
    stories, exemplars = state.stories, state.exemplars
    find_centre(stories, exemplars, story)
    for i in range(stories.exemplar_count[story]):
        list_story(state.postings, exemplars, story, stories.exemplars[story, i])
    list_as_recent(state.recent, story)
