"""The articles of the benchmark: invented news of the length of real ones, or any JSON Lines, and their labels."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.stories.unrelated_news import SyntheticNews
from stream.articles.jsonl import key_of, read_lines

START = 1_700_000_000_000
EVERY = 9_000  # milliseconds between invented articles
BODY = (12, 38)  # sentences: 2.9 kB on average, with the standing ones of the outlet
REPORTS = 8.0  # of an event, on average: some have one, some a hundred
EVENTS_BEFORE = 400  # the stream: it begins amid many events, as real ones do, and not with one
COPY_WITHIN = 2_000  # articles before it


class News(NamedTuple):
    """Articles in the order in which they come, and the event of each where it is known."""

    keys: list[bytes]
    values: list[bytes]
    labels: dict[str, str]

    @property
    def mean_bytes(self) -> float:
        """Of an article, as JSON."""
        return sum(map(len, self.values)) / len(self.values)


def invented(count: int, seed: int, copies: float) -> News:
    """Articles on events of every size; a share of them carries the text of one of the last two thousand."""
    rng = random.Random(seed)
    events: list[int] = []
    for number in range(count):
        newest = EVENTS_BEFORE + int(number / REPORTS)
        is_first = rng.random() < 1 / REPORTS
        events.append(newest if is_first else max(0, newest - int(rng.expovariate(1 / 40))))
    values: list[bytes] = []
    for number, article in enumerate(SyntheticNews(seed, BODY).articles(iter(events), START, EVERY)):
        value = article.value
        if values and rng.random() < copies:
            original = rng.randrange(max(0, number - COPY_WITHIN), number)
            events[number] = events[original]
            sent = msgspec.json.decode(values[original])
            value = msgspec.json.encode(sent | {"id": f"copy-{number}", "source": f"Outlet {number % 50}"})
        values.append(value)
    ids = [str(msgspec.json.decode(value)["id"]) for value in values]
    labels = {name: str(event) for name, event in zip(ids, events, strict=True)}
    return News([name.encode() for name in ids], values, labels)


def of_files(files: Sequence[Path]) -> News:
    """The articles of JSON Lines, the first of each id; a `cluster` is the label."""
    first: dict[bytes, bytes] = {}
    for line in (line for file in files for line in read_lines(file)):
        first.setdefault(key_of(line) or b"", line)
    values = list(first.values())
    sent = [msgspec.json.decode(value) for value in values]
    labels = {str(one["id"]): str(one["cluster"]) for one in sent if one.get("cluster") is not None}
    return News(list(first), values, labels)
