"""Messages that no honest producer sends, by the million: every one must become a record or a dead letter.

    python -m tests.torture.hostile --number 1000000 --results benchmarks/torture/hostile.md

Runs them through the embed stage without Kafka, the encoder included. Ends with an exception where one gets through.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import perf_counter

from rich.progress import track

from embeddings.encoder import load_encoder
from stream.embed import Embedder, Incoming, Refused
from stream.embedded import Origin, decode_record, encode_record
from stream.metrics import DEAD_LETTER_REASONS, Metrics
from stream.settings import Settings

BATCH = 64
MEGABYTE = 1_000_000
LARGEST_RECORD = 900_000  # bytes; below the broker's default limit of 1 MiB
FIELDS = (
    "id", "url", "title", "text", "body", "summary", "description", "source",
    "language", "lang", "published_at", "updated_at", "status",
)  # fmt: skip
NUMBERS = (
    "1e400",
    "-1e400",
    "9" * 400,
    "-0",
    "1e-400",
    "9223372036854775808",
    "NaN",
    "Infinity",
    "0x10",
    "1.5e308",
)
DATES = (
    "0000-00-00", "9999-12-31T23:59:59Z", "-4000-01-01", "2026-02-30", "Mon, 99 Foo 2026", "now", "1e18", "∞",
    "2026-01-01T00:00:00+99:99", "10000-01-01", " ", "\u0000", "Thu, 01 Jan 1970 00:00:00 -9999", "24:61:61",
)  # fmt: skip
ODD_TEXT = (
    "\u0000", "\u202e", "\ufeff", "\u200d" * 50, "e" + "\u0301" * 400, "\x1b[31m", "\x7f", "\U000e0001", "\ufffe",
    "ﷺ" * 50, "👩‍👩‍👧‍👦" * 20, "\r\n\t\x0b\x0c", "a" * 5_000, "İ" * 300, "\u2028", "<script>alert(1)</script>",
    "javascript:alert(1)", "=1+1", "%s%n%x", "{0.__class__}", "../../../etc/passwd", "[red]markup[/red]",
)  # fmt: skip

Message = tuple[bytes | None, bytes | None]


def hostile_messages(number: int, seed: int, largest: int = 10 * MEGABYTE) -> Iterator[Message]:
    """Keys and values; of every kind by its weight, none above `largest` bytes."""
    random = Random(seed)
    makers = list(KINDS)
    weights = [KINDS[maker] for maker in makers]
    for position in range(number):
        maker = random.choices(makers, weights)[0]
        value = maker(random, position)
        if value is not None and len(value) > largest:
            value = value[:largest]
        yield _key(random, position), value


def _article(random: Random, position: int) -> dict[str, object]:
    return {
        "id": f"h{position}",
        "title": f"Ferry {position} reaches port",
        "text": " ".join(random.choices(("storm", "harbour", "captain", "rescue", "night", "engine"), k=20)),
        "source": "Outlet",
        "published_at": "2026-03-01T12:00:00Z",
    }


def _key(random: Random, position: int) -> bytes | None:
    return random.choice((f"h{position}".encode(), None, b"", b"\xff\xfe", b"k" * 5_000, b"\x00"))


def _noise(random: Random, position: int) -> bytes:
    del position
    return random.randbytes(random.randrange(200))


def _mutated(random: Random, position: int) -> bytes:
    data = bytearray(json.dumps(_article(random, position)).encode())
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(data))
        choice = random.random()
        if choice < 0.4:
            data[at] = random.randrange(256)
        elif choice < 0.7:
            del data[at : at + random.randint(1, 9)]
        else:
            data[at:at] = random.choice(
                (b'"', b"{", b"}", b"[", b"\\", b"\\u", b"\\ud800", b",", b":", b"\x00", b"\xff")
            )
        data = data or bytearray(b"{")
    return bytes(data)


def _wrong_types(random: Random, position: int) -> bytes:
    article = _article(random, position)
    for field in random.sample(FIELDS, random.randint(1, 4)):
        article[field] = random.choice(
            (None, True, 1, -1.5, [], {}, [[]], {"name": {"name": 1}}, ["a"], "", " ", {"name": ""})
        )
    return json.dumps(article).encode()


def _deep(random: Random, position: int) -> bytes:
    depth = random.choice((10, 900, 1_100, 20_000, 100_000))
    opening, closing = random.choice((("[", "]"), ('{"a":', "}")))
    inner = opening * depth + "1" + closing * (depth if random.random() < 0.5 else 0)
    return f'{{"id": "h{position}", "title": "Deep", "source": {inner}}}'.encode()


def _huge_numbers(random: Random, position: int) -> bytes:
    field = random.choice(FIELDS)
    return f'{{"id": "h{position}", "title": "Many", "{field}": {random.choice(NUMBERS)}}}'.encode()


def _absurd_dates(random: Random, position: int) -> bytes:
    date: object = (
        random.choice(DATES) if random.random() < 0.6 else random.choice((-1e18, 1e18, 1e308, -1, 0, 2**63))
    )
    return json.dumps(_article(random, position) | {"published_at": date, "updated_at": date}).encode()


def _bad_encoding(random: Random, position: int) -> bytes:
    data = json.dumps(_article(random, position)).encode()
    choice = random.randrange(4)
    if choice == 0:
        return data.decode().encode("utf-16")
    if choice == 1:
        return b"\xef\xbb\xbf" + data
    if choice == 2:
        return data.replace(b"port", b"p\xf0\x28\x8c\x28t")
    return data.replace(b"port", b"\\ud800 \\udfff")


def _odd_text(random: Random, position: int) -> bytes:
    article = _article(random, position)
    for field in random.sample(("title", "text", "source", "language", "url", "id", "status"), 3):
        article[field] = "".join(random.choices(ODD_TEXT, k=random.randint(1, 3)))
    return json.dumps(article, ensure_ascii=random.random() < 0.5).encode()


def _broken_html(random: Random, position: int) -> bytes:
    pieces = (
        "<div>",
        "</p>",
        "<b",
        "&amp;",
        "&#x0;",
        "&#99999999;",
        "&nbsp;",
        "<!--",
        "-->",
        "<![CDATA[",
        "<style>",
        "</",
        "'",
        '"',
        "word ",
    )
    text = "".join(random.choices(pieces, k=random.randint(5, 300)))
    return json.dumps(_article(random, position) | {"text": text}).encode()


def _html_bomb(random: Random, position: int) -> bytes:
    size = random.choice((20_000, 200_000, 950_000))
    piece = random.choice(
        ("<div>", "<", "&", "&amp;" * 3, "<a href='" + "x" * 50 + "'>", "<!--", "<table><tr><td>", "<b><i>")
    )
    return json.dumps(_article(random, position) | {"text": piece * (size // len(piece))}).encode()


def _oversized(random: Random, position: int) -> bytes:
    size = random.choice((2 * MEGABYTE, 10 * MEGABYTE))
    return json.dumps(_article(random, position) | {"text": "word " * (size // 5)}).encode()


def _large_plain(random: Random, position: int) -> bytes:
    piece = random.choice(("word ", "x", "北京", "\u0301", "1 ", "\n", "A. ", "é"))
    return json.dumps(
        _article(random, position) | {"text": piece * (600_000 // len(piece.encode()))}, ensure_ascii=False
    ).encode()


def _many_fields(random: Random, position: int) -> bytes:
    extra = {f"x{n}": n for n in range(random.randint(10, 500))}
    return json.dumps(extra | _article(random, position)).encode()


def _cut(random: Random, position: int) -> bytes:
    data = json.dumps(_article(random, position)).encode()
    return data[: random.randrange(len(data))] if random.random() < 0.5 else data + data


def _nothing(random: Random, position: int) -> bytes | None:
    del position
    return random.choice((None, b"", b"null", b"{}", b"[]", b'""', b"0"))


KINDS: dict[Callable[[Random, int], bytes | None], float] = {
    _noise: 20,
    _mutated: 20,
    _wrong_types: 15,
    _huge_numbers: 8,
    _absurd_dates: 6,
    _bad_encoding: 8,
    _odd_text: 8,
    _broken_html: 5,
    _many_fields: 2,
    _cut: 5,
    _nothing: 4,
    _deep: 0.3,
    _html_bomb: 0.02,
    _large_plain: 0.02,
    _oversized: 0.005,
}


class Tally:
    """What became of the messages."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.slowest = 0.0
        self.largest_record = 0

    def run(self, embedder: Embedder, messages: list[Message], first: int) -> None:
        """Embed one batch and account for every message of it.

        Raises:
            AssertionError: a message was not accounted for, or its record cannot be written or read.
        """
        batch = [
            Incoming(key, value, Origin(0, first + n), 1_770_000_000_000)
            for n, (key, value) in enumerate(messages)
        ]
        begin = perf_counter()
        results = embedder.embed(batch)
        self.slowest = max(self.slowest, perf_counter() - begin)
        assert len(results) == len(batch)
        for incoming, result in zip(batch, results, strict=True):
            if isinstance(result, Refused):
                assert result.incoming is incoming
                assert result.reason in DEAD_LETTER_REASONS
                self.outcomes[f"dead letter: {result.reason}"] += 1
                continue
            written = encode_record(result)
            assert decode_record(written).origin == incoming.origin
            self.largest_record = max(self.largest_record, len(written))
            assert len(written) < LARGEST_RECORD
            self.outcomes["retraction" if result.retracted else "record"] += 1


def attack(number: int, seed: int, show: bool = False) -> Tally:
    """Run so many hostile messages through the embed stage."""
    settings = Settings()
    embedder = Embedder(load_encoder(settings.encoder), settings.intake.max_article_bytes, Metrics())
    tally = Tally()
    messages = hostile_messages(number, seed)
    if show:
        messages = track(messages, "Hostile messages", total=number)
    batch: list[Message] = []
    done = 0
    for message in messages:
        batch.append(message)
        if len(batch) == BATCH:
            tally.run(embedder, batch, done)
            done += len(batch)
            batch = []
    tally.run(embedder, batch, done)
    return tally


def main() -> int:
    """Run the attack and print what became of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--number", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path, help="write the summary to this Markdown file too")
    chosen = parser.parse_args()
    begin = perf_counter()
    tally = attack(chosen.number, chosen.seed, show=True)
    rows = [f"| {outcome} | {count} |" for outcome, count in sorted(tally.outcomes.items())]
    summary = "\n".join(
        [
            f"# {chosen.number} hostile messages, {tally.outcomes.total()} accounted for, 0 crashes",
            "",
            f"`python -m tests.torture.hostile --number {chosen.number} --seed {chosen.seed}`, "
            f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC.",
            "",
            "| What became of them | Messages |",
            "|---|---|",
            *rows,
            "",
            f"Slowest batch of {BATCH}: {tally.slowest:.2f} s. Largest record: {tally.largest_record} bytes. "
            f"Time in all: {(perf_counter() - begin) / 60:.1f} minutes.",
            "",
        ]
    )
    print(summary)
    if chosen.results:
        chosen.results.parent.mkdir(parents=True, exist_ok=True)
        chosen.results.write_text(summary)
    return int(tally.outcomes.total() != chosen.number)


if __name__ == "__main__":
    sys.exit(main())
