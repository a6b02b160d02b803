"""What the fold costs an article, with what goes out encoded; against another checkout in the same run.

usage: OMP_NUM_THREADS=1 python -m benchmarks.fold.speed [--articles 12000] [--news NEWS.jsonl ...]
           [--against CHECKOUT] [--runs 3] [--out FILE.md]

The articles go through the embed stage first, which is not timed. The runs of the two checkouts take turns, each a
process of its own, so that both find the same machine; the median of the runs counts.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from benchmarks.service.stream_of_news import invented, of_files

HERE = Path(__file__).parents[2]
MEASURE = Path(__file__).parent / "measure.py"
WARM = 2_000  # articles before the clock runs
COPIES = 0.25  # of the invented articles carry the text of an earlier one, as wire texts do


def measured(checkout: Path, articles: Path, warm: int) -> dict[str, Any]:
    """One run of a checkout."""
    path = os.pathsep.join(filter(None, [str(checkout), os.environ.get("PYTHONPATH")]))
    printed = subprocess.run(
        [sys.executable, str(MEASURE), str(articles), str(warm)],
        check=True,
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    ).stdout
    result: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return result


def middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The median run of each figure."""
    first = runs[0]
    return first | {
        name: round(median(run[name] for run in runs), 1) for name in first if name.endswith("microseconds")
    }


def report(results: dict[str, dict[str, Any]], what: str) -> str:
    """The results as Markdown."""
    rows = [
        "| | fold, µs an article | encoding, µs | articles/s of a core | open stories | bytes |",
        "|---|---|---|---|---|---|",
    ]
    for name, run in results.items():
        total = run["fold_microseconds"] + run["encode_microseconds"]
        rows.append(
            f"| {name} | {run['fold_microseconds']} | {run['encode_microseconds']} | {1e6 / total:,.0f} | "
            f"{run['open_stories']:,} | `{run['bytes']}` |"
        )
    if len(results) == 2:
        before, after = results.values()
        ratio = before["fold_microseconds"] / after["fold_microseconds"]
        rows.append(f"\nThe fold takes 1 / {ratio:.2f} of the time before.")
    return "\n".join([f"{what}, {next(iter(results.values()))['articles']:,} articles timed.", "", *rows, ""])


def main() -> None:
    """Read the arguments, measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=12_000)
    parser.add_argument(
        "--news", nargs="*", type=Path, default=[], help="JSON Lines instead of invented news"
    )
    parser.add_argument("--against", type=Path, help="a checkout of the commit before")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--warm", type=int, default=WARM)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    news = of_files(options.news) if options.news else invented(options.articles, 1, copies=COPIES)
    with tempfile.TemporaryDirectory() as folder:
        articles = Path(folder) / "articles.msgpack"
        articles.write_bytes(msgspec.msgpack.encode([*zip(news.keys, news.values, strict=True)]))
        checkouts = {"before": options.against.resolve()} if options.against else {}
        checkouts["now"] = HERE
        runs: dict[str, list[dict[str, Any]]] = {name: [] for name in checkouts}
        for _ in range(options.runs):
            for name, checkout in checkouts.items():
                runs[name].append(measured(checkout, articles, options.warm))
                print(name, runs[name][-1], flush=True)
    what = f"Articles of {news.mean_bytes / 1000:.1f} kB"
    text = report({name: middle(found) for name, found in runs.items()}, what)
    print(text)
    if options.out:
        options.out.write_text(f"# What the fold costs\n\n{text}", encoding="utf8")


if __name__ == "__main__":
    main()
