"""A picture of a dashboard, drawn with matplotlib from the very queries that Grafana would run.

No package of Grafana can be had where the project is built; so its layout, units and legends are imitated, from the
same definitions, on data of a real Prometheus.
"""

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.dates as mdates
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

from deploy.grafana.panels import COLUMNS, HEIGHT, STAT_HEIGHT, Board, Figure, Panel, Query
from deploy.prometheus.process import PrometheusProcess

COLOURS = ("#4C9A2A", "#E0B400", "#3274D9", "#E0752D", "#E02F44", "#0A437C", "#A352CC", "#447EBC", "#8F3BB8")
BACKGROUND, SURFACE, INK, FAINT = "#F4F5F5", "#FFFFFF", "#24292E", "#6E7480"
UNIT_INCHES = (0.62, 0.34)  # of a column and of a row of Grafana's grid
TITLE_ROWS, POINTS = 1.4, 240
LABELS = re.compile(r"\{\{(\w+)\}\}")
WINDOW_SECONDS = 60
SECONDS_A_DAY = 86_400
DURATIONS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"), (1e-3, "ms"), (1e-6, "µs"))
BYTES = ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"), (1, "B"))
COUNTS = ((1e9, " B"), (1e6, " M"), (1e3, " K"), (1, ""))


def draw(board: Board, prometheus: PrometheusProcess, start: float, end: float, file: Path) -> None:
    """Draw the dashboard over a span of time (seconds since 1970) into a PNG file."""
    mpl.use("Agg")
    heights = [TITLE_ROWS + _rows(section.panels) for section in board.sections]
    size = COLUMNS * UNIT_INCHES[0], (sum(heights) + 2) * UNIT_INCHES[1]
    figure = plt.figure(figsize=size, facecolor=BACKGROUND, layout="constrained")
    parts = figure.subfigures(len(heights) + 1, 1, height_ratios=[2.0, *heights], squeeze=False)[:, 0]
    parts[0].set_facecolor(BACKGROUND)
    parts[0].text(0.01, 0.5, board.title, size=17, color=INK, weight="bold", va="center")
    times = f"{datetime.fromtimestamp(start, UTC):%H:%M} to {datetime.fromtimestamp(end, UTC):%H:%M} UTC"
    parts[0].text(0.99, 0.5, times, size=11, color=FAINT, ha="right", va="center")
    for part, section in zip(parts[1:], board.sections, strict=True):
        part.set_facecolor(BACKGROUND)
        part.suptitle(section.title, x=0.01, ha="left", size=12, color=FAINT)
        _draw_section(part, section.panels, prometheus, (start, end))
    figure.savefig(file, dpi=80)
    plt.close(figure)


def _lines(panels: Sequence[Panel | Figure]) -> list[list[Panel | Figure]]:
    """The panels as Grafana's grid breaks them into rows."""
    lines: list[list[Panel | Figure]] = [[]]
    for panel in panels:
        if sum(one.span for one in lines[-1]) + panel.span > COLUMNS:
            lines.append([])
        lines[-1].append(panel)
    return lines


def _rows(panels: Sequence[Panel | Figure]) -> float:
    return sum(STAT_HEIGHT if isinstance(line[0], Figure) else HEIGHT for line in _lines(panels))


def _draw_section(
    part: SubFigure,
    panels: Sequence[Panel | Figure],
    prometheus: PrometheusProcess,
    span: tuple[float, float],
) -> None:
    lines = _lines(panels)
    heights = [STAT_HEIGHT if isinstance(line[0], Figure) else HEIGHT for line in lines]
    grid = part.add_gridspec(len(lines), COLUMNS, height_ratios=heights)
    for row, line in enumerate(lines):
        column = 0
        for panel in line:
            axes = part.add_subplot(grid[row, column : column + panel.span])
            column += panel.span
            axes.set_facecolor(SURFACE)
            axes.set_title(panel.title, loc="left", size=10, color=INK, weight="bold")
            queries = [Query(panel.expr)] if isinstance(panel, Figure) else panel.queries
            series = [(query, one) for query in queries for one in _series(query, prometheus, span)]
            _draw_figure(axes, panel, series) if isinstance(panel, Figure) else _draw_panel(
                axes, panel, series
            )


def _series(query: Query, prometheus: PrometheusProcess, span: tuple[float, float]) -> list[dict[str, Any]]:
    expression = query.expr.replace("$__rate_interval", f"{WINDOW_SECONDS}s")
    expression = expression.replace("$job", ".+").replace("$instance", ".+")
    return prometheus.query_range(expression, *span, (span[1] - span[0]) / POINTS)


def _draw_figure(axes: Axes, figure: Figure, series: list[tuple[Query, dict[str, Any]]]) -> None:
    axes.set(xticks=[], yticks=[])
    _frame(axes)
    if not series:
        axes.text(0.5, 0.5, "No data", color=FAINT, ha="center", va="center", transform=axes.transAxes)
        return
    times, values = _points(series[0][1])
    last = next((value for value in reversed(values) if not math.isnan(value)), math.nan)
    colour = COLOURS[0]
    if figure.alarm is not None and last >= figure.alarm:
        colour = COLOURS[4]
    elif figure.warn is not None and last >= figure.warn:
        colour = COLOURS[3]
    axes.fill_between(times, values, color=colour, alpha=0.15, linewidth=0)
    axes.set_ylim(0, max([value for value in values if not math.isnan(value)] + [1e-9]) * 2.2)
    text = _shown(last, figure.unit, figure.decimals)
    axes.text(0.5, 0.55, text, size=19, color=colour, ha="center", va="center", transform=axes.transAxes)


def _draw_panel(axes: Axes, panel: Panel, series: list[tuple[Query, dict[str, Any]]]) -> None:
    _frame(axes)
    drawn = [(*_points(one), _legend(query, one["metric"])) for query, one in series]
    if panel.stacked and drawn:
        by_time = [dict(zip(times, values, strict=True)) for times, values, _ in drawn]
        every = sorted({moment for one in by_time for moment in one})
        filled = [[_number(one.get(moment, 0.0)) for moment in every] for one in by_time]
        axes.stackplot(every, filled, labels=[name for *_, name in drawn], colors=COLOURS, alpha=0.7)
    else:
        for position, (times, values, name) in enumerate(drawn):
            colour = COLOURS[position % len(COLOURS)]
            axes.plot(times, values, color=colour, linewidth=1.2, label=name)
    if not drawn:
        axes.text(0.5, 0.5, "No data", color=FAINT, ha="center", va="center", transform=axes.transAxes)
    if panel.floor is not None:
        axes.set_ylim(bottom=panel.floor)
        highest = axes.get_ylim()[1]
        axes.set_ylim(top=1 if highest <= panel.floor + 0.06 else highest * 1.05)
    axes.yaxis.set_major_locator(MultipleLocator(_step(axes.get_ylim(), panel.unit)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda number, _: _shown(number, panel.unit)))
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=3, maxticks=6))
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%H:%M"))
    axes.grid(color="#E4E7EB", linewidth=0.6)
    axes.tick_params(labelsize=8, colors=FAINT, length=0)
    if any(name for *_, name in drawn):
        axes.legend(
            loc="upper center",
            bbox_to_anchor=(0.5, -0.13),
            ncols=4,
            fontsize=7,
            frameon=False,
            labelcolor=FAINT,
        )


def _step(limits: tuple[float, float], unit: str) -> float:
    """The distance of two ticks: round in the unit that is shown, as 20 MiB or 5 min."""
    low, high = limits
    scales = {"s": DURATIONS, "bytes": BYTES}.get(unit, COUNTS)
    factor = next((factor for factor, _ in scales if high >= factor), 1.0)
    ticks = MaxNLocator(nbins=5, steps=[1, 2, 5, 10]).tick_values(low / factor, high / factor)
    return float(ticks[1] - ticks[0]) * factor


def _frame(axes: Axes) -> None:
    for spine in axes.spines.values():
        spine.set_color("#DCE0E4")


def _points(series: dict[str, Any]) -> tuple[list[float], list[float]]:
    """Times as matplotlib counts them (days since 1970), and values."""
    times = [float(moment) / SECONDS_A_DAY for moment, _ in series["values"]]
    return times, [float(value) for _, value in series["values"]]


def _legend(query: Query, metric: dict[str, str]) -> str:
    return LABELS.sub(lambda found: metric.get(found[1], ""), query.legend)


def _number(value: float) -> float:
    return 0.0 if math.isnan(value) else value


def _shown(value: float, unit: str, decimals: int | None = None) -> str:
    """A number as Grafana shows it in this unit."""
    if math.isnan(value):
        return "No data"
    if unit == "percentunit":
        return f"{value * 100:.{2 if decimals is None else decimals}f} %".replace(".00 %", " %")
    scales = {"s": DURATIONS, "bytes": BYTES}.get(unit, COUNTS)
    factor, name = next(((f, n) for f, n in scales if abs(value) >= f), scales[-1] if value else (1, ""))
    if unit not in {"s", "bytes"} and abs(value) < 1:
        factor, name = 1, ""
    number = f"{value / factor:.{decimals}f}" if decimals is not None else f"{value / factor:.3g}"
    suffix = unit.removeprefix("suffix:") if unit.startswith("suffix:") else ""
    return f"{number}{' ' if name and name[0] != ' ' else ''}{name}{suffix}"
