"""`make torture`: break the service at random moments, then compare what readers saw with an undisturbed fold.

    python -m tests.torture --rounds 100 --articles 210 --results benchmarks/torture/results.md

Ends with code 1 where anything was lost, doubled or changed; the folder with all logs is kept then.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from tests.torture.blows import CLUSTER, ONE_BROKER, PROCESSES, Blow
from tests.torture.rounds import Ordeal, torture

DECKS: dict[str, tuple[Blow, ...]] = {
    "processes": PROCESSES,
    "one-broker": ONE_BROKER,
    "cluster": CLUSTER,
}


def main() -> int:
    """Run the rounds; the exit code says whether the promise held."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--articles", type=int, default=210, help="messages sent in each round")
    parser.add_argument(
        "--deck", choices=[*DECKS, *Blow], default="one-broker", help="what befalls the service"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path, help="write the summary to this Markdown file too")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="newsfold-torture-"))
    begin = monotonic()
    deck = DECKS.get(chosen.deck) or (Blow(chosen.deck),)
    ordeal = asyncio.run(torture(folder, chosen.rounds, chosen.articles, chosen.seed, deck))
    summary = _summary(ordeal, chosen, monotonic() - begin)
    print(summary)
    if chosen.results:
        chosen.results.parent.mkdir(parents=True, exist_ok=True)
        chosen.results.write_text(summary)
    if not ordeal.comparison.is_clean:
        print(f"The logs of broker and workers are in {folder}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    return 0


def _summary(ordeal: Ordeal, chosen: argparse.Namespace, seconds: float) -> str:
    compared = ordeal.comparison
    ends = ", ".join(f"code {code}: {times}" for code, times in sorted(ordeal.ended_by_themselves.items()))
    rows = {
        "rounds": ", ".join(f"{blow} {number}" for blow, number in ordeal.blows.items()),
        "left out": "; ".join(f"{blow}: {why}" for blow, why in ordeal.left_out.items()) or "none",
        "messages sent, articles among them": f"{ordeal.messages}, {ordeal.articles}",
        "records in articles.embedded (deliveries repeat after a crash)": compared.records,
        "assignments, story and storyline snapshots a read_committed reader sees": (
            f"{compared.assignments}, {compared.snapshots}, {compared.storyline_snapshots}"
        ),
        "stories merged, split off": f"{compared.merges}, {compared.splits}",
        "articles lost": compared.lost.total(),
        "articles assigned twice": compared.twice.total(),
        "assignments an undisturbed fold lacks, or has and they are missing": (
            f"{compared.assignments_unexpected}, {compared.assignments_missing}"
        ),
        "snapshots with other bytes than an undisturbed fold's of that id and version": compared.other_bytes,
        "stories and storylines whose last snapshot differs": compared.other_last_snapshots,
        "workers that ended by themselves and were started again": ends or "none",
        "slowest graceful stop": f"{ordeal.slowest_stop:.1f} s",
        "time": f"{seconds / 60:.1f} minutes",
    }
    return "\n".join(
        [
            f"# Torture: {'nothing lost, nothing twice' if compared.is_clean else 'THE PROMISE WAS BROKEN'}",
            "",
            f"`python -m tests.torture --deck {chosen.deck} --rounds {chosen.rounds} "
            f"--articles {chosen.articles} --seed {chosen.seed}`, "
            f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC. Up to 3 workers, 2 shards, 3 partitions of articles.",
            "",
            "| What | Found |",
            "|---|---|",
            *(f"| {name} | {value} |" for name, value in rows.items()),
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
