"""The board without Kafka: the files that `newsfold replay` writes."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import msgspec

from stream.articles.jsonl import read_lines
from stream.board.projection import Kind, Message, apply
from stream.board.store import Store
from stream.errors import SettingsError

BATCH = 2_000


class _Line(msgspec.Struct):
    """What the lines differ in: an assignment names its article, a storyline has its stories, a story has neither."""

    id: str | None = None
    version: int | None = None
    article_id: str | None = None
    stories: list[str] | None = None


def load(store: Store, files: list[Path], advance: Callable[[int], None]) -> None:
    """Read files of stories, assignments and storylines into an empty store; `advance` gets the lines done.

    Raises:
        SettingsError: a line is none of these.
    """
    for file in files:
        messages = _messages(file)
        while batch := list(islice(messages, BATCH)):
            applied = apply(store, batch, {})
            if applied.refused:
                raise SettingsError(f"{file}: {applied.refused} lines are not what `newsfold replay` writes")
            advance(len(batch))


def _messages(file: Path) -> Iterator[Message]:
    for number, line in enumerate(read_lines(file), 1):
        try:
            seen = msgspec.json.decode(line, type=_Line)
        except msgspec.DecodeError:
            seen = _Line()
        if seen.article_id:
            yield Message(Kind.ASSIGNMENT, seen.article_id, line)
        elif seen.id and seen.version is not None:
            yield Message(Kind.STORYLINE if seen.stories is not None else Kind.STORY, seen.id, line)
        else:
            raise SettingsError(
                f"{file}, line {number}: no story, storyline or assignment. Give the files that "
                "`newsfold replay --stories stories.jsonl --storylines storylines.jsonl "
                "--assignments assignments.jsonl` writes"
            )
