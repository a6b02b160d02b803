"""What heads many different headlines is no evidence; what heads one headline of many outlets is."""

import json
from pathlib import Path

import numpy as np

from stream.evaluation.offline import replay_file
from stream.settings import Settings
from stream.stories.series import HEADS, SERIES_HEADLINES, Series
from stream.stories.text.evidence import Evidence, evidence_of

LOGGED = 1_800_000_000_000
REGATTA = (
    (
        "Ferrand leads the dinghies after two races",
        "Ferrand still ahead as dinghies race twice",
        "Ferrand first in both dinghy races",
    ),
    (
        "Windsurfers wait for a breeze until evening",
        "Windsurfers sent home as breeze stays away",
        "No breeze, windsurfers kept ashore",
    ),
    (
        "Kholt breaks mast in the mixed final",
        "Broken mast costs Kholt the mixed final",
        "Mast snaps, Kholt out of mixed final",
    ),
    (
        "Jury throws out protest of the Valdrians",
        "Protest of the Valdrians is thrown out",
        "Valdrians lose protest before jury",
    ),
    (
        "Whale crosses the course of the catamarans",
        "Catamarans stopped as whale crosses course",
        "Whale halts the catamarans",
    ),
    (
        "Coach Brandvold taken to hospital",
        "Brandvold, coach of the juniors, in hospital",
        "Hospital keeps coach Brandvold overnight",
    ),
    (
        "Spectator boat rams the finishing buoy",
        "Finishing buoy sunk by a spectator boat",
        "Spectators ram buoy at the finish",
    ),
    (
        "Reimers wins keelboat gold at fifty",
        "Gold at fifty: Reimers wins keelboats",
        "Keelboat gold goes to Reimers",
    ),
)
UPDATES = (
    "Ferry aground off Selmo",
    "Frost ruins the apricots of Sandvale",
    "Brakes of the tram were in order",
    "Minister answers on school meals",
)


def series_of(*headlines: str) -> Series:
    series = Series()
    for headline in headlines:
        series.count(headline, None)
    return series


def without_ends(series: Series, title: str, text: str = "") -> Evidence:
    return series.without_ends(evidence_of(title, text, "en"), title, None, "en")


def comparable(evidence: Evidence) -> tuple[bytes, ...]:
    return (
        evidence.terms,
        evidence.counts,
        evidence.leads,
        evidence.titles,
        evidence.names,
        evidence.name_counts,
    )


def test_a_series_begins_with_as_many_different_headlines():
    series = series_of(*(f"Harbour Latest: {update}" for update in UPDATES[:-1]))
    title = f"Harbour Latest: {UPDATES[-1]}"
    assert without_ends(series, title) == evidence_of(title, "", "en")
    series.count(title, None)
    assert comparable(without_ends(series, title)) == comparable(evidence_of(UPDATES[-1], "", "en"))
    assert len(UPDATES) == SERIES_HEADLINES


def test_one_headline_in_many_outlets_makes_no_series():
    outlets = ("Coast Post", "Valley Echo", "Metro Dispatch", "Evening Globe", "Plain Times")
    series = series_of(*(f"Harbour Latest: {UPDATES[0]} | {outlet}" for outlet in outlets))
    title = f"Harbour Latest: {UPDATES[0]}"
    assert without_ends(series, title) == evidence_of(title, "", "en")


def test_the_name_of_an_outlet_after_many_headlines_is_no_evidence():
    series = series_of(*(f"{update} - Coast Post" for update in UPDATES[:-1]))
    title = f"{UPDATES[-1]} - Coast Post"
    assert without_ends(series, title) == evidence_of(title, "", "en")
    series.count(title, None)
    assert comparable(without_ends(series, title)) == comparable(evidence_of(UPDATES[-1], "", "en"))
    headed = f"Coast Post: {UPDATES[0]}"  # as a head it is another thing
    assert without_ends(series, headed) == evidence_of(headed, "", "en")


def test_what_the_text_itself_says_of_the_head_stays():
    series = series_of(*(f"Sandvale: {update}" for update in UPDATES))
    text = "Growers in Sandvale lost their apricots. The frost came to Sandvale in May."
    stays = without_ends(series, f"Sandvale: {UPDATES[1]}", text)
    assert comparable(stays) == comparable(evidence_of(UPDATES[1], text, "en"))


def test_what_stands_alone_or_heads_a_headline_at_length_is_no_series():
    long = "What the people of the harbour say today"
    series = series_of(*UPDATES, *(f"{long}: {update}" for update in UPDATES))
    for title in (UPDATES[0], f"{long}: {UPDATES[0]}", "Harbour Latest: "):
        assert without_ends(series, title) == evidence_of(title, "", "en")


RECIPES = (
    "Cut two leeks into rings, fry them in butter and stir in four eggs and a cup of cream.",
    "Boil the chickpeas with garlic and bay leaves, then mash them with lemon and sesame paste.",
)


def test_a_headline_that_an_outlet_puts_over_another_text_is_no_evidence_from_then_on():
    series, title = Series(), "Recipe of the day"
    first, second = (evidence_of(title, recipe, "en") for recipe in RECIPES)
    series.count(title, "Kitchen Page")
    assert series.without_ends(first, title, "Kitchen Page", "en") == first
    series.count(title, "Kitchen Page")
    bare = series.without_ends(second, title, "Kitchen Page", "en")
    assert comparable(bare) == comparable(evidence_of("", RECIPES[1], "en"))


def test_a_headline_that_two_outlets_share_stays_evidence():
    series, title = Series(), "Leek prices rise after frost"
    for outlet in ("Kitchen Page", "Coast Post", None, None):
        series.count(title, outlet)
        report = evidence_of(title, RECIPES[0], "en")
        assert series.without_ends(report, title, outlet, "en") == report


def test_a_headline_that_says_nothing_else_keeps_its_words():
    series = series_of(*(f"Harbour Latest: {update}" for update in UPDATES))
    assert without_ends(series, "Harbour Latest: 9") == evidence_of("Harbour Latest: 9", "", "en")


def test_a_restored_series_goes_on_and_the_head_seen_longest_ago_is_forgotten():
    series = series_of(*(f"Harbour Latest: {update}" for update in UPDATES))
    series = Series.restore(series.snapshot())
    title = f"Harbour Latest: {UPDATES[0]}"
    assert without_ends(series, title) != evidence_of(title, "", "en")
    for number in range(HEADS):
        series.count(f"Head {number}: rest", f"Outlet {number % 7}")
    assert without_ends(series, title) == evidence_of(title, "", "en")
    arrays = series.snapshot()
    assert len(arrays["heads"]) == len(arrays["outlet_headlines"]) == HEADS
    assert all(
        np.array_equal(array, again)
        for array, again in zip(arrays.values(), Series.restore(arrays).snapshot().values(), strict=True)
    )


def test_an_agencys_updates_on_many_events_do_not_chain_by_what_heads_them(tmp_path: Path):
    updates = [
        (45 * event + 20 * report, f"{event}-{report}", headline)
        for event, headlines in enumerate(REGATTA)
        for report, headline in enumerate(headlines)
    ]
    file = tmp_path / "regatta.jsonl"
    with file.open("w", encoding="utf8") as lines:
        for minutes, name, headline in sorted(updates):
            published = f"2026-06-01T{6 + minutes // 60:02d}:{minutes % 60:02d}:00Z"
            line = {
                "id": name,
                "title": f"Regatta Latest: {headline}",
                "published_at": published,
                "language": "en",
            }
            lines.write(json.dumps(line) + "\n")
    stories: dict[str, set[str]] = {}
    for one in replay_file(file, Settings(), LOGGED, lambda _: None).assignments:
        stories.setdefault(str(one.story_id), set()).add(one.article_id)
    assert sorted(map(sorted, stories.values())) == [
        [f"{event}-{report}" for report in range(3)] for event in range(len(REGATTA))
    ]
