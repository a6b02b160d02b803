"""Reading fields whose type one cannot rely on: what is not of the kind wanted counts as missing."""

from collections.abc import Iterable, Mapping
from typing import Any

Message = Mapping[str, Any]
Native = dict[str, Any]


def text(value: Any) -> str | None:
    """A string that is not blank; the first of a list; the `@value` of a JSON-LD literal."""
    if isinstance(value, list):
        return next((found for one in value if (found := text(one))), None)
    if isinstance(value, Mapping):
        return text(value.get("@value")) if "@value" in value else None
    return value if isinstance(value, str) and value.strip() else None


def texts(value: Any) -> str | None:
    """The strings of a list as paragraphs; a string as it is."""
    if isinstance(value, list):
        return "\n\n".join(found for one in value if (found := text(one))) or None
    return text(value)


def named(value: Any, *names: str) -> str | None:
    """A string, or the first of these fields of an object, or of the first object of a list."""
    if isinstance(value, list):
        return next((found for one in value if (found := named(one, *names))), None)
    if isinstance(value, Mapping):
        return next((found for name in names if (found := text(value.get(name)))), None)
    return text(value)


def first(message: Message, *names: str) -> str | None:
    """The first of these fields that holds text."""
    return next((found for name in names if (found := text(message.get(name)))), None)


def moment(message: Message, *names: str) -> Any:
    """The first of these fields that holds anything; what it means is read with all other dates."""
    return next((message[name] for name in names if message.get(name) not in (None, "")), None)


def has_any(message: Message, names: Iterable[str]) -> bool:
    """Whether the message has one of these fields."""
    return any(name in message for name in names)


def native(**fields: Any) -> Native:
    """Newsfold's own fields, without those that say nothing."""
    return {name: value for name, value in fields.items() if value not in (None, "")}
