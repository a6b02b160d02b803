"""Messages that no honest producer sends, by the million: every one must become a record or a dead letter.

    python -m tests.torture.hostile --number 1000000 --results benchmarks/torture/hostile.md

Runs them through the embed stage without Kafka, the encoder included. Ends with an exception where one gets through.
"""

import argparse
import sys
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from time import perf_counter

from embeddings.encoder import load_encoder
from stream.commands.progress import counting_progress
from stream.embed.record import Origin, decode_record, encode_record
from stream.embed.stage import Embedder, Incoming, Refused
from stream.observability.catalogue import DEAD_LETTER_REASONS
from stream.observability.metrics import Metrics
from stream.settings import Settings
from tests.torture.hostile_messages import Message, hostile_messages

BATCH = 64
LARGEST_RECORD = 900_000  # bytes; below the broker's default limit of 1 MiB


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


def attack(number: int, seed: int) -> Tally:
    """Run so many hostile messages through the embed stage."""
    settings = Settings()
    embedder = Embedder(load_encoder(settings.encoder), settings.intake.max_article_bytes, Metrics())
    tally, messages = Tally(), hostile_messages(number, seed)
    done = 0
    with counting_progress("messages") as progress:
        task = progress.add_task("Hostile", total=number)
        while batch := list(islice(messages, BATCH)):
            tally.run(embedder, batch, done)
            done += len(batch)
            progress.advance(task, len(batch))
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
    tally = attack(chosen.number, chosen.seed)
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
