"""The published contract is the one the code writes by, and public validators accept it.

asyncapi-3.0.0.schema.json.gz is schemas/3.0.0.json of the npm package @asyncapi/specs 6.11.1 (Apache-2.0), compact.
"""

import copy
import gzip
import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

import stream.contract
from stream.contract import Assignment, StorySnapshot
from stream.contract.events import encode_event
from stream.corpus import ARTICLES as CORPUS
from stream.documents.__main__ import documents
from stream.documents.asyncapi import asyncapi
from stream.documents.json_schema import PUBLIC, schema_of
from stream.evaluation.offline import Replayed, replay_file
from stream.settings import Settings

ROOT = Path(__file__).parents[3]
SPECIFICATION = ROOT / "tests" / "support" / "asyncapi-3.0.0.schema.json.gz"
FILES = dict(documents())


@pytest.fixture(scope="module")
def replayed() -> Replayed:
    return replay_file(CORPUS, Settings(), 1_800_000_000_000, lambda _: None)


@pytest.fixture(scope="module")
def specification() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(gzip.decompress(SPECIFICATION.read_bytes()))
    return schema


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_file_is_what_the_code_says(path: Path):
    assert path.read_text(encoding="utf8") == FILES[path], "run `python -m stream.documents`"


@pytest.mark.parametrize("name", PUBLIC)
def test_the_schema_is_json_schema_2020_12(name: str):
    jsonschema.Draft202012Validator.check_schema(schema_of(name))


def test_every_event_of_the_corpus_satisfies_its_schema(replayed: Replayed):
    for name, events in (("assignment", replayed.assignments), ("story", replayed.stories.values())):
        validator = jsonschema.Draft202012Validator(schema_of(name))
        for event in events:
            validator.validate(json.loads(encode_event(event)))
    assert len(replayed.assignments) >= 166


def test_every_article_of_the_corpus_satisfies_its_schema():
    validator = jsonschema.Draft202012Validator(schema_of("article"))
    for line in CORPUS.read_text(encoding="utf8").splitlines():
        if line.startswith("{") and not validator.is_valid(json.loads(line)):
            pytest.fail(line)


def test_a_wrong_event_does_not_satisfy_its_schema(replayed: Replayed):
    story = json.loads(encode_event(next(iter(replayed.stories.values()))))
    for name, value in (("version", "two"), ("counts", {"articles": 1}), ("summary", "text")):
        assert not jsonschema.Draft202012Validator(schema_of("story")).is_valid(story | {name: value})


def test_every_field_is_described():
    def undescribed(schema: dict[str, Any], where: str) -> list[str]:
        missing = []
        for kind, defined in schema["$defs"].items():
            for name, field in defined.get("properties", {}).items():
                if "description" not in field:
                    missing.append(f"{where}.{kind}.{name}")
        return missing

    assert [gap for name in PUBLIC for gap in undescribed(schema_of(name), name)] == []


def test_the_asyncapi_document_is_accepted_by_the_specifications_own_schema(specification: dict[str, Any]):
    validator = jsonschema.validators.validator_for(specification)(specification)
    assert [error.message for error in validator.iter_errors(asyncapi(Settings()))] == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("channels", "stories", "bindings", "kafka", "partitions"), "four"),
        (("operations", "sendArticle", "action"), "publish"),
        (("info",), {"title": "no version"}),
    ],
)
def test_the_specifications_schema_refuses_a_wrong_document(
    specification: dict[str, Any], place: tuple[str, ...], value: object
):
    document = copy.deepcopy(asyncapi(Settings()))
    inner: Any = document
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    validator = jsonschema.validators.validator_for(specification)(specification)
    assert not validator.is_valid(document)


def test_every_reference_of_the_asyncapi_document_leads_somewhere():
    document = asyncapi(Settings())

    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if "$ref" in node else []
            return own + [found for value in node.values() for found in references(value)]
        return [found for value in node for found in references(value)] if isinstance(node, list) else []

    for reference in references(document):
        node: Any = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_consumers_read_what_goes_out_with_the_types_of_the_package(replayed: Replayed):
    for event in replayed.stories.values():
        assert msgspec.json.decode(encode_event(event), type=StorySnapshot) == event
    for one in replayed.assignments:
        assert msgspec.json.decode(encode_event(one), type=Assignment) == one


def test_the_public_types_are_all_that_a_message_is_made_of():
    reachable = {name for public in ("story", "assignment") for name in schema_of(public)["$defs"]}
    assert reachable <= set(stream.contract.__all__)
