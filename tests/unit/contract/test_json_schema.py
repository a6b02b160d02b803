"""The schemas in docs/ are the ones the code writes by, and the code's events satisfy them."""

import json
from pathlib import Path

import jsonschema
import pytest

from stream.contract.events import encode_event
from stream.contract.json_schema import FOLDER, PUBLIC, schema_of, schema_text
from stream.evaluation.offline import replay_file
from stream.settings import Settings

CORPUS = Path(__file__).parents[3] / "stream" / "corpus" / "articles.jsonl"


@pytest.mark.parametrize("name", PUBLIC)
def test_the_schema_file_is_what_the_code_says(name: str):
    text = (FOLDER / f"{name}.schema.json").read_text(encoding="utf8")
    assert text == schema_text(name), "run `python -m stream.contract.json_schema`"


def test_every_event_of_the_corpus_satisfies_its_schema():
    replayed = replay_file(CORPUS, Settings(), 1_800_000_000_000, lambda _: None)
    for name, events in (("assignment", replayed.assignments), ("story", replayed.stories.values())):
        validator = jsonschema.Draft202012Validator(schema_of(name))
        for event in events:
            validator.validate(json.loads(encode_event(event)))
    assert len(replayed.assignments) >= 166
