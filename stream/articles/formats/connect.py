"""Envelopes of Kafka Connect and of Debezium: what is inside is read as any other message.

    {"schema": {"type": "struct"}, "payload": {"id": "a1", "title": "Ferry returns to the strait"}}

Of a change that Debezium captured the row after it counts; a deleted row retracts the article.
"""

from collections.abc import Mapping
from typing import Any

from stream.errors import InvalidArticleError

SIGNS = (b'"payload"', b'"after"')


def recognises(message: Any) -> bool:
    """Whether a message is an envelope."""
    if not isinstance(message, Mapping):
        return False
    is_schema_and_payload = message.keys() == {"schema", "payload"}
    return is_schema_and_payload or _is_change(message) or _is_change(message.get("payload"))


def _is_change(message: Any) -> bool:
    return isinstance(message, Mapping) and "op" in message and "after" in message


def unwrapped(message: Any) -> Any:
    """What an envelope holds; a row that was deleted comes back with the status `canceled`.

    Raises:
        InvalidArticleError: it holds nothing.
    """
    inner = message.get("payload") if "payload" in message else message
    if _is_change(inner):
        before = inner.get("before")
        if inner["op"] == "d" and isinstance(before, Mapping):
            return {**before, "status": "canceled"}
        inner = inner["after"]
    if not isinstance(inner, Mapping | list):
        raise InvalidArticleError("invalid", "the envelope of Kafka Connect holds no object")
    return inner
