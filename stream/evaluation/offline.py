"""The same two stages without Kafka: articles of a file in, the records of the topics out, in log order."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

import msgspec

from embeddings.encoder import load_encoder
from stream.articles.files import pieces
from stream.articles.jsonl import key_of
from stream.contract.events import Assignment, Folded, StorySnapshot
from stream.contract.storylines import StorylineSnapshot
from stream.embed.record import EmbeddedArticle, Origin, decode_record, encode_record
from stream.embed.stage import Embedder, Incoming, Refused
from stream.fold.fold import Fold
from stream.observability.metrics import Metrics
from stream.settings import Settings


class Replayed(msgspec.Struct):
    """What a replay gave: all assignments in order, the last snapshot of all that ever was, and what was refused."""

    articles: int = 0
    copies: int = 0
    refused: list[Refused] = []
    assignments: list[Assignment] = []
    stories: dict[str, StorySnapshot] = {}
    storylines: dict[str, StorylineSnapshot] = {}

    def take(self, folded: Folded) -> None:
        """Add the outcome of one record."""
        self.copies += folded.outcome.endswith("duplicate")
        self.assignments.extend(folded.assignments)
        for event in folded.stories:
            if event.snapshot is not None:  # a tombstone takes a story from the topic, not from history
                self.stories[event.story_id] = event.snapshot
        for line in folded.storylines:
            if line.snapshot is not None:
                self.storylines[line.storyline_id] = line.snapshot


def storyline_of(storylines: Iterable[StorylineSnapshot]) -> dict[str, str]:
    """The storyline of each story that is in one, from the last snapshots of the storylines."""
    return {story: line.id for line in storylines for story in line.stories}


def replay_file(path: Path, settings: Settings, now: int, advance: Callable[[int], None]) -> Replayed:
    """Embed and fold every line of a file as if it were logged at `now` (milliseconds since the epoch).

    `advance` is called with the number of lines done since the last call.
    """
    metrics = Metrics()
    intake = settings.intake
    embedder = Embedder(load_encoder(settings.encoder), intake.max_article_bytes, metrics, intake.format)
    fold = Fold.empty(settings)
    replayed = Replayed()
    for batch in _batches(_incoming(path, now), settings.intake.batch_size):
        for result in embedder.embed(batch):
            fold_result(result, fold, now, replayed)
        advance(len(batch))
    return replayed


def fold_result(result: EmbeddedArticle | Refused, fold: Fold, logged: int, replayed: Replayed) -> None:
    """Fold one result of the embed stage, through the bytes of the log as in production."""
    replayed.articles += 1
    if isinstance(result, Refused):
        replayed.refused.append(result)
    else:
        replayed.take(fold.fold(decode_record(encode_record(result)), logged))


def _incoming(path: Path, now: int) -> Iterator[Incoming]:
    for offset, piece in enumerate(pieces(path)):
        yield Incoming(key_of(piece.value), piece.value, Origin(0, offset), now)


def _batches(messages: Iterable[Incoming], size: int) -> Iterator[list[Incoming]]:
    iterator = iter(messages)
    while batch := list(islice(iterator, size)):
        yield batch
