"""What a sample of a format is, and the article that all of them hold."""

import json
from typing import Any, NamedTuple

TEXT = (
    "The night ferry crossed the strait again on Monday after six weeks in the yard at Pirel. Its crew of forty had "
    "been paid in full, the owner said in the harbour office."
)
TITLE = "Ferry returns to the strait"
URL = "https://press.example/harbour/ferry"
TEN = 1_772_532_900_000  # 2026-03-03T10:15:00Z


class Sample(NamedTuple):
    """A message, and what must be read from it."""

    name: str
    value: bytes
    expected: dict[str, Any]


class Broken(NamedTuple):
    """A message that must be refused, for this reason, in words that have this in them."""

    name: str
    value: bytes
    reason: str
    words: str


def json_bytes(message: Any) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode()


PLAIN = {"title": TITLE, "text": TEXT, "published": TEN}
