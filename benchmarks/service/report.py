"""What the benchmark of the service found, as a table and as a picture."""

from pathlib import Path
from typing import Any

import msgspec

from benchmarks.service.measured import Latency, Run

OWN = "Newsfold"
OTHER = f"{OWN} of"  # another checkout: its folder follows
FILES = "labelled files"  # the stream of files


class Line(msgspec.Struct):
    """One service on one stream."""

    name: str
    stream: str
    articles: int
    articles_per_second: float
    service_microseconds: float
    broker_microseconds: float
    f1: float | None


class Results(msgspec.Struct):
    """Everything that was measured in one run."""

    machine: str
    when: str
    mean_bytes: float
    minutes: float = 0.0
    command: str = ""
    runs: list[Line] = []
    latencies: list[Latency] = []


def line(name: str, stream: str, articles: int, run: Run, f1: float) -> Line:
    """A run as a line of the table."""
    return Line(
        name=name,
        stream=stream,
        articles=articles,
        articles_per_second=round(run.articles_per_second, 1),
        service_microseconds=round(run.service_microseconds),
        broker_microseconds=round(run.broker_microseconds),
        f1=round(f1, 3) if f1 == f1 else None,
    )


def plain(results: Results) -> Any:
    """The results as JSON values."""
    return msgspec.to_builtins(results)


def markdown(results: Results) -> str:
    """The results as a page."""
    rows = [
        "# The whole service",
        "",
        f"`{results.command}`, {results.when}, {results.machine}, {results.minutes:.0f} minutes.",
        f"Articles of {results.mean_bytes / 1000:.1f} kB on average; broker, service and reader share the machine.",
        "",
        "| Stream | Service | Articles | Articles/s | Ratio | Service, µs of CPU | Broker, µs | B-cubed F1 |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    own = {one.stream: one.articles_per_second for one in results.runs if one.name == OWN}
    for one in results.runs:
        f1 = "" if one.f1 is None else f"{one.f1:.3f}"
        rows.append(
            f"| {one.stream} | {one.name} | {one.articles:,} | {one.articles_per_second:,.0f} | "
            f"{own[one.stream] / one.articles_per_second:.2f} | {one.service_microseconds:,} | "
            f"{one.broker_microseconds:,} | {f1} |"
        )
    rows += ["", "Ratio: the articles a second of Newsfold over those of the service.", ""]
    if results.latencies:
        rows += [
            "| Service | Load | Articles/s | p50, ms | p99, ms | worst, ms |",
            "|---|---:|---:|---:|---:|---:|",
            *(
                f"| {one.name} | {one.load:.0%} | {one.offered:,.0f} | {one.p50:,.0f} | {one.p99:,.0f} | "
                f"{one.worst:,.0f} |"
                for one in results.latencies
            ),
            "",
            "From handing an article to its producer until a read_committed consumer has its assignment.",
            "",
        ]
    return "\n".join(rows)


def draw(results: Results, path: Path) -> None:
    """Articles a second on the first stream against F1 on the labelled files (on the first stream without these)."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    first = results.runs[0].stream
    judged = FILES if any(one.stream == FILES for one in results.runs) else first
    f1 = {one.name: one.f1 for one in results.runs if one.stream == judged}
    figure, axis = plt.subplots(figsize=(7.2, 4.2))
    shown = [one for one in results.runs if one.stream == first and f1.get(one.name) is not None]
    for one in (one for one in shown if not one.name.startswith(OTHER)):
        is_own = one.name.startswith(OWN)
        place = (one.articles_per_second, f1[one.name])
        axis.scatter(*place, s=70, color="#b5321f" if is_own else "#55606b")
        axis.annotate(
            one.name,
            place,
            xytext=(0, -17 if is_own and one.name != OWN else 9),  # the two of Newsfold are neighbours
            textcoords="offset points",
            ha="center",
            fontsize=8.5,
            fontweight="bold" if is_own else "normal",
        )
    axis.set_xscale("log")
    axis.margins(x=0.25, y=0.2)
    axis.set_xlabel(f"Articles a second, {first} articles, broker on the same cores (log)")
    axis.set_ylabel(f"B-cubed F1 ({judged})")
    axis.grid(alpha=0.25)
    figure.tight_layout()
    figure.savefig(path, dpi=150)
