"""A headline that is a column's name and its date leaves the text to decide."""

import json
from pathlib import Path

import msgspec
import pytest

from embeddings.encoder import EncoderSettings, load_encoder
from stream.articles.page import report_of
from stream.articles.standing_headline import column_of, is_standing
from stream.embed.record import EmbeddedArticle, Origin
from stream.embed.stage import Embedder, Incoming
from stream.evaluation.offline import replay_file
from stream.observability.metrics import Metrics
from stream.settings import Settings
from stream.stories.text.evidence import evidence_of

LETTERS = (
    "Tonight: the ferries of Selmo stay in port. A juggler is elected in Thornby. The price of eggs.",
    "Tonight: nine hours of debate on the forest law. Handball, Lares against Cabal. Fog until noon.",
    "Tonight: a door goes home to Torvik. Insurers count what the hail broke. Look for meteors.",
    "Tonight: how a cellist got through customs. Apricots are late. The minutes of the central bank.",
)


@pytest.mark.parametrize(
    ("headline", "language"),
    [
        ("Evening letter: Friday 5 June", "en"),
        ("Press review, May 12, 2026", None),
        ("Monday", "en"),
        ("Der Morgen am Montag, 1. Juni 2026", "de"),
        ("Le point du lundi 1er juin", "fr"),
        ("Resumen del 1 de junio de 2026", "es"),
        ("Обзор прессы: понедельник, 1 июня", "ru"),
    ],
)
def test_a_date_and_a_name_beside_it_say_nothing(headline: str, language: str | None):
    assert is_standing(headline, language)


@pytest.mark.parametrize(
    ("headline", "language"),
    [
        ("Ferry aground off Selmo on Monday night", "en"),
        ("Thousands march in Selmo", "en"),
        ("May answers", "en"),
        ("Evening letter", "en"),
        ("12 hurt", "en"),
        ("", "en"),
        ("Monday", "xx-nonsense"),
    ],
)
def test_whatever_says_more_or_has_no_date_is_a_headline(headline: str, language: str | None):
    assert is_standing(headline, language) == (headline == "Monday")  # English dates are known everywhere


def test_the_text_under_it_stays_whatever_its_words_are():
    headline = "Evening letter: Friday 5 June"
    assert report_of(headline, LETTERS[0]) == LETTERS[0]
    assert report_of("Evening letter: ministers resign", LETTERS[0]) == ""


def test_the_text_alone_is_compared():
    embedder = Embedder(load_encoder(EncoderSettings()), 1 << 20, Metrics())
    sent = [
        {"id": "a", "title": "Evening letter: Friday 5 June", "text": LETTERS[0], "language": "en"},
        {"id": "b", "title": "", "text": LETTERS[0], "language": "en"},
        {"id": "c", "title": "Evening letter: Friday 5 June", "text": "", "language": "en"},
    ]
    records = embedder.embed(
        [
            Incoming(None, msgspec.json.encode(one), Origin(0, n), 1_770_000_000_000)
            for n, one in enumerate(sent)
        ]
    )
    named, nameless, empty = (one for one in records if isinstance(one, EmbeddedArticle))
    assert (named.evidence, named.vector) == (nameless.evidence, nameless.vector)
    assert named.title == sent[0]["title"]
    assert empty.evidence == evidence_of(sent[2]["title"], "", "en")


def test_the_letters_of_four_days_are_no_story(tmp_path: Path):
    file = tmp_path / "letters.jsonl"
    with file.open("w", encoding="utf8") as lines:
        for n, text in enumerate(LETTERS):
            headline = f"Evening letter: {('Monday', 'Tuesday', 'Wednesday', 'Thursday')[n]} {n + 1} June"
            line = {
                "id": f"{n}",
                "title": headline,
                "text": text,
                "published_at": f"2026-06-0{n + 1}T18:00:00Z",
            }
            lines.write(json.dumps(line) + "\n")
    replayed = replay_file(file, Settings(), 1_800_000_000_000, lambda _: None)
    assert len({one.story_id for one in replayed.assignments}) == len(LETTERS)


@pytest.mark.parametrize(
    ("headline", "language", "column"),
    [
        ("Evening letter: Friday 5 June", "en", "evening letter"),
        ("Ihr Horoskop für Montag", "de", "ihr horoskop für"),
        ("The Long Ladder, episode 31: a man of birds", "en", "the long ladder"),
        ("Ein Mann der Vögel – Folge 31", "de", ""),
        ("The ferry of Selmo stays in port until Friday", "en", None),
        ("UPDATE 2: Ferry of Selmo stays in port", "en", None),
        ("Episode of dizziness grounds the pilot of flight 31", "en", None),
    ],
)
def test_a_column_is_what_stands_beside_a_day_or_a_number(headline: str, language: str, column: str | None):
    assert column_of(headline, language) == column
