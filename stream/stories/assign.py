"""The steps an article goes through, each one compiled call: weigh, join or open, look around, merge."""

import numpy as np

from embeddings.jit import kernel, part
from stream.stories.decision.adaptive_threshold import caution, note_best
from stream.stories.decision.baseline import ranked
from stream.stories.decision.join_features import ABOVE, MAX_SCORED, join_features, note_found
from stream.stories.decision.merge_features import MAX_NEIGHBOURS, above_strangers, merge_features
from stream.stories.decision.scorer import score_rows
from stream.stories.index.clusters import absorb_story, add_article, open_story
from stream.stories.index.neighbour_links import add_links
from stream.stories.index.similarity import add_to, clear, discount, look_up, take_in
from stream.stories.index.state import MIXED, NEXT_STORY
from stream.stories.index.stream_baselines import background, note_cohesion, note_size
from stream.stories.index.time_gaps import note_tempo

STRANGERS_MARGIN = 0.1  # a story none of whose members is closer by this than strangers are cannot be joined
# At a stream's beginning no strangers are known, and what all pages say is not yet known to be common: a margin of
# FIRST_MARGIN, half way to the other when FIRST_STORIES were opened, and .12 after 300. (Falling in a straight line
# within twelve stories it let strangers chain up to 23 in a story; decision 0004.)
FIRST_MARGIN = 0.3
FIRST_STORIES = 32
MERGE_MARGIN = (
    0.18  # the same of the centres of two stories that merge; centres are closer than their members
)
# Articles of a story that count in document frequencies and in what is usual in this stream. Else the words of a
# burst become common by it, its later articles look unlike its earlier ones, and long stories become usual: of 5,000
# articles on one event 38 % met in one story before, 99.9 % of them by the same recipe after (decision 0004).
COUNTED = 32
NO_JOIN = -10.0  # the score of either, in logits: 1 in 20,000


@kernel
def weigh_article(  # type: ignore[no-untyped-def]
    tables,
    lookup,
    found,
    words,
    counts,
    leads,
    names,
    name_counts,
    vector,
    facts,
    scores,
    order,
    around,
    features,
):
    """Take an article in and measure it against the open stories: return its slot and the stories found.

    `facts`: article number, event time, dated, language, cross_language. The article stays in the lookup until
    it joins.
    """
    slot = take_in(tables, words, counts, leads, names, name_counts, vector)
    tables.article[slot] = facts[0]
    tables.time[slot] = facts[1]
    tables.when[slot] = facts[2]
    tables.language[slot] = facts[3]
    cross_language = facts[4] != 0
    look_up(tables, slot, lookup)
    count = ranked(tables, slot, lookup, found, cross_language, scores, order)
    background(tables, slot, lookup, cross_language, around)
    join_features(tables, slot, found, order, count, around, features)
    note_found(tables, found, order, count)
    return slot, count


@kernel
def join_or_open(tables, lookup, found, slot, order, place, around):  # type: ignore[no-untyped-def]
    """Record the article in the story at `place` of the order, or in a new one for -1; return the story's slot."""
    if tables.when[slot]:
        nearest_dated = found.near_story[0] >= 0 and tables.when[found.near_slot[0]] != 0
        nearest = tables.time[found.near_slot[0]] if nearest_dated else np.int64(0)
        note_tempo(tables, tables.time[slot], nearest, nearest_dated, found.near[0])
    if place < 0:
        story = open_story(tables)
    else:
        index = order[place]
        story = found.slots[index]
        similarity = found.sums[index, MIXED] / tables.kept[story]
        if tables.size[story] < COUNTED:
            note_cohesion(tables, similarity)
            note_size(tables, tables.size[story])
        tables.joined[story, 0] += 1.0
        tables.joined[story, 1] += similarity
        tables.joined[story, 2] += similarity * similarity
    for i in range(len(found.near_story)):
        if found.near_story[i] >= 0 and found.slots[found.near_story[i]] != story:
            add_links(tables, story, found.slots[found.near_story[i]], 1)
    add_to(tables.around[story], around, 1.0)
    add_article(tables, story, slot, lookup)
    clear(tables, slot, lookup)
    return story


@kernel
def place_article(  # type: ignore[no-untyped-def]
    tables,
    lookup,
    found,
    words,
    counts,
    leads,
    names,
    name_counts,
    vector,
    facts,
    scores,
    order,
    around,
    features,
    threshold,
    join_score,
    logits,
    neighbours,
    merge_features_of,
    merge_score,
    merge_logits,
):
    """All of it in one call, for the cost of a call: weigh, decide by the score, record, look around.

    Return the stories found, the place joined (-1: a new story), the story's slot, the neighbours measured, and the
    threshold as this stream has moved it. The join score decides where it has weights; else the similarity does, and
    there is no moving and no looking around.
    """
    slot, count = weigh_article(
        tables,
        lookup,
        found,
        words,
        counts,
        leads,
        names,
        name_counts,
        vector,
        facts,
        scores,
        order,
        around,
        features,
    )
    learned = len(join_score.weights) > 0
    scored = min(count, MAX_SCORED) if learned else count
    if learned:
        score_rows(join_score, features, scored, logits)
        margin = _strangers_margin(tables)
        for place in range(scored):
            if features[place, ABOVE] < margin:
                logits[place] = min(logits[place], NO_JOIN)
    else:
        for place in range(scored):
            logits[place] = scores[order[place]]
    best = np.argmax(logits[:scored]) if scored else -1
    score = logits[best] if scored else NO_JOIN
    if learned:
        threshold += caution(tables)
        note_best(tables, score)
    if score < threshold:
        best = -1
    story = join_or_open(tables, lookup, found, slot, order, best, around)
    if tables.size[story] > COUNTED:
        discount(tables, words, names)
    near = 0
    if learned and best >= 0:
        near = find_neighbours(tables, lookup, found, order, count, story, neighbours, merge_features_of)
        score_rows(merge_score, merge_features_of, near, merge_logits)
        for place in range(near):
            if above_strangers(merge_features_of[place]) < MERGE_MARGIN:
                merge_logits[place] = min(merge_logits[place], NO_JOIN)
    return count, best, story, near, threshold


@part
def _strangers_margin(tables):  # type: ignore[no-untyped-def]
    """How much closer than strangers the closest member of a story must be."""
    beginning = FIRST_STORIES / (FIRST_STORIES + tables.totals[NEXT_STORY])
    return STRANGERS_MARGIN + beginning * (FIRST_MARGIN - STRANGERS_MARGIN)


@kernel
def find_neighbours(tables, lookup, found, order, count, story, neighbours, features):  # type: ignore[no-untyped-def]
    """Hold a story against the first other stories of the order; return how many."""
    taken = 0
    for place in range(count):
        other = found.slots[order[place]]
        if other != story and tables.story[other] >= 0 and taken < MAX_NEIGHBOURS:
            neighbours[taken] = other
            taken += 1
    if taken:
        merge_features(tables, story, neighbours, taken, lookup, features)
    return taken


@kernel
def merge_stories(tables, lookup, absorbed, survivor):  # type: ignore[no-untyped-def]
    """Let one story live on in another."""
    absorb_story(tables, absorbed, survivor, lookup)
