"""Reports of one event in several languages: one story with a multilingual encoder, one a language without."""

import json
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from embeddings.distill import multilingual as distill_multilingual
from embeddings.distill.distillation import fold_states, write_table
from embeddings.encoder import Encoder, EncoderSettings, load_encoder
from embeddings.static.table import ROWS_FILE, ROWS_KEY, StaticTable, StaticTableEncoder
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


@pytest.fixture(scope="module")
def multilingual(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """The multilingual table, of the pieces of the corpus alone: the whole one takes minutes to build."""
    model: Any = distill_multilingual.load_model()
    tokenizer: Tokenizer = distill_multilingual.rewrite_tokenizer(model)
    texts = [line.decode() for line in read_lines(CORPUS / "articles.jsonl")]
    met = {piece for encoding in tokenizer.encode_batch(texts) for piece in encoding.ids}
    probability = distill_multilingual.piece_probability(model)
    probability[[piece for piece in range(len(probability)) if piece not in met]] = 0.0
    states = distill_multilingual.piece_states(model, np.flatnonzero(probability))
    folder = tmp_path_factory.mktemp("table")
    write_table(
        folder, fold_states(states, probability, distill_multilingual.RECIPE), tokenizer.to_str().encode()
    )
    rows = load_file(folder / ROWS_FILE)[ROWS_KEY]
    return StaticTableEncoder(StaticTable("corpus-multilingual", "1", rows, tokenizer, None))


def stories_of(encoder: Encoder, *, cross_language: bool) -> dict[str, str]:
    """The story that each article of the corpus ends in."""
    settings = Settings(stories=StorySettings(cross_language=cross_language))
    embedder = Embedder(encoder, settings.intake.max_article_bytes, Metrics())
    incoming = [
        Incoming(key_of(line), line, Origin(0, offset), LOGGED)
        for offset, line in enumerate(read_lines(CORPUS / "articles.jsonl"))
    ]
    fold = Fold.empty(settings)
    found: dict[str, str] = {}
    for result in embedder.embed(incoming):
        if not isinstance(result, Refused):
            for assignment in fold.fold(result, LOGGED).assignments:
                if assignment.story_id is not None:
                    found[assignment.article_id] = assignment.story_id
    return {article_id: story for article_id, story in found.items() if article_id in LABELS}


def test_with_a_multilingual_encoder_an_event_is_one_story_in_all_its_languages(multilingual: Encoder):
    found = stories_of(multilingual, cross_language=True)
    events = {article_id: LABELS[article_id]["event"] for article_id in found}
    talks = {found[article_id] for article_id, event in events.items() if event == "istanbul-talks"}
    assert len(talks) == 1
    agreement = b_cubed(events, found)
    assert agreement.recall > 0.95
    assert agreement.precision > 0.8


def test_without_one_languages_stay_apart():
    languages = defaultdict(set)
    for article_id, story in stories_of(load_encoder(EncoderSettings()), cross_language=False).items():
        ending = LABELS[article_id]["story"].rpartition("-")[2]
        languages[story].add(ending if ending in FOREIGN else "en")
    assert all(len(stories) == 1 for stories in languages.values())
