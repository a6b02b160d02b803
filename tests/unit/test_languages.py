"""Reports of one event in several languages: one story with a multilingual encoder, one a language without."""

import json
from collections import defaultdict
from pathlib import Path

import msgspec
import pytest

from embeddings.encoder import Encoder, EncoderSettings, load_encoder
from stream.articles.jsonl import key_of, read_lines
from stream.corpus import FOLDER as CORPUS
from stream.embed.record import Origin
from stream.embed.stage import Embedder, Incoming, Refused
from stream.evaluation.measures import b_cubed
from stream.fold.fold import Fold
from stream.observability.metrics import Metrics
from stream.settings import Settings
from stream.stories.settings import StorySettings

FOREIGN = {"de", "es", "fr", "tr"}  # how the stories of the corpus that are not English end
LOGGED = 1_790_000_000_000
LABELS = {
    label["id"]: label for label in map(json.loads, (CORPUS / "labels.jsonl").read_text("utf-8").splitlines())
}


# Two events, each in two reports a language, of one day and the next.
REPORTS = [
    json.loads(line)
    for line in (Path(__file__).parent / "two_events_in_six_languages.jsonl").read_text("utf-8").splitlines()
]
LANGUAGES = sorted({report["language"] for report in REPORTS})


@pytest.fixture(scope="module")
def multilingual() -> Encoder:
    return load_encoder(EncoderSettings(model="newsfold-static-multilingual"))


def lines_of_reports() -> list[bytes]:
    """The first report of each event in each language, then the second, a day later."""
    return [
        json.dumps(
            {
                "id": f"{report['language']}-{report['event']}-{report['turn']}",
                "title": report["title"],
                "text": report["text"],
                "published_at": f"2026-05-0{4 + report['turn']}T{8 + 3 * report['event']:02}:00:00Z",
                "source": f"{report['language']} {report['turn']}",
            }
        ).encode()
        for report in sorted(REPORTS, key=lambda one: (one["turn"], one["event"]))
    ]


def corpus_stories(encoder: Encoder, *, cross_language: bool) -> dict[str, str]:
    """The story that each article of the corpus ends in."""
    found = stories_of([*read_lines(CORPUS / "articles.jsonl")], encoder, cross_language=cross_language)
    return {article_id: story for article_id, story in found.items() if article_id in LABELS}


def stories_of(
    lines: list[bytes], encoder: Encoder, *, cross_language: bool = False, has_vectors: bool = True
) -> dict[str, str]:
    """The story that each article ends in; without vectors, as in languages that the encoder does not know."""
    settings = Settings(stories=StorySettings(cross_language=cross_language))
    embedder = Embedder(encoder, settings.intake.max_article_bytes, Metrics())
    incoming = [Incoming(key_of(line), line, Origin(0, offset), LOGGED) for offset, line in enumerate(lines)]
    fold = Fold.empty(settings)
    found: dict[str, str] = {}
    for result in embedder.embed(incoming):
        if not isinstance(result, Refused):
            if not has_vectors:
                result = msgspec.structs.replace(result, vector=bytes(len(result.vector)))
            for assignment in fold.fold(result, LOGGED).assignments:
                if assignment.story_id is not None:
                    found[assignment.article_id] = assignment.story_id
    return found


def test_with_a_multilingual_encoder_an_event_is_one_story_in_all_its_languages(multilingual: Encoder):
    found = corpus_stories(multilingual, cross_language=True)
    events = {article_id: LABELS[article_id]["event"] for article_id in found}
    talks = {found[article_id] for article_id, event in events.items() if event == "istanbul-talks"}
    assert len(talks) == 1
    agreement = b_cubed(events, found)
    assert agreement.recall > 0.95
    assert agreement.precision > 0.8


def test_the_sample_corpus_is_folded_as_its_labels_say():
    found = corpus_stories(load_encoder(EncoderSettings()), cross_language=False)
    assert b_cubed({article_id: LABELS[article_id]["story"] for article_id in found}, found).f1 == 1.0


def test_without_one_languages_stay_apart():
    languages = defaultdict(set)
    for article_id, story in corpus_stories(load_encoder(EncoderSettings()), cross_language=False).items():
        ending = LABELS[article_id]["story"].rpartition("-")[2]
        languages[story].add(ending if ending in FOREIGN else "en")
    assert all(len(stories) == 1 for stories in languages.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_reports_of_one_event_meet_in_any_language(language: str):
    found = stories_of(lines_of_reports(), load_encoder(EncoderSettings()), cross_language=False)
    glacier, strike = ({found[f"{language}-{event}-{turn}"] for turn in range(2)} for event in range(2))
    assert len(glacier) == len(strike) == 1
    assert glacier != strike


def test_across_languages_two_events_stay_two(multilingual: Encoder):
    found = stories_of(lines_of_reports(), multilingual, cross_language=True)
    assert b_cubed({article: article.split("-")[1] for article in found}, found).precision == 1.0


def test_reports_without_a_vector_meet_by_what_they_say():
    lines = [*read_lines(CORPUS / "articles.jsonl")]
    stories = stories_of(lines, load_encoder(EncoderSettings()), has_vectors=False)
    found = {article_id: story for article_id, story in stories.items() if article_id in LABELS}
    assert b_cubed({article: LABELS[article]["story"] for article in found}, found).f1 > 0.97
