"""Labelled articles for `evaluate` and `tune`: JSON Lines as for `produce`, each with a `cluster`."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np

from stream.articles.jsonl import key_of, read_lines
from stream.embed.record import EmbeddedArticle, Origin
from stream.embed.stage import Embedder, Incoming, Refused
from stream.errors import SettingsError

DAY = 86_400_000
BATCH = 64  # articles encoded together
LEAD_WORDS = 60  # of the text, that the lead view keeps
MAX_LINE_BYTES = 1 << 24


class Labelled(msgspec.Struct, frozen=True):
    """One labelled article as the embed stage sees it, and its true story."""

    record: EmbeddedArticle
    label: str


class _Label(msgspec.Struct):
    cluster: str | int | None = None


def labelled_lines(path: Path) -> list[tuple[bytes, str]]:
    """The lines of a file that have a `cluster`, with it.

    Raises:
        SettingsError: no line has one.
    """
    found = []
    for line in read_lines(path):
        try:
            cluster = msgspec.json.decode(line, type=_Label).cluster
        except msgspec.DecodeError:
            continue
        if cluster is not None:
            found.append((line, str(cluster)))
    if not found:
        raise SettingsError(
            f"{path} labels no article: each line needs a `cluster`, the name of its true story"
        )
    return found


def embed_labelled(
    lines: Sequence[tuple[bytes, str]], embedder: Embedder, now: int, advance: Callable[[int], None]
) -> list[Labelled]:
    """Embed labelled lines in their order; lines that the embed stage refuses are left out.

    `advance` is called with the number of lines done since the last call.
    """
    labelled = []
    for begin in range(0, len(lines), BATCH):
        batch = lines[begin : begin + BATCH]
        incoming = [
            Incoming(key_of(line), line, Origin(0, begin + i), now) for i, (line, _) in enumerate(batch)
        ]
        for result, (_, label) in zip(embedder.embed(incoming), batch, strict=True):
            if not isinstance(result, Refused) and not result.retracted:
                labelled.append(Labelled(result, label))
        advance(len(batch))
    return labelled


def in_stream_order(articles: Sequence[Labelled], seed: int) -> list[Labelled]:
    """By published time, ties shuffled; a date without a clock is somewhere in its day; the undated keep their place.

    An undated article comes right after the dated ones that stand before it in the file.
    """
    rng = np.random.default_rng(seed)
    arrivals: list[tuple[int, float, int]] = []
    last = 0
    for place, article in enumerate(articles):
        published = article.record.published
        if published is None:
            arrivals.append((last, 1.0, place))
            continue
        arrival = published + (int(rng.integers(DAY)) if published % DAY == 0 else 0)
        last = arrival
        arrivals.append((arrival, float(rng.random()), place))
    return [articles[place] for _, _, place in sorted(arrivals)]
