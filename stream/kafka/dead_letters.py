"""Dead letters: what could not be read, with the headers that Kafka Connect's tools already know."""

import msgspec

from stream.embed.stage import Refused

LONGEST_MESSAGE = 1_000  # characters of the error message; enough to act on, small beside the payload
LONGEST_KEY = 16_384  # bytes; an article's id has 1,024 characters at most
LONGEST_HEADERS = (
    32_768  # bytes of the message's own; with the key and ours they stay below the topic's 65,536
)
CONNECT = "__connect.errors."

Headers = list[tuple[str, bytes]]


class DeadLetter(msgspec.Struct, frozen=True):
    """A message for the dead-letter topic: the raw key and value, and the headers that say what was wrong."""

    key: bytes | None
    value: bytes | None
    headers: Headers


def dead_letter(refused: Refused, topic: str, headers: Headers, max_bytes: int) -> DeadLetter:
    """The letter of a refused message; `headers` are the message's own.

    A value longer than `max_bytes` is cut, because the dead-letter topic would refuse it whole, and so is a key that
    is no id; a header gives the original size. Headers of more than LONGEST_HEADERS bytes are left out.
    """
    incoming = refused.incoming
    said = f"{refused.reason}: {refused.error}"[:LONGEST_MESSAGE]
    facts = {
        "topic": topic,
        "partition": str(incoming.origin.partition),
        "offset": str(incoming.origin.offset),
        "stage": "embed",
        "reason": refused.reason,
        "exception.class.name": type(refused.error).__name__,
        "exception.message": said,
    }
    value = incoming.value
    if value is not None and len(value) > max_bytes:
        facts["value.cut.from.bytes"] = str(len(value))
        value = value[:max_bytes]
    key = incoming.key
    if key is not None and len(key) > LONGEST_KEY:
        facts["key.cut.from.bytes"] = str(len(key))
        key = key[:LONGEST_KEY]
    own = [(name, value) for name, value in headers if not name.startswith(CONNECT)]
    own_bytes = sum(len(name.encode()) + len(value or b"") for name, value in own)
    if own_bytes > LONGEST_HEADERS:
        facts["headers.left.out.bytes"] = str(own_bytes)
        own = []
    added = [(CONNECT + name, text.encode(errors="replace")) for name, text in facts.items()]
    return DeadLetter(key, value, own + added)
