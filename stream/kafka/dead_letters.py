"""Dead letters: what could not be read, with the headers that Kafka Connect's tools already know."""

import msgspec

from stream.embed import Refused

LONGEST_MESSAGE = 1_000  # characters of the error message; enough to act on, small beside the payload
CONNECT = "__connect.errors."

Headers = list[tuple[str, bytes]]


class DeadLetter(msgspec.Struct, frozen=True):
    """A message for the dead-letter topic: the raw key and value, and the headers that say what was wrong."""

    key: bytes | None
    value: bytes | None
    headers: Headers


def dead_letter(refused: Refused, topic: str, headers: Headers, max_bytes: int) -> DeadLetter:
    """The letter of a refused message; `headers` are the message's own.

    A value longer than `max_bytes` is cut, because the dead-letter topic would refuse it whole; a header tells
    the original size.
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
    own = [(name, value) for name, value in headers if not name.startswith(CONNECT)]
    told = [(CONNECT + name, text.encode(errors="replace")) for name, text in facts.items()]
    return DeadLetter(incoming.key, value, own + told)
