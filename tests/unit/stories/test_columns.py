"""The instalments of a column are about one thing each, however alike they are."""

import json
from pathlib import Path

from stream.evaluation.offline import replay_file
from stream.settings import Settings
from stream.stories.columns import COLUMNS, Columns

LOGGED = 1_800_000_000_000
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday")
TIDES = (
    "Selmo: high water at six, low at noon. Thornby: a swell from the north. Ostvik: mind the groyne at dusk.",
    "Selmo: high water at seven, low at one. Thornby: calm and clear. Ostvik: seals on the bar, keep off.",
    "Selmo: high water at eight, low at two. Thornby: fog until ten. Ostvik: the bar can be crossed on foot.",
    "Selmo: high water at nine, low at three. Thornby: gusts by night. Ostvik: no bathing near the sluice.",
)


def stories_of(tmp_path: Path, outlets: tuple[str, ...], titles: tuple[str, ...]) -> list[str]:
    """The story of each of the four texts."""
    articles = tmp_path / "articles.jsonl"
    lines = [
        {"id": str(day), "title": title, "text": text, "source": outlet, "language": "en",
         "published_at": f"2026-06-0{day + 1}T06:00:00Z"}
        for day, (title, text, outlet) in enumerate(zip(titles, TIDES, outlets, strict=True))
    ]  # fmt: skip
    articles.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    replayed = replay_file(articles, Settings(), LOGGED, lambda _: None)
    found = {one.article_id: str(one.story_id) for one in replayed.assignments}
    return [found[str(day)] for day in range(len(TIDES))]


def test_an_outlets_daily_column_is_a_story_a_day(tmp_path):
    titles = tuple(f"Your tides for {day}" for day in DAYS)
    assert len(set(stories_of(tmp_path, ("Coast Post",) * 4, titles))) == 4


def test_an_instalment_has_the_form_of_the_first():
    columns = Columns()
    assert columns.form_of("Your tides for Monday", "Coast Post", "en", 7) == 7
    assert columns.form_of("Your tides for Friday", "Coast Post", "en", 9) == 7
    assert columns.form_of("Your tides for Friday", "Plain Times", "en", 11) == 11
    assert columns.form_of("Your tides for Friday", None, "en", 12) is None
    assert columns.form_of("Ferry of Selmo stays in port until Friday", "Coast Post", "en", 13) is None


def test_columns_are_restored_as_they_were():
    columns = Columns()
    for number in range(3):
        columns.form_of(f"The Long Ladder {number}, episode 1: swans", "Coast Post", "en", number)
    restored = Columns.restore(columns.snapshot())
    for number in range(3):
        title = f"The Long Ladder {number}, episode 2: eels"
        assert restored.form_of(title, "Coast Post", "en", 99) == number


def test_the_column_seen_longest_ago_gives_way():
    columns = Columns()
    for number in range(COLUMNS + 1):
        columns.form_of("Monday", f"outlet {number}", "en", number)
    assert columns.form_of("Tuesday", "outlet 0", "en", 99_999) == 99_999
    assert columns.form_of("Tuesday", f"outlet {COLUMNS}", "en", 99_999) == COLUMNS
