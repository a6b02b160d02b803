"""Dead letters as a file that a person edits: one JSON object a line, with what was sent and what was wrong."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from stream.articles.jsonl import read_lines
from stream.articles.message import read_article
from stream.articles.reading import read_message
from stream.errors import InvalidArticleError
from stream.kafka.dead_letter_replay import Letter, Place, place_of

NO_LETTER = "no_letter"


class Edited(msgspec.Struct):
    """What a file of letters holds: the articles to send, by (key, value), and what no worker could read yet.

    `refusals`: (line, reason, message) of each.
    """

    mended: dict[Place, tuple[bytes, bytes]]
    refusals: list[tuple[int, str, str]]


class _Line(msgspec.Struct):
    letter: str
    article: msgspec.Raw = msgspec.Raw()
    text: str | None = None


def line_of(letter: Letter) -> bytes:
    """A letter as a line; what was sent is its `article` where it is a JSON object, else its `text`."""
    value = letter.value or b""
    line: dict[str, Any] = {
        "letter": f"{letter.partition}:{letter.offset}",
        "reason": letter.fact("reason"),
        "message": letter.fact("exception.message"),
    }
    if not letter.is_whole:
        line["cut"] = True
    try:
        line["article"] = msgspec.json.decode(value, type=dict[str, Any])
    except msgspec.DecodeError:
        line["text"] = value.decode(errors="replace")
    return msgspec.json.encode(line)


def read_edited(file: Path, max_bytes: int) -> Edited:
    """The letters of an edited file, each checked as a worker would check its article."""
    edited = Edited({}, [])
    for number, line in enumerate(read_lines(file), 1):
        try:
            place, mended = _read(line, max_bytes)
        except InvalidArticleError as error:
            edited.refusals.append((number, error.reason, str(error)))
            continue
        edited.mended[place] = mended
    return edited


def _read(line: bytes, max_bytes: int) -> tuple[Place, tuple[bytes, bytes]]:
    try:
        one = msgspec.json.decode(line, type=_Line)
        place = place_of(one.letter.encode())
    except (msgspec.DecodeError, ValueError) as error:
        raise InvalidArticleError(NO_LETTER, f"this is no line of `dead-letters save`: {error}") from None
    value = bytes(one.article) or (one.text or "").encode()
    article_id = read_message(value, None, max_bytes).id
    read_article(value, None, max_bytes)
    return place, (article_id.encode(), value)


def write_letters(file: Path, letters: Iterable[Letter]) -> int:
    """Write letters to a file; return how many."""
    written = 0
    with file.open("wb") as out:
        for letter in letters:
            out.write(line_of(letter) + b"\n")
            written += 1
    return written
