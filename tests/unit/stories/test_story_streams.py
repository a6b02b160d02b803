"""What a whole stream shows: good stories, replays that repeat, bounded cost, a knob that works."""

import random
from collections import Counter
from math import log

import numpy as np
import pytest

from stream.evaluation.measures import b_cubed
from stream.stories.assign import COUNTED
from stream.stories.decision.join_features import GROWN
from stream.stories.index.pair_memory import new_pair_memory
from stream.stories.index.state import BASELINE_COUNT, BASELINE_SUM, COHESION_BASELINE, SIZE_BASELINE
from stream.stories.results import Factor
from stream.stories.settings import StorySettings
from stream.stories.story_index import StoryIndex
from stream.stories.text.evidence import evidence_of
from stream.training.assignments import Placements
from tests.support.story_newsroom import DIMENSIONS, HOUR, START, direction, schedule, send, send_bridge, word

EVENTS, ARTICLES = 60, 360


def fold(settings: StorySettings, plan, restart_at: int | None = None):
    """First and repaired story of each article, and all decisions."""
    index = StoryIndex(settings, DIMENSIONS)
    decisions, placements = [], Placements()
    for number, (event, hours) in enumerate(plan):
        if number == restart_at:
            index = StoryIndex.restore(settings, DIMENSIONS, index.snapshot())
        decision = send(index, number, event, hours)
        decisions.append(decision)
        placements.place(decision.story)
        if decision.split:
            placements.split(decision.split.leaving, decision.split.fresh)
        for merge in decision.merges:
            placements.merge(merge.absorbed, merge.survivor)
    return decisions, placements.repaired()


def agreement(plan, stories):
    true = {str(i): str(event) for i, (event, _) in enumerate(plan)}
    return b_cubed(true, {str(i): str(story) for i, story in enumerate(stories)})


@pytest.fixture(scope="module")
def plan():
    return schedule(EVENTS, ARTICLES, seed=3)


@pytest.mark.parametrize("decision", ["learned", "rule"])
def test_reports_of_one_event_meet_in_one_story(plan, decision):
    _, repaired = fold(StorySettings(decision=decision), plan)
    assert agreement(plan, repaired).f1 > 0.9


def test_unrelated_articles_do_not_snowball():
    lonely = [(event, event * 0.2) for event in range(400)]
    _, repaired = fold(StorySettings(), lonely)
    assert max(Counter(repaired).values()) <= 2


def with_boilerplate(words: int) -> str:
    """What every page of a site says beside its own text: so many words, and two owners by name."""
    boilerplate = " ".join(word(random.Random(9_000 + n), 4) for n in range(words))
    owners = " and ".join(word(random.Random(9_500 + n), 4).capitalize() for n in range(2))
    return f"{boilerplate} for {owners}."


def own_text(page: int) -> str:
    return " ".join(word(random.Random(100 * page + n), 5) for n in range(80))


def test_pages_of_one_site_do_not_chain_by_their_boilerplate_when_nothing_else_is_known():
    index = StoryIndex(StorySettings(), DIMENSIONS)
    stories = []
    for number in range(60):
        own = own_text(number)
        evidence = evidence_of(own[:40], f"{own}. {with_boilerplate(30)}", "en")
        moment = START + number * HOUR
        stories.append(index.assign(number, evidence, direction(number, 0), moment, True, "en").story)
    assert max(Counter(stories).values()) <= 3


def test_pages_of_one_site_among_other_news_do_not_chain_by_what_they_all_begin_with():
    index = StoryIndex(StorySettings(), DIMENSIONS)
    for number in range(200):
        send(index, number, number // 3, number / 10)
    stories = []
    for page in range(60):
        number, hours = 200 + 3 * page, 20 + page
        send(index, number, 1_000 + page // 2, hours)
        send(index, number + 1, 1_000 + page // 2, hours)
        own = own_text(page)
        evidence = evidence_of(own[:40], f"{with_boilerplate(15)} {own}.", "en")
        vector = direction(50_000 + page, 0)
        stories.append(index.assign(number + 2, evidence, vector, START + hours * HOUR, True, "en").story)
    assert max(Counter(stories).values()) <= 3


def test_the_typical_size_follows_the_stories_that_articles_join():
    few, many = StoryIndex(StorySettings(), DIMENSIONS), StoryIndex(StorySettings(), DIMENSIONS)
    for number in range(120):
        send(few, number, number // 3, number)  # three reports an event
        send(many, number, 1, number / 10)
    assert typical_size(few) < log(3) < typical_size(many)


def typical_size(index: StoryIndex) -> float:
    baselines = index.snapshot()["stream.baselines"]
    return baselines[SIZE_BASELINE, BASELINE_SUM] / baselines[SIZE_BASELINE, BASELINE_COUNT]


@pytest.mark.parametrize("restart_at", [1, 7, 180])
def test_a_restored_index_decides_as_the_one_that_was_never_stopped(plan, restart_at):
    uninterrupted, _ = fold(StorySettings(), plan)
    restarted, _ = fold(StorySettings(), plan, restart_at)
    assert restarted == uninterrupted


def test_a_snapshot_is_not_changed_by_what_comes_after(plan):
    index = StoryIndex(StorySettings(), DIMENSIONS)
    for number, (event, hours) in enumerate(plan[:50]):
        send(index, number, event, hours)
    snapshot = index.snapshot()
    kept = {name: array.copy() for name, array in snapshot.items()}
    for number, (event, hours) in enumerate(plan[50:90], 50):
        send(index, number, event, hours)
    assert all(np.array_equal(snapshot[name], kept[name]) for name in kept)


def test_coarser_granularity_never_gives_more_stories(plan):
    counts = [
        len(set(fold(StorySettings(granularity=granularity), plan)[1]))
        for granularity in (0.02, 0.2, 0.5, 0.8, 0.98)
    ]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


def test_every_decision_explains_itself(plan):
    decisions, _ = fold(StorySettings(), plan)
    joined = [decision for decision in decisions if not decision.created]
    assert all(decision.score >= decision.threshold for decision in joined)
    assert all(decision.factors and decision.factors[0].weight != 0 for decision in joined)
    assert all(decision.rival is None or decision.rival.story != decision.story for decision in joined)


def test_reports_that_tell_of_both_sides_merge_two_stories_into_the_older():
    index = StoryIndex(StorySettings(), DIMENSIONS)
    decisions = send_bridge(index)
    merges = [merge for decision in decisions for merge in decision.merges]
    assert [(merge.absorbed, merge.survivor) for merge in merges] == [(1, 0)]
    assert merges[0].score >= merges[0].threshold
    assert merges[0].factors
    assert decisions[2].story == 1
    assert decisions[-1].story == 0
    assert index.open_stories == 1


def test_a_burst_on_one_event_stays_one_story_of_bounded_memory():
    index = StoryIndex(StorySettings(), DIMENSIONS)
    stories = {send(index, number, 1, number / 400).story for number in range(400)}
    assert len(stories) == 1
    before = index.bytes
    for number in range(400, 1500):
        send(index, number, 1, number / 400)
    assert index.bytes == before


def test_two_events_that_share_nothing_stay_two_however_few_stories_are_open():
    index = StoryIndex(StorySettings(granularity=0.95), DIMENSIONS)
    decisions = [send(index, number, number % 2, number / 4) for number in range(24)]
    assert not [merge for decision in decisions for merge in decision.merges]
    assert index.open_stories == 2


def test_a_burst_among_small_stories_stays_one_story_and_is_not_punished_for_growing():
    index = StoryIndex(StorySettings(), DIMENSIONS)
    for number in range(400):
        send(index, number, number // 4, number / 10)
    burst = [send(index, 400 + number, 9_999, 40 + number / 400) for number in range(600)]
    assert max(Counter(decision.story for decision in burst).values()) > 0.95 * len(burst)
    growth = [value_of("story_size_over_typical", decision.factors) for decision in burst[1:]]
    assert max(growth) == GROWN


def test_neither_the_words_nor_the_size_of_a_burst_become_typical_by_it():
    index = StoryIndex(StorySettings(), DIMENSIONS)
    counted = []
    for number in range(100):
        send(index, number, 1, number / 400)
        snapshot = index.snapshot()
        frequencies = (snapshot[f"stream.{kind}_frequencies.counts"].sum() for kind in ("word", "name"))
        counted.append((*frequencies, *snapshot["stream.baselines"][[SIZE_BASELINE, COHESION_BASELINE], 0]))
    assert len(set(counted[:COUNTED])) == COUNTED
    assert set(counted[COUNTED:]) == {counted[COUNTED - 1]}


def test_a_splinter_that_merges_counts_as_small_however_large_the_other_story_is():
    index = StoryIndex(StorySettings(), DIMENSIONS)
    decisions = send_bridge(index)
    (merged,) = [place for place, decision in enumerate(decisions) if decision.merges]
    (merge,) = decisions[merged].merges
    sizes = Counter(decision.story for decision in decisions[: merged + 1]).values()
    assert min(sizes) == 2 < max(sizes)
    assert value_of("smaller_size", merge.factors) == pytest.approx(log(2), abs=1e-4)
    assert value_of("larger_size", merge.factors) == pytest.approx(log(min(5, max(sizes))), abs=1e-4)
    assert value_of("smaller_size_over_typical", merge.factors) < 0


def value_of(name: str, factors: tuple[Factor, ...]) -> float:
    return next(factor.value for factor in factors if factor.name == name)


def test_decisions_are_the_same_without_the_memory_of_pairs(plan):
    settings = StorySettings()
    with_memory, _ = fold(settings, plan)
    without = StoryIndex(settings, DIMENSIONS)
    for number, (event, hours) in enumerate(plan):
        pairs = without._engine.workspace.pairs
        without._engine.workspace = without._engine.workspace._replace(pairs=new_pair_memory())
        assert send(without, number, event, hours) == with_memory[number]
    assert (pairs.rows[:, 0] >= 0).any()  # pairs were compared
