"""The steps an article goes through, each one compiled call: weigh, join or open, look around, merge."""

from typing import NamedTuple

import numpy as np

from embeddings.jit import kernel, part
from stream.stories.decision.adaptive_threshold import count_best, threshold_shift
from stream.stories.decision.baseline import rank
from stream.stories.decision.join_features import MAX_SCORED, OVER_UNRELATED, count_found, join_features
from stream.stories.decision.merge_features import MAX_NEIGHBOURS, centres_over_unrelated, merge_features
from stream.stories.decision.scorer import ScoreArrays, has_score, score_rows
from stream.stories.index.clusters import absorb_story, add_article, free_exemplar, note_arrival, open_story
from stream.stories.index.exemplar_rows import word_count
from stream.stories.index.forms import holds_form, share_form
from stream.stories.index.lookup import enter
from stream.stories.index.neighbour_links import add_links
from stream.stories.index.postings import list_as_recent
from stream.stories.index.similarity import add_to
from stream.stories.index.span import span_of_both, span_with
from stream.stories.index.state import CHANNELS, MIXED, NEXT_STORY
from stream.stories.index.stream_baselines import count_cohesion, count_join, count_size, measure_background
from stream.stories.index.time_gaps import count_gaps
from stream.stories.index.weighing import discount, take_in

# A story none of whose members is closer by this than unrelated articles are cannot be joined.
UNRELATED_MARGIN = 0.1
# At a stream's beginning no unrelated articles are known, and what all pages say is not yet known to be common: a
# margin of FIRST_MARGIN, half way to the other when FIRST_STORIES were opened, and .12 after 300. (Falling in a
# straight line within twelve stories it let unrelated articles chain up to 23 in a story; decision 0004.)
FIRST_MARGIN = 0.3
FIRST_STORIES = 32
# The same of the centres of two stories that merge; centres are closer than their members.
MERGE_MARGIN = 0.18
# Two stories that a round-up speaks of are not closer than that. Those that one report of the development sets would
# join both of are closer by .11 and more, those of round-ups by .02 at most.
BRIDGED_MARGIN = 0.08
ROUNDUP_WORDS = 16  # distinct ones of a text that may speak of two events; headlines have 6 to 15
# Articles of a story that count in document frequencies and in the baselines of the stream. Else the words of a
# burst become common by it, its later articles look unlike its earlier ones, and long stories become typical: of
# 5,000 articles on one event 38 % met in one story before, 99.9 % of them by the same recipe after (decision 0004).
COUNTED = 32
NO_JOIN = -10.0  # the score of either, in logits: 1 in 20,000
HEADLINE_WEIGHT = 12.0  # logits for a share of 1 of a headline that is missing; see similarity.HEADLINE_FOUND
SAME_FORM = -11.0  # that of an article and a story that holds another filling of its form
NEW_STORY = -1  # the place joined, where it is none of those found


class Rules(NamedTuple):
    """By what articles join and stories merge. Without join score the similarity decides, and nothing merges."""

    threshold: float  # of joining, before the stream moves it
    cross_language: bool
    join: ScoreArrays
    merge: ScoreArrays
    span: int  # milliseconds that a story lasts at most


@kernel
def weigh_article(state, workspace, article, cross_language):  # type: ignore[no-untyped-def]
    """Take an article in and measure it against the open stories: return its slot and the stories found."""
    slot = take_in(state.stream, state.exemplars, article)
    enter(state.exemplars, slot, workspace.lookup)
    count = rank(state, slot, cross_language, workspace)
    measure_background(state, slot, workspace.lookup, workspace.background)
    join_features(state, slot, count, workspace)
    count_found(state.stream, count, workspace)
    return slot, count


@kernel
def join_or_open(state, workspace, slot, place):  # type: ignore[no-untyped-def]
    """Record the article in the story at `place` of the order, or in a new one; return the story's slot."""
    stories, candidates = state.stories, workspace.candidates
    _count_gaps(state.stream, state.exemplars, slot, candidates)
    sums = np.zeros(CHANNELS)
    if place == NEW_STORY:
        story = open_story(state.stream, stories)
    else:
        index = workspace.order[place]
        story = candidates.slots[index]
        similarity = candidates.similarity_sums[index, MIXED] / stories.exemplar_count[story]
        if stories.size[story] < COUNTED:
            count_cohesion(state.stream, similarity)
            count_size(state.stream, stories.size[story])
        count_join(stories, story, similarity)
        add_to(sums, candidates.similarity_sums[index], 1.0)
    for i in range(len(candidates.nearest_story)):
        nearest = candidates.nearest_story[i]
        if nearest >= 0 and candidates.slots[nearest] != story:
            add_links(stories, story, candidates.slots[nearest], 1)
    add_to(stories.background_sums[story], workspace.background, 1.0)
    add_article(state, story, slot, sums, workspace.lookup, workspace.pairs)
    return story


@part
def _count_gaps(stream, exemplars, slot, candidates):  # type: ignore[no-untyped-def]
    """Count the gaps in time of a dated article."""
    if exemplars.dated[slot]:
        closest = candidates.nearest_exemplar[0]
        dated = candidates.nearest_story[0] >= 0 and exemplars.dated[closest] != 0
        moment = exemplars.event_time[closest] if dated else np.int64(0)
        count_gaps(stream, exemplars.event_time[slot], moment, dated, candidates.nearest_similarity[0])


@kernel
def place_article(unboxed, article):  # type: ignore[no-untyped-def]
    """All of it in one call, for the cost of a call: weigh, decide by the score, record, look around.

    `unboxed`: state, workspace and rules.

    Return the stories found, the place joined or NEW_STORY, the story's slot, the neighbours measured, the threshold
    as this stream has moved it, and the place of the story that a new one continues, or -1. A story that the article
    would make longer than a story may be cannot be joined; where it is the best, the article founds one that goes on.
    """
    state, workspace, rules = unboxed.state, unboxed.workspace, unboxed.rules
    slot, count = weigh_article(state, workspace, article, rules.cross_language)
    learned = has_score(rules.join)
    logits = workspace.logits
    if learned:
        scored = min(count, MAX_SCORED)
        _score_joins(state.stream, workspace, rules.join, scored)
        _rule_out_form(state, workspace, article.form, scored)
    else:
        scored = count
        for place in range(scored):
            logits[place] = workspace.scores[workspace.order[place]]
    best, barred = _best_within(state, workspace, scored, state.exemplars.event_time[slot], rules.span)
    score = logits[best] if best >= 0 else NO_JOIN
    barred_score = logits[barred] if barred >= 0 else NO_JOIN
    threshold = rules.threshold
    if learned:
        threshold += threshold_shift(state.stream)
        count_best(state.stream, max(score, barred_score))
    if score < threshold:
        best = NEW_STORY
    continued = barred if best == NEW_STORY and barred_score >= threshold else -1
    if learned and best != NEW_STORY and _is_roundup(state, workspace, slot, scored, best, threshold):
        story = _set_aside(state, workspace, slot, best)
    else:
        story = join_or_open(state, workspace, slot, best)
    if state.stories.size[story] > COUNTED:
        discount(state.stream, article)
    near = 0
    if learned and best != NEW_STORY:
        near = find_neighbours(state, workspace, count, story)
        _score_merges(workspace, rules.merge, near)
    return count, best, story, near, threshold, continued


@part
def _is_roundup(state, workspace, slot, scored, best, threshold):  # type: ignore[no-untyped-def]
    """Whether a text would join, beside its best story, another that has nothing to do with it: it is about both."""
    logits, order, slots = workspace.logits, workspace.order, workspace.candidates.slots
    other = -1
    for place in range(scored):
        if place != best and logits[place] >= threshold and (other < 0 or logits[place] > logits[other]):
            other = place
    if other < 0 or word_count(state.exemplars, slot) < ROUNDUP_WORDS:
        return False
    workspace.neighbours[0] = slots[order[other]]
    merge_features(state, slots[order[best]], workspace.neighbours, 1, workspace)
    return centres_over_unrelated(workspace.merge_features[0]) < BRIDGED_MARGIN


@part
def _set_aside(state, workspace, slot, place):  # type: ignore[no-untyped-def]
    """Let an article lie in the story at `place` of the order as a copy does: nothing is compared with it."""
    story = workspace.candidates.slots[workspace.order[place]]
    note_arrival(state.stream, state.stories, story)
    list_as_recent(state.recent, story)
    free_exemplar(state.exemplars, slot)
    return story


@part
def _best_within(state, workspace, scored, moment, span):  # type: ignore[no-untyped-def]
    """The places of the best story that an article of this moment may join, and of the best it may not; or -1."""
    logits = workspace.logits
    best = barred = -1
    for place in range(scored):
        story = workspace.candidates.slots[workspace.order[place]]
        if span_with(state, story, moment) > span:
            if barred < 0 or logits[place] > logits[barred]:
                barred = place
        elif best < 0 or logits[place] > logits[best]:
            best = place
    return best, barred


@part
def _score_joins(stream, workspace, score, scored):  # type: ignore[no-untyped-def]
    """Score the first stories of the order; none that is hardly closer than unrelated ones can be joined.

    Reports on two events may share a background; of one event, a text has what the other's headline says.
    """
    features, logits = workspace.features, workspace.logits
    score_rows(score, features, scored, logits)
    beginning = FIRST_STORIES / (FIRST_STORIES + stream.counters[NEXT_STORY])
    margin = UNRELATED_MARGIN + beginning * (FIRST_MARGIN - UNRELATED_MARGIN)
    for place in range(scored):
        logits[place] += HEADLINE_WEIGHT * min(0.0, workspace.candidates.headline[workspace.order[place]])
        if features[place, OVER_UNRELATED] < margin:
            logits[place] = min(logits[place], NO_JOIN)


@part
def _rule_out_form(state, workspace, form, scored):  # type: ignore[no-untyped-def]
    """A text that only fills a form is alike to all its other fillings, whatever they are about."""
    for place in range(scored):
        if holds_form(state, workspace.candidates.slots[workspace.order[place]], form):
            workspace.logits[place] = SAME_FORM


@part
def _score_merges(workspace, score, near):  # type: ignore[no-untyped-def]
    features, logits = workspace.merge_features, workspace.merge_logits
    score_rows(score, features, near, logits)
    for place in range(near):
        if centres_over_unrelated(features[place]) < MERGE_MARGIN:
            logits[place] = min(logits[place], NO_JOIN)


@kernel
def find_neighbours(state, workspace, count, story):  # type: ignore[no-untyped-def]
    """Measure a story against the first other stories of the order; return how many."""
    neighbours = workspace.neighbours
    taken = 0
    for place in range(count):
        other = workspace.candidates.slots[workspace.order[place]]
        if other == story or state.stories.number[other] < 0 or taken == MAX_NEIGHBOURS:
            continue
        if not share_form(state, story, other):
            neighbours[taken] = other
            taken += 1
    if taken:
        merge_features(state, story, neighbours, taken, workspace)
    return taken


@kernel
def measure_span(state, one, other):  # type: ignore[no-untyped-def]
    """Milliseconds that two stories would last as one."""
    return span_of_both(state, one, other)


@kernel
def merge_stories(state, workspace, absorbed, survivor):  # type: ignore[no-untyped-def]
    """Let one story live on in another."""
    absorb_story(state, absorbed, survivor, workspace.lookup, workspace.pairs)
