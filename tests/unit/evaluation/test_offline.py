"""The same articles in batches of any size, with or without a restart in between, give the same bytes."""

from collections.abc import Iterator

import msgspec
import pytest

from embeddings.encoder import Encoder, EncoderSettings, load_encoder
from stream.articles.jsonl import key_of, read_lines
from stream.corpus import ARTICLES as CORPUS
from stream.embed.record import Origin, decode_record, encode_record
from stream.embed.stage import Embedder, Incoming, Refused
from stream.fold.fold import Fold
from stream.observability.metrics import Metrics
from stream.settings import Settings

LOGGED = 1_790_000_000_000
SECOND = 1_000


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder(EncoderSettings())


def log_of(encoder: Encoder, batch: int) -> list[bytes]:
    """The records of articles.embedded that the embed stage makes of the corpus."""
    embedder = Embedder(encoder, Settings().intake.max_article_bytes, Metrics())
    incoming = [
        Incoming(key_of(line), line, Origin(0, offset), LOGGED + offset * SECOND)
        for offset, line in enumerate(read_lines(CORPUS))
    ]
    results = [
        result
        for begin in range(0, len(incoming), batch)
        for result in embedder.embed(incoming[begin : begin + batch])
    ]
    return [encode_record(result) for result in results if not isinstance(result, Refused)]


def events_of(log: list[bytes], restart_after: int | None) -> Iterator[bytes]:
    """Everything that follows from the log; the fold may be replaced by one restored from its snapshot."""
    fold = Fold.empty(Settings())
    for offset, record in enumerate(log):
        if offset == restart_after:
            arrays = fold.state.snapshot()
            fold = Fold.empty(Settings())
            fold.state.restore(arrays)
        yield msgspec.json.encode(fold.fold(decode_record(record), LOGGED + offset * SECOND))


@pytest.fixture(scope="module")
def whole(encoder: Encoder) -> list[bytes]:
    return log_of(encoder, 500)


@pytest.mark.parametrize("batch", [1, 7])
def test_the_log_does_not_depend_on_the_batches_of_the_embed_stage(
    batch: int, encoder: Encoder, whole: list[bytes]
):
    assert log_of(encoder, batch) == whole


@pytest.mark.parametrize("restart_after", [1, 83, 150])
def test_a_fold_restored_from_its_snapshot_goes_on_with_the_same_bytes(
    restart_after: int, whole: list[bytes]
):
    assert list(events_of(whole, restart_after)) == list(events_of(whole, None))
