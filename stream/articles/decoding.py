"""From the bytes of a message to fields: whatever can be read is read, and what is oddly typed is left out.

msgspec reads the messages that are as they should be. What it refuses is read again by the standard library, which
takes what producers in other languages write: a byte order mark, NaN, half of a surrogate pair.
"""

import json
from typing import Any, TypeVar

import msgspec

from stream.errors import InvalidArticleError

NO_VALUES = (b"", b"null")  # what clients write that cannot send a null value
LONGEST_NO_VALUE = 16  # bytes, whitespace around it included
Fields = TypeVar("Fields", bound=msgspec.Struct)


def is_tombstone(value: bytes | None) -> bool:
    """Whether a message says no more than that its key is withdrawn."""
    return value is None or (len(value) <= LONGEST_NO_VALUE and value.strip() in NO_VALUES)


def decode_fields(
    value: bytes, decoder: msgspec.json.Decoder[Fields], model: type[Fields]
) -> tuple[Fields, int]:
    """Return the fields of a JSON object, and how many were left out because of their type.

    Raises:
        InvalidArticleError: `undecodable` for what is no JSON, `invalid` for what is no object.
    """
    try:
        return decoder.decode(value), 0
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # read again below, field by field
    try:
        sent = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise InvalidArticleError("undecodable", f"not a JSON object: {error}") from None
    if not isinstance(sent, dict):
        raise InvalidArticleError("invalid", f"Expected `object`, got `{type(sent).__name__}`")
    return _typed_fields(sent, model)


def _typed_fields(sent: dict[str, Any], model: type[Fields]) -> tuple[Fields, int]:
    kept, left_out = {}, 0
    for field in msgspec.structs.fields(model):
        value = _plain(sent.get(field.encode_name))
        if value is None:
            continue
        try:
            kept[field.name] = msgspec.convert(value, field.type)
        except msgspec.ValidationError:
            left_out += 1
    return model(**kept), left_out


def _plain(value: Any) -> Any:
    """A value without the wrapping of a list of one or of MongoDB's `$oid`, its lone surrogates replaced."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict) and value.keys() == {"$oid"}:
        value = value["$oid"]
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value
