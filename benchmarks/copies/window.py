"""Memory and speed of the copy index as its window fills.

usage: python -m benchmarks.copies.window [--documents 5000000] [--out FOLDER]

Simulates documents of 260 words by their fingerprints: half are distinct texts, half copies of one of the last
20,000. All fall in one window of 72 hours, so nothing expires. Reading text costs the same at any size: not measured.
"""

import argparse
import json
import os
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from embeddings.jit import kernel
from stream.copies.index import CopyIndex
from stream.copies.place import place_report
from stream.copies.settings import CopySettings
from stream.copies.shingling import LEAD_TOKENS
from stream.copies.state import Placed

BATCH = 1_000
RECENT = 20_000  # texts that may still be copied
LEAD, BODY, REST = 23, 40, 7  # triples that a text of 260 words has in its sample, on average
SAMPLE = LEAD + BODY + REST
WORDS = 260
SPAN = 71 * 3_600_000  # milliseconds over which the documents arrive


@kernel
def place_reports(index: Any, rule: Any, samples: Any, leads: Any, lines: Any) -> Any:
    """Place reports in order, and return the outcome of each: the time of the index alone, without Python's."""
    outcomes = np.empty(len(lines), np.int64)
    headline = np.empty(0, np.uint16)
    for n in range(len(lines)):
        digest, source, time, number = lines[n]
        placed = Placed(number, samples[n], leads[n], headline, 0, LEAD, WORDS, digest, source, time, time)
        outcomes[n] = place_report(index, rule, placed)[0]
    return outcomes


class Feed:
    """Fingerprints as fingerprint_of would make them, from a fixed seed."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(1)
        self.samples = np.zeros((RECENT, SAMPLE), np.uint64)
        self.leads = np.zeros((RECENT, LEAD_TOKENS), np.uint16)
        self.texts = 0

    def batch(
        self, number: int, documents: int
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
        """Return samples, leads, and (digest, source, time, number) of the next BATCH documents."""
        rng = self.rng
        new = rng.random(BATCH) < 0.5
        new |= self.texts < BATCH
        samples = rng.integers(0, 1 << 63, (BATCH, SAMPLE), np.uint64)
        samples[:, LEAD:] >>= np.uint64(1)
        samples[:, LEAD + BODY :] >>= np.uint64(1)
        leads = rng.integers(0, 1 << 13, (BATCH, LEAD_TOKENS), np.uint16)
        rows = np.where(new, (self.texts + np.cumsum(new) - 1) % RECENT, 0)
        copied = rng.integers(0, min(self.texts, RECENT) or 1, BATCH)
        samples[~new], leads[~new] = self.samples[copied[~new]], self.leads[copied[~new]]
        self.samples[rows[new]], self.leads[rows[new]] = samples[new], leads[new]
        self.texts += int(new.sum())
        numbers = np.arange(number, number + BATCH)
        lines = np.empty((BATCH, 4), np.int64)
        lines[:, 0] = rng.integers(0, 1 << 62, BATCH)
        lines[:, 1] = rng.integers(1, 600, BATCH)
        lines[:, 2] = numbers * SPAN // documents
        lines[:, 3] = numbers
        return samples, leads, lines


def main() -> None:
    """Fill one window and write window.json and window.md."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=5_000_000)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    settings = parser.parse_args()
    feed = Feed()
    warm = CopyIndex(CopySettings(capacity=4_096))
    place_reports(warm._index, warm._rule, *Feed().batch(0, settings.documents))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    index = CopyIndex(CopySettings(capacity=settings.documents // 2 + settings.documents // 100))
    marks = {settings.documents * part // 10 for part in (1, 2, 5, 8, 10)}
    points: list[dict[str, Any]] = []
    spent: list[float] = []
    copies = found = 0
    for start in range(0, settings.documents, BATCH):
        texts = feed.texts
        batch = feed.batch(start, settings.documents)
        began = time.process_time()
        outcomes = place_reports(index._index, index._rule, *batch)
        spent.append(time.process_time() - began)
        copies += BATCH - (feed.texts - texts)
        found += int((outcomes != 0).sum())
        if start + BATCH in marks:
            tenth = spent[-settings.documents // BATCH // 20 :]
            points.append(
                {
                    "documents": start + BATCH,
                    "texts": index.entries,
                    "index_bytes": index.bytes,
                    "peak_added_bytes": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024,
                    "microseconds_each": sum(tenth) / len(tenth) / BATCH * 1e6,
                    "microseconds_each_undisturbed": float(np.quantile(tenth, 0.05)) / BATCH * 1e6,
                    "forced_evictions": index.forced_evictions,
                    "overflows": index.overflows,
                    "copies_found": found / copies,
                }
            )
            print(points[-1], flush=True)
    lines = ["| documents | texts | index, GiB | peak memory added, GiB | µs each | undisturbed | forced evictions | "
             "overflows | copies found |", "|---|---|---|---|---|---|---|---|---|"]  # fmt: skip
    lines += [
        f"| {p['documents']:,} | {p['texts']:,} | {p['index_bytes'] / 2**30:.2f} "
        f"| {p['peak_added_bytes'] / 2**30:.2f} | {p['microseconds_each']:.1f} "
        f"| {p['microseconds_each_undisturbed']:.1f} | {p['forced_evictions']:,} "
        f"| {p['overflows']:,} | {p['copies_found']:.4f} |"
        for p in points
    ]
    lines += ["", f"Load average at the end: {[round(load, 1) for load in os.getloadavg()]}.", ""]
    settings.out.mkdir(parents=True, exist_ok=True)
    name = f"window-{settings.documents // 1000}k"
    (settings.out / f"{name}.json").write_text(json.dumps(points, indent=1) + "\n", encoding="utf8")
    (settings.out / f"{name}.md").write_text("\n".join(lines), encoding="utf8")


if __name__ == "__main__":
    main()
