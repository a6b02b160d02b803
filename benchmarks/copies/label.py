"""Write the cluster of every line of a stream, for a scorer of one's own.

usage: python -m benchmarks.copies.label STREAM.jsonl[.gz] OUT.jsonl

Lines in: {"i", "ts" (seconds), "src", "text"} in order of arrival; lines out: {"i", "cluster"}.
"""

import json
import sys
from pathlib import Path

from benchmarks.copies.engines import Newsfold
from benchmarks.copies.run import read_stream


def main(stream_path: str, out: str) -> None:
    """Label one stream."""
    stream = read_stream(stream_path)
    labels = Newsfold().label(stream)
    with Path(out).open("w", encoding="utf8") as lines:
        for line, first in zip(stream, labels, strict=True):
            lines.write(json.dumps({"i": line["i"], "cluster": stream[first]["i"]}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
