"""docs/metrics.md, from the catalogue of metrics."""

from collections.abc import Iterable

from stream.observability.catalogue import BOARD, CATALOGUE, PROCESS, MetricSpec

HEAD = """# Metrics

A worker serves these at `/metrics`, for Prometheus. The page is generated from `stream/observability/catalogue.py`
(`python -m stream.documents`). What to do about them: [operating.md](operating.md).

| Series | Type | Unit | Meaning |
|---|---|---|---|
"""
BOARD_HEAD = """
`newsfold board` serves a page of its own, on its own port:

| Series | Type | Unit | Meaning |
|---|---|---|---|
"""
PROCESS_HEAD = """
Of the process itself, as Prometheus clients export them on Linux:

| Series | Meaning |
|---|---|
"""


def metrics_page() -> str:
    """The text of docs/metrics.md."""
    rows, board = _rows(CATALOGUE), _rows(BOARD)
    process = "".join(f"| `{name}` | {meaning} |\n" for name, meaning in PROCESS.items())
    labels = "".join(
        f"* `{name}` of `{spec.series}`: {', '.join(f'`{value}`' for value in values)}\n"
        for spec in CATALOGUE
        for name, values in spec.labels.items()
        if values
    )
    values = f"\nThe values of the labels, where they are fixed:\n\n{labels}"
    return f"{HEAD}{rows}{values}{PROCESS_HEAD}{process}{BOARD_HEAD}{board}"


def _rows(specs: Iterable[MetricSpec]) -> str:
    return "".join(f"| {_shown(spec)} | {spec.kind} | {spec.unit} | {spec.meaning} |\n" for spec in specs)


def _shown(spec: MetricSpec) -> str:
    labels = f"{{{','.join(spec.labels)}}}" if spec.labels else ""
    return f"`{spec.series}{labels}`"
