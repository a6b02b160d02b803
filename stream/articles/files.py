"""Articles in a file of any kind: JSON Lines, a JSON document, a feed, a WARC archive; gzip as it comes.

What one article is sent as, one value each: the bytes of a line as they are, the parts of a document as JSON.
"""

import gzip
import io
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

import msgspec

from stream.articles.formats import feed_item, schema_org
from stream.articles.formats.registry import decoded
from stream.errors import ArticlesFileError

STANDARD_INPUT = Path("-")
GZIP = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MAX_LINE_BYTES = 67_108_864  # of a line that are read: 64 times the largest article accepted by default
MAX_DOCUMENT_BYTES = 268_435_456  # of a document or a feed, decompressed: it is held in memory as a whole
LISTS = ("articles", "posts", "items", "results")  # of NewsAPI and GDELT, webz.io, JSON Feed, and others
_SPLIT_SIGNS = (b'"articles"', b'"posts"', b'"items"', b'"results"', b'"@graph"')


class Piece(NamedTuple):
    """One article of a file, or what should be one: where it stands, counted from 1, and its bytes."""

    number: int
    value: bytes


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The file, or standard input for `-`, decompressed."""
    if path == STANDARD_INPUT:
        yield _decompressed(sys.stdin.buffer)
    else:
        with path.open("rb") as file:
            yield _decompressed(file)


def _decompressed(file: IO[bytes]) -> Any:
    reader: Any = io.BufferedReader(cast("io.RawIOBase", file))
    if reader.peek(2)[:2] == GZIP:
        return io.BufferedReader(cast("io.RawIOBase", gzip.GzipFile(fileobj=reader)))
    return reader


def pieces(path: Path) -> Iterator[Piece]:
    """The articles of a file, in its order. Blank lines are no articles, but are counted.

    Of a line longer than MAX_LINE_BYTES only its beginning is given, which is refused as oversized.

    Raises:
        ArticlesFileError: a document or a feed has more than MAX_DOCUMENT_BYTES.
    """
    with opened(path) as file:
        beginning = file.peek(4_096).removeprefix(BYTE_ORDER_MARK).lstrip()
        if beginning.startswith(b"WARC/"):
            from stream.articles.formats.warc import pages

            yield from _numbered(pages(file))
        elif beginning.startswith(b"<"):
            yield from _numbered(feed_item.items_of(_whole(file)))
        elif beginning.startswith((b"{", b"[")) and not _is_whole(beginning.splitlines()[0], file):
            yield from _document(_whole(file))
        else:
            yield from _lines(file)


def _is_whole(first_line: bytes, file: Any) -> bool:
    """Whether the first line is JSON by itself; one too long to be looked at is."""
    return len(first_line) >= len(file.peek()) or decoded(first_line) is not None


def _whole(file: IO[bytes]) -> bytes:
    document = file.read(MAX_DOCUMENT_BYTES + 1)
    if len(document) > MAX_DOCUMENT_BYTES:
        raise ArticlesFileError(
            f"the file is one document of more than {MAX_DOCUMENT_BYTES:,} bytes, which is read as a whole: "
            "give its articles as JSON Lines, one a line"
        )
    return document


def _bounded_lines(file: IO[bytes]) -> Iterator[bytes]:
    """Each line; of one that is too long, its beginning."""
    while line := file.readline(MAX_LINE_BYTES):
        yield line
        while line and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE_BYTES)


def _lines(file: IO[bytes]) -> Iterator[Piece]:
    for number, line in enumerate(_bounded_lines(file), 1):
        value = line.removeprefix(BYTE_ORDER_MARK).strip() if number == 1 else line.strip()
        if not value:
            continue
        if value.startswith(b"[") or any(sign in value for sign in _SPLIT_SIGNS):
            parts = split(decoded(value))
            if len(parts) > 1 or value.startswith(b"["):
                yield from (Piece(number, msgspec.json.encode(part)) for part in parts)
                continue
        yield Piece(number, value)


def _document(value: bytes) -> Iterator[Piece]:
    """The parts of one JSON document; of what is none, each line, so that it is refused by its number."""
    message = decoded(value)
    if message is None:
        yield from _lines(io.BytesIO(value))
    else:
        yield from _numbered(split(message))


def _numbered(parts: Any) -> Iterator[Piece]:
    for number, part in enumerate(parts, 1):
        yield Piece(number, msgspec.json.encode(_plain(part)))


def _plain(part: Any) -> Any:
    """A part without what JSON has no word for: feedparser's parsed times."""
    if not isinstance(part, Mapping):
        return part
    return {name: value for name, value in part.items() if not name.endswith("_parsed")}


def split(message: Any) -> list[Any]:
    """The articles in a document of several: a list, an answer of a news service, a JSON Feed, a JSON-LD graph."""
    if schema_org.recognises(message):
        articles = schema_org.articles_in(message)
        if len(articles) < 2:
            return [message]
        others = [one for one in schema_org.things_in(message) if one not in articles]
        return [{"@graph": [article, *others]} for article in articles]
    if isinstance(message, list):
        return [part for one in message for part in split(one)]
    if isinstance(message, Mapping):
        for name in LISTS:
            if isinstance(message.get(name), list) and not {"id", "uri", "guid", "headline"} & message.keys():
                whole = {"feed_title": message.get("title"), "language": message.get("language")}
                said = {key: value for key, value in whole.items() if isinstance(value, str)}
                return [said | part if isinstance(part, dict) else part for part in message[name]]
    return [message]
