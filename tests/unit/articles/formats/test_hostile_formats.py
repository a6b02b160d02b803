"""What a hostile producer puts into each feed format: refused in words, or read as an article; nothing else."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from stream.articles.cleaning import clean_text
from stream.articles.message import Article
from stream.articles.reading import read_message
from stream.errors import InvalidArticleError
from tests.support.feed_samples import SAMPLES, Sample

LIMIT = 1_048_576
DEEP: Any = "x"
for _ in range(200):
    DEEP = [DEEP]
HOSTILE: dict[str, Any] = {
    "nothing": None,
    "a number": 10**30,
    "no number": float("nan"),
    "a list": [],
    "an object": {"@type": {"@type": []}},
    "deep nesting": DEEP,
    "half of a surrogate pair": "\ud83d",
    "null bytes": "\x00" * 50,
    "a script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "unclosed tags": "<div>" * 1_000,
    "nested entities": "&amp;" * 1_000 + "lt;script&gt;",
    "a long word": "a" * 20_000,
    "combining marks": "e" + "\u0301" * 1_000,
    "an address that is none": "javascript:alert(1)",
    "a date that is none": "99999-99-99T99:99:99+99:99",
}


def with_each_field_replaced(message: Any, value: Any) -> Iterator[Any]:
    """The message once for each of its fields, at any depth, with that field's value replaced."""
    if isinstance(message, dict):
        for name, held in message.items():
            yield message | {name: value}
            yield from (message | {name: part} for part in with_each_field_replaced(held, value))
    elif isinstance(message, list) and message:
        yield from ([part, *message[1:]] for part in with_each_field_replaced(message[0], value))


def outcome(value: bytes) -> str:
    try:
        read = read_message(value, b"key", LIMIT)
    except InvalidArticleError as refused:
        return refused.reason
    if isinstance(read, Article):
        clean_text(read.text or read.summary).encode()
        assert read.image is None or read.image.startswith(("http://", "https://"))
    return "read"


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_field_of_any_format_can_hold_anything(sample: Sample, hostile: Any):
    if sample.value.startswith(b"<"):
        return  # XML comes from files; its items are the messages
    for message in with_each_field_replaced(json.loads(sample.value), hostile):
        outcome(json.dumps(message).encode())


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_ten_megabytes_in_any_format_are_refused_as_too_large(sample: Sample):
    assert outcome(sample.value + b" " * 10_000_000) == "oversized"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_message_cut_anywhere_is_refused_or_read(sample: Sample):
    for end in range(0, len(sample.value), max(1, len(sample.value) // 50)):
        outcome(sample.value[:end])
