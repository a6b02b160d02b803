"""The same two stages without Kafka: articles of a file in, the records of the topics out, in log order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, islice
from pathlib import Path

import msgspec

from embeddings.encoder import load_encoder
from stream.articles.addresses import address_of
from stream.articles.files import pieces
from stream.articles.jsonl import key_of
from stream.articles.message import Article
from stream.articles.reading import read_message
from stream.contract.events import Assignment, Folded, StorySnapshot
from stream.contract.storylines import StorylineSnapshot
from stream.embed.record import EmbeddedArticle, Origin, decode_record, encode_record
from stream.embed.settings import IntakeSettings
from stream.embed.stage import Embedder, Incoming, Refused
from stream.errors import InvalidArticleError
from stream.fold.fold import Fold
from stream.observability.metrics import Metrics
from stream.settings import Settings


class Replayed(msgspec.Struct):
    """What a replay gave: all assignments in order, the last snapshot of all that ever was, and what was refused.

    `late`: articles of the file that stood behind one with a later date.
    """

    articles: int = 0
    late: int = 0
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


def replay_file(
    path: Path, settings: Settings, now: int, advance: Callable[[int], None], by_date: bool = True
) -> Replayed:
    """Embed and fold every line of a file as if it were logged at `now` (milliseconds since the epoch).

    `by_date`: in the order in which the articles came out, else in that of the lines. `advance` is called with the
    number of lines done since the last call.
    """
    metrics = Metrics()
    intake = settings.intake
    embedder = Embedder(load_encoder(settings.encoder), intake.max_article_bytes, metrics, intake.format)
    fold = Fold.empty(settings)
    messages = [*_incoming(path, now)]
    times = _times([message.value or b"" for message in messages], intake, now)
    latest = [*accumulate(times, max)]
    replayed = Replayed(late=sum(time < before for time, before in zip(times[1:], latest, strict=False)))
    if by_date:
        messages = [messages[place] for place in sorted(range(len(messages)), key=times.__getitem__)]
    for batch in _batches(messages, intake.batch_size):
        for result in embedder.embed(batch):
            fold_result(result, fold, now, replayed)
        advance(len(batch))
    return replayed


def _times(lines: Sequence[bytes], intake: IntakeSettings, now: int) -> list[int]:
    """When each line came out, in milliseconds: one without a date, or with one to come, with the line before it.

    A line about an article that an earlier line was about comes no earlier than that one.
    """
    times: list[int] = []
    by_id: dict[str, int] = {}
    before = 0
    for line in lines:
        try:
            read = read_message(line, key_of(line), intake.max_article_bytes, intake.format)
        except InvalidArticleError:
            times.append(before)
            continue
        moment = None
        if isinstance(read, Article):
            moment = read.updated or read.published if address_of(read.id) in by_id else read.published
        about = address_of(read.id)  # a withdrawal may name the url of an article that has an id of its own
        if moment is not None and moment <= now:
            before = moment
        before = max(before, by_id.get(about, 0))
        by_id[about] = before
        times.append(before)
    return times


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
