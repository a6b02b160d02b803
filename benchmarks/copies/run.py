"""Quality and speed of copy detection, against the rivals, on streams of wire copies.

usage: python -m benchmarks.copies.run STREAM.jsonl[.gz]... [--out FOLDER] [--rounds 3] [--words 260]

Newsfold reads every stream for quality, the rivals the first. Speed is measured on the first stream with texts cut
to --words words, text to decision; the engines take turns after every 256 documents, because a shared machine is
never equally fast for a minute: compare the ratios. Streams are those of wire_edits.py. Rivals: pip install -r
requirements.txt.
"""

import argparse
import gzip
import importlib.metadata
import json
import os
import statistics
import time
from pathlib import Path
from typing import Any

from benchmarks.copies.engines import ENGINES, Newsfold
from benchmarks.copies.scores import score

SLICE = 256
KINDS = ("exact", "cosmetic", "headfoot", "trunc", "shuffle", "words", "update", "combo", "heavy")


def read_stream(path: str) -> list[dict[str, Any]]:
    """Read a stream of wire_edits.py."""
    data = Path(path).read_bytes()
    text = gzip.decompress(data) if path.endswith(".gz") else data
    return [json.loads(line) for line in text.splitlines()]


def cut(stream: list[dict[str, Any]], words: int) -> list[dict[str, Any]]:
    """Return the stream with every text cut to about so many words, line breaks kept."""
    return [{**line, "text": " ".join(line["text"].split(" ")[:words])} for line in stream]


def measure_speed(stream: list[dict[str, Any]], rounds: int) -> dict[str, Any]:
    """Return documents a processor second of every engine; the engines take turns after every slice."""
    slices = [stream[start : start + SLICE] for start in range(0, len(stream) - SLICE + 1, SLICE)]
    seconds: dict[str, list[list[float]]] = {name: [] for name in ENGINES}
    for _ in range(rounds):
        engines = {name: made() for name, made in ENGINES.items()}
        for times in seconds.values():
            times.append([])
        for part in slices:
            for name, engine in engines.items():
                began = time.process_time()
                engine.label(part)
                seconds[name][-1].append(time.process_time() - began)
    rates = {
        name: {
            "rounds": [SLICE * len(times) / sum(times) for times in turns],
            "undisturbed": SLICE / statistics.quantiles([t for times in turns for t in times], n=20)[0],
        }
        for name, turns in seconds.items()
    }
    rivals = [name for name in ENGINES if name != "newsfold"]
    ratios = [
        rate / max(rates[name]["rounds"][k] for name in rivals)
        for k, rate in enumerate(rates["newsfold"]["rounds"])
    ]
    return {
        "documents": len(slices) * SLICE,
        "words": statistics.mean(len(line["text"].split()) for line in stream),
        "rates": rates,
        "ratio_to_fastest_rival": ratios,
        "undisturbed_ratio": rates["newsfold"]["undisturbed"]
        / max(rates[name]["undisturbed"] for name in rivals),
    }


def table(results: dict[str, Any]) -> str:
    """Return the results as markdown."""
    lines = ["| stream | engine | ARI | recall | wrongly attached | " + " | ".join(KINDS) + " |"]
    lines.append("|---" * (5 + len(KINDS)) + "|")
    for stream, engines in results["quality"].items():
        for name, s in engines.items():
            kinds = " | ".join(f"{s['recall_by_kind'].get(kind, float('nan')):.3f}" for kind in KINDS)
            lines.append(
                f"| {stream} | {name} | {s['ari']:.4f} | {s['recall']:.4f} | {s['wrongly_attached']:.2%} | {kinds} |"
            )
    speed = results["speed"]
    lines += [
        "",
        f"{speed['documents']} documents of {speed['words']:.0f} words, text to decision, one core.",
        "",
    ]
    lines += [
        "| engine | documents a processor second, median round | best round | undisturbed |",
        "|---|---|---|---|",
    ]
    for name, rates in speed["rates"].items():
        turns = rates["rounds"]
        lines.append(
            f"| {name} | {statistics.median(turns):,.0f} | {max(turns):,.0f} | {rates['undisturbed']:,.0f} |"
        )
    ratios = ", ".join(f"{ratio:.2f}" for ratio in speed["ratio_to_fastest_rival"])
    lines += ["", f"Undisturbed: at the fastest twentieth of the slices of {SLICE} documents."]
    lines += [
        f"Newsfold to its fastest rival: {ratios} by rounds, {speed['undisturbed_ratio']:.2f} undisturbed."
    ]
    lines += [f"Load average at the end: {results['load']} on {os.cpu_count()} processors.", ""]
    return "\n".join(lines)


def main() -> None:
    """Run the benchmark and write copies.json and copies.md."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("streams", nargs="+")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--words", type=int, default=260)
    settings = parser.parse_args()
    Newsfold().label([{"text": "Compiled before the clock starts.", "src": "warm", "ts": 0}])
    quality: dict[str, dict[str, Any]] = {}
    for path in settings.streams:
        stream = read_stream(path)
        name = Path(path).name.removesuffix(".gz").removesuffix(".jsonl")
        engines = ENGINES if path == settings.streams[0] else {"newsfold": Newsfold}
        quality[name] = {engine: score(stream, made().label(stream)) for engine, made in engines.items()}
        print(name, {engine: round(s["ari"], 4) for engine, s in quality[name].items()}, flush=True)
    results = {
        "versions": {
            name: importlib.metadata.version(name) for name in ("datasketch", "rensa", "gaoya", "numba")
        },
        "load": [round(load, 1) for load in os.getloadavg()],
        "quality": quality,
        "speed": measure_speed(cut(read_stream(settings.streams[0]), settings.words), settings.rounds),
    }
    settings.out.mkdir(parents=True, exist_ok=True)
    (settings.out / "copies.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf8")
    (settings.out / "copies.md").write_text(table(results), encoding="utf8")
    print(table(results))


if __name__ == "__main__":
    main()
