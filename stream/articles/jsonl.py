"""Articles in a JSON Lines file, one JSON object a line, gzip where the name ends in .gz."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import msgspec


class _Key(msgspec.Struct):
    id: str | int | None = None
    url: str | None = None


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of the file that are not blank, without their ends."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        for line in file:
            stripped = line.strip()
            if stripped:
                yield stripped


def key_of(line: bytes) -> bytes | None:
    """The Kafka key of an article: its id, or its url; None where the line has neither."""
    try:
        named = msgspec.json.decode(line, type=_Key)
    except msgspec.DecodeError:
        return None
    name = named.id if named.id not in (None, "") else named.url
    return str(name).encode() if name else None
