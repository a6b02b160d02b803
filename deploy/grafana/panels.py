"""How a panel of our dashboards is made: one look, one data source, one set of variables."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    GraphGradientMode,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DataSourceRef,
    Threshold,
    ThresholdsMode,
    VariableHide,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

DATASOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
SELECTED = 'job=~"$job",instance=~"$instance"'  # in every selector, so that the variables act everywhere
COLUMNS = 24  # of Grafana's grid
HEIGHT, STAT_HEIGHT = 8, 4
WINDOW = "$__rate_interval"


@dataclass(frozen=True)
class Query:
    """One line, or one set of lines, of a panel; the legend may name labels as {{label}}."""

    expr: str
    legend: str = ""


@dataclass(frozen=True)
class Panel:
    """A panel over time. `span`: columns of 24. `unit`: Grafana's name of it."""

    title: str
    description: str
    unit: str
    queries: Sequence[Query]
    span: int = 8
    stacked: bool = False
    floor: float | None = 0.0  # least value of the axis; None where values below zero mean something


@dataclass(frozen=True)
class Figure:
    """A single number. `warn` and `alarm` colour it from those values on."""

    title: str
    description: str
    unit: str
    expr: str
    warn: float | None = None
    alarm: float | None = None
    span: int = 4
    decimals: int | None = None


@dataclass(frozen=True)
class Section:
    """A row of the dashboard and what it holds."""

    title: str
    panels: Sequence[Panel | Figure]


@dataclass(frozen=True)
class Board:
    """A whole dashboard. `presence`: the metric whose jobs and instances its variables offer."""

    uid: str
    title: str
    description: str
    sections: Sequence[Section]
    presence: str = "newsfold_build_info"


def rate(metric: str, by: str = "", where: str = "") -> str:
    """Per second, summed; `where` is more of the selector."""
    grouped = f" by ({by})" if by else ""
    return f"sum{grouped} (rate({metric}{{{_and(where)}}}[{WINDOW}]))"


def increase(metric: str, by: str = "", where: str = "") -> str:
    """How much a counter rose over the window, summed."""
    grouped = f" by ({by})" if by else ""
    return f"sum{grouped} (increase({metric}{{{_and(where)}}}[{WINDOW}]))"


def quantile(share: float, metric: str, by: str = "") -> str:
    """A quantile of a histogram over the window."""
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, {rate(f'{metric}_bucket', labels)})"


def value(metric: str, aggregate: str = "sum", by: str = "", where: str = "") -> str:
    """A gauge, brought together over the workers."""
    grouped = f" by ({by})" if by else ""
    return f"{aggregate}{grouped} ({metric}{{{_and(where)}}})"


def _and(where: str) -> str:
    return f"{SELECTED},{where}" if where else SELECTED


def build(board: Board) -> dashboard.Dashboard:
    """The dashboard as Grafana's SDK has it."""
    made = (
        dashboard.Dashboard(board.title)
        .uid(board.uid)
        .description(board.description)
        .tags(["newsfold"])
        .readonly()
        .timezone("browser")
        .refresh("30s")
        .time("now-3h", "now")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .with_variable(dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus"))
        .with_variable(_label_variable("job", board.presence, "Job"))
        .with_variable(_label_variable("instance", board.presence + '{job=~"$job"}', "Instance"))
    )
    for section in board.sections:
        made = made.with_row(dashboard.Row(section.title))
        for panel in section.panels:
            made = made.with_panel(_figure(panel) if isinstance(panel, Figure) else _over_time(panel))
    return made


def _label_variable(name: str, metric: str, label: str) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(name)
        .label(label)
        .hide(VariableHide.DONT_HIDE)
        .query(f"label_values({metric}, {name})")
        .datasource(DATASOURCE)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".+")
        .current(VariableOption(text="All", value="$__all", selected=True))
    )


def _target(query: Query, place: int = 0) -> prometheus.Dataquery:
    letter = ascii_uppercase[place]
    target = prometheus.Dataquery().expr(query.expr).datasource(DATASOURCE).range().ref_id(letter)
    return target.legend_format(query.legend) if query.legend else target


def _over_time(panel: Panel) -> timeseries.Panel:
    legend = (
        common.VizLegendOptions()
        .display_mode(LegendDisplayMode.LIST)
        .placement(LegendPlacement.BOTTOM)
        .show_legend(len(panel.queries) > 1 or "{{" in panel.queries[0].legend)
    )
    made = (
        timeseries.Panel()
        .title(panel.title)
        .description(panel.description)
        .datasource(DATASOURCE)
        .unit(panel.unit)
        .height(HEIGHT)
        .span(panel.span)
        .line_width(1)
        .fill_opacity(40 if panel.stacked else 10)
        .gradient_mode(GraphGradientMode.NONE)
        .show_points(VisibilityMode.NEVER)
        .legend(legend)
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
    )
    if panel.floor is not None:
        made = made.min(panel.floor)
    if panel.stacked:
        made = made.stacking(common.StackingConfig().mode(StackingMode.NORMAL))
    for place, query in enumerate(panel.queries):
        made = made.with_target(_target(query, place))
    return made


def _figure(figure: Figure) -> stat.Panel:
    steps = [Threshold(value=None, color="green")]
    if figure.warn is not None:
        steps.append(Threshold(value=figure.warn, color="orange"))
    if figure.alarm is not None:
        steps.append(Threshold(value=figure.alarm, color="red"))
    made = (
        stat.Panel()
        .title(figure.title)
        .description(figure.description)
        .datasource(DATASOURCE)
        .unit(figure.unit)
        .height(STAT_HEIGHT)
        .span(figure.span)
        .thresholds(dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps))
        .color_mode(BigValueColorMode.VALUE)
        .graph_mode(BigValueGraphMode.AREA)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .with_target(_target(Query(figure.expr)))
    )
    return made.decimals(figure.decimals) if figure.decimals is not None else made
