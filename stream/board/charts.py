"""Drawings as the geometry of SVG: attributes only, because the page allows no inline style."""

from collections.abc import Sequence
from itertools import accumulate

ENDS = (0.0, 0.0, 0.0)  # before the first report and after the last
SMOOTHINGS = 2  # by a quarter, a half, a quarter: a single report is a hill, not a spike


def line_points(counts: Sequence[int], width: int, height: int) -> str:
    """The small line of reports over time, smoothed, as the points of a polyline that begins and ends at 0."""
    smooth = [*ENDS, *map(float, counts), *ENDS]
    for _ in range(SMOOTHINGS):
        smooth = [sum(three) / 4 for three in _weighted(smooth)]
    highest = max(*smooth, 1e-9)
    step = width / (len(smooth) - 1)
    return " ".join(
        f"{place * step:.1f},{height - 1 - count / highest * (height - 2):.1f}"
        for place, count in enumerate(smooth)
    )


def _weighted(counts: Sequence[float]) -> list[tuple[float, float, float]]:
    """Each with its neighbours, which count half as much."""
    padded = [0.0, *counts, 0.0]
    return [(padded[i - 1], 2 * padded[i], padded[i + 1]) for i in range(1, len(padded) - 1)]


def area_path(counts: Sequence[int], width: int, height: int) -> str:
    """How a story grew, as the path of a filled area: the running sum of the counts."""
    sums = [0, *accumulate(counts)]
    highest = max(sums[-1], 1)
    step = width / max(1, len(counts))
    points = [
        f"L{place * step:.1f} {height - total / highest * (height - 2):.1f}"
        for place, total in enumerate(sums)
    ]
    return f"M0 {height} {' '.join(points)} L{width} {height} Z"
