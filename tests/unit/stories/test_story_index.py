import numpy as np
import pytest
from msgspec.structs import replace

from stream.errors import ModelMismatchError
from stream.stories.settings import StorySettings
from stream.stories.story_index import StoryIndex
from stream.stories.text.evidence import evidence_of
from tests.support.exemplars import kept_of

HOUR = 3_600_000
DIMENSIONS = 8
START = 1_700_000_000_000

QUAKE = "Strong earthquake shakes Valparaiso harbour, thousands leave their homes"
QUAKE_LATER = "Valparaiso earthquake: harbour closed, homes damaged after strong shaking"
STRIKE = "Rail workers of Norrland begin a three day strike over night shifts"


def vector(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(-127, 128, DIMENSIONS).astype(np.int8)


@pytest.fixture
def index() -> StoryIndex:
    return StoryIndex(StorySettings(), DIMENSIONS)


def assign(index, number, title, hours=0, language="en", dated=True, seed=0):
    evidence = evidence_of(title, "", language)
    return index.assign(number, evidence, vector(seed), START + hours * HOUR, dated, language)


def test_the_first_article_begins_a_story(index):
    decision = assign(index, 0, QUAKE)
    assert decision.created
    assert decision.story == 0
    assert index.open_stories == 1


def test_a_report_of_the_same_event_joins_and_one_of_another_does_not(index):
    assign(index, 0, QUAKE)
    joined = assign(index, 1, QUAKE_LATER, hours=2)
    other = assign(index, 2, STRIKE, hours=3, seed=5)
    assert (joined.story, joined.created) == (0, False)
    assert joined.score >= joined.threshold
    assert (other.story, other.created) == (1, True)


def test_without_a_multilingual_encoder_languages_stay_apart(index):
    assign(index, 0, QUAKE, language="en")
    assert assign(index, 1, QUAKE, language="es").created


def test_with_a_multilingual_encoder_languages_join():
    index = StoryIndex(StorySettings(cross_language=True), DIMENSIONS)
    assign(index, 0, QUAKE, language="en")
    assert assign(index, 1, "Un fuerte terremoto sacude Valparaíso", hours=1, language="es").story == 0


def test_a_story_idle_for_longer_than_the_window_is_closed(index):
    assign(index, 0, QUAKE)
    assign(index, 1, STRIKE, hours=100, seed=5)
    window = StorySettings().window
    assert index.close_idle(START + window) == []
    assert index.close_idle(START + window + 1) == [0]
    assert assign(index, 2, QUAKE_LATER, hours=101).story == 2


def test_a_copy_keeps_its_story_open(index):
    assign(index, 0, QUAKE)
    index.add_copy(0, leader=0, event_time=START + 24 * HOUR)
    assert index.close_idle(START + StorySettings().window + HOUR) == []


def test_a_backfilled_article_opens_a_story_that_lives_a_whole_window(index):
    assign(index, 0, STRIKE, hours=24 * 365, seed=5)
    index.tick(START + 24 * 365 * HOUR)
    assign(index, 1, QUAKE, hours=0)
    assert index.close_idle(START + 24 * 365 * HOUR) == []
    assert assign(index, 2, QUAKE_LATER, hours=1).story == 1


def test_a_story_begun_by_a_clock_that_was_ahead_is_idle_when_its_last_article_says(index):
    assign(index, 0, QUAKE, hours=24 * 365)
    index.tick(START)
    index.add_copy(0, leader=0, event_time=START)
    assert index.close_idle(START + StorySettings().window) == []
    assert index.close_idle(START + StorySettings().window + 1) == [0]


def test_a_closed_story_takes_no_more_articles(index):
    assign(index, 0, QUAKE)
    index.close(0)
    assert index.open_stories == 0
    assert assign(index, 1, QUAKE, hours=1).created


def test_nothing_is_compared_with_a_withdrawn_article(index):
    assign(index, 0, QUAKE)
    assign(index, 1, QUAKE_LATER, hours=2)
    index.withdraw(0, 1)
    after_withdrawal = assign(index, 2, QUAKE_LATER, hours=3)
    never_there = StoryIndex(StorySettings(), DIMENSIONS)
    assign(never_there, 0, QUAKE)
    assert after_withdrawal.story == 0
    expected = assign(never_there, 2, QUAKE_LATER, hours=3).centrality
    assert after_withdrawal.centrality == pytest.approx(expected, abs=0.02)  # its words stay counted


def test_a_story_whose_only_report_was_withdrawn_lives_on_for_its_copies(index):
    assign(index, 0, QUAKE)
    index.withdraw(0, 0)
    assert assign(index, 1, QUAKE_LATER, hours=2).story == 0


def test_a_checkpoint_of_other_dimensions_is_refused(index):
    with pytest.raises(ModelMismatchError, match="8 dimensions"):
        StoryIndex.restore(StorySettings(), 16, index.snapshot())


def test_two_fillings_of_one_form_are_two_stories_and_another_report_finds_its_own(index):
    def fill(number, title, form, hours):
        evidence = evidence_of(title, "", "en")
        return index.assign(number, evidence, vector(0), START + hours * HOUR, True, "en", form)

    first = fill(0, QUAKE, None, 0)
    other = fill(1, QUAKE.replace("Valparaiso", "Coquimbo"), 0, 1)
    assert (first.created, other.created) == (True, True)
    assert other.factors[0].name == "same_form"
    assert fill(2, QUAKE_LATER.replace("Valparaiso", "Coquimbo"), None, 2).story == other.story


TALKS = (
    "Moldova proposes negotiators meet in Lausanne after gas dispute with Russia",
    "Moldova proposes that negotiators meet in Lausanne next week, its energy minister said, to settle who pays for "
    "gas that was never delivered. Negotiators last met in Lausanne in spring and parted without a timetable.",
)
ARMS_PROBE = (
    "Bulgaria inspects howitzer shipments, angering Russia",
    "Bulgaria inspects howitzer shipments that left the port of Burgas under false papers, prosecutors said. The "
    "howitzer barrels had been declared as drilling equipment, and two customs officers were suspended on Tuesday.",
)


def score_of_arms_probe(in_title):
    """The decision on the report on arms beside that on talks, with or without marks of what is in the title."""
    index = StoryIndex(StorySettings(), DIMENSIONS)
    for number, (title, text) in enumerate((TALKS, ARMS_PROBE)):
        evidence = evidence_of(title, text, "en")
        evidence = evidence if in_title else replace(evidence, titles=b"")
        decision = index.assign(number, evidence, vector(0), START + number * HOUR, True, "en")
    return decision


def test_a_headline_that_is_missing_in_the_other_text_speaks_against_one_event():
    known, unknown = score_of_arms_probe(in_title=True), score_of_arms_probe(in_title=False)
    missing = {factor.name: factor.weight for factor in known.factors}.get("headline_not_found", 0.0)
    assert missing < 0.0
    assert "headline_not_found" not in [factor.name for factor in unknown.factors]


def test_what_labels_two_headlines_and_stands_in_neither_text_is_not_their_subject():
    report = (
        "{who} reported revenue of {sum} million crowns and said that its {what} had sold well in {where}."
    )
    fillings = (
        ("Aldine Looms", "612", "carpets", "the mountain provinces, where a cold winter emptied every shop"),
        (
            "Quarrel Foods",
            "109",
            "yoghurt",
            "three of four markets although shoppers turned to cheaper brands",
        ),
    )
    index = StoryIndex(StorySettings(), DIMENSIONS)
    for number, (who, total, what, where) in enumerate(fillings):
        text = report.format(who=who, sum=total, what=what, where=where)
        evidence = evidence_of(f"Third quarter in brief: {who}", text, "en")
        decision = index.assign(number, evidence, vector(0), START + number * HOUR, True, "en")
    weights = {factor.name: factor.weight for factor in decision.factors}
    assert weights.get("headline_not_found", 0.0) < 0.0


ARMS_PROBE_IN_FRENCH = (
    "La Bulgarie contrôle des livraisons d'obusiers et fâche la Russie",
    "La Bulgarie a contrôlé des livraisons d'obusiers parties du port de Bourgas avec de faux papiers. Les tubes "
    "avaient été déclarés comme du matériel de forage et deux douaniers ont été suspendus mardi.",
)


def test_the_words_of_a_headline_are_not_looked_for_in_another_language():
    index = StoryIndex(StorySettings(cross_language=True), DIMENSIONS)
    for number, ((title, text), language) in enumerate(((ARMS_PROBE, "en"), (ARMS_PROBE_IN_FRENCH, "fr"))):
        evidence = evidence_of(title, text, language)
        decision = index.assign(number, evidence, vector(0), START, True, language)
    assert decision.story == 0
    assert "headline_not_found" not in [factor.name for factor in decision.factors]


def test_how_rare_a_word_is_depends_on_the_articles_of_its_language():
    alone, beside = (StoryIndex(StorySettings(), DIMENSIONS) for _ in range(2))
    for number in range(20):  # among them the same words, as of another language
        assign(beside, number, f"{QUAKE} {number}", language="en" if number % 2 else "de", seed=number)
    weights = []
    for index, first in ((alone, 0), (beside, 20)):
        for number, title in enumerate((QUAKE, STRIKE, QUAKE_LATER)):
            assign(index, first + number, title, language="es", seed=100 + number)
        arrays = index.snapshot()
        slot = int(np.flatnonzero(arrays["exemplars.article"] == first + 2)[0])
        weights.append(kept_of(arrays, slot))
    assert weights[0].words
    assert weights[0] == weights[1]
