"""The dashboards: generated, showing every metric there is, and kept to the rules of Grafana's dashboard linter.

The rules are those of grafana/dashboard-linter, by the names they have there, ported as far as they apply.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.grafana.dashboards import EVERY, file_of, text
from stream.observability.catalogue import BOARD, CATALOGUE, PROCESS, Kind

DASHBOARDS = {board.uid: json.loads(file_of(board).read_text(encoding="utf8")) for board in EVERY}
PANELS = [
    pytest.param(panel, id=f"{uid}: {panel['title']}")
    for uid, dashboard in DASHBOARDS.items()
    for panel in dashboard["panels"]
    if panel["type"] != "row"
]
SELECTOR = re.compile(r"(newsfold_\w+|process_\w+|up)\{([^}]*)\}")
UNITS = {"s", "short", "bytes", "percentunit", "suffix: /s", "suffix: /h"}
COUNTERS = {spec.series for spec in (*CATALOGUE, *BOARD) if spec.kind is Kind.COUNTER}
HISTOGRAMS = {
    f"{spec.name}_{part}"
    for spec in (*CATALOGUE, *BOARD)
    if spec.buckets
    for part in ("bucket", "sum", "count")
}
STORED = {spec.series for spec in (*CATALOGUE, *BOARD) if not spec.buckets} | HISTOGRAMS | set(PROCESS)


def expressions(panel: dict[str, Any]) -> list[str]:
    return [target["expr"] for target in panel["targets"]]


@pytest.mark.parametrize("board", EVERY, ids=lambda board: board.uid)
def test_the_file_is_generated(board):
    assert file_of(board).read_text(encoding="utf8") == text(board), (
        "run `python -m deploy.grafana.dashboards`"
    )


def test_every_metric_is_on_a_dashboard():
    shown = {
        name
        for panel in PANELS
        for expression in expressions(panel.values[0])  # type: ignore[arg-type]
        for name, _ in SELECTOR.findall(expression)
    }
    assert shown <= STORED
    for spec in (*CATALOGUE, *BOARD):
        assert not spec.panel or any(name.startswith(spec.name) for name in shown), spec.name


@pytest.mark.parametrize("dashboard", DASHBOARDS.values(), ids=DASHBOARDS)
def test_template_datasource_job_and_instance_rules_and_uneditable_dashboard(dashboard: dict[str, Any]):
    variables = {variable["name"]: variable for variable in dashboard["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    assert variables["datasource"]["query"] == "prometheus"
    for name in ("job", "instance"):
        assert variables[name]["datasource"]["uid"] == "${datasource}"
        assert variables[name]["multi"] is variables[name]["includeAll"] is True
        assert variables[name]["allValue"] == ".+"
    assert dashboard["editable"] is False
    ids = [panel["id"] for panel in dashboard["panels"] if panel["type"] != "row" and "id" in panel]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("panel", PANELS)
def test_panel_datasource_title_description_units_and_targets_rules(panel: dict[str, Any]):
    assert panel["title"]
    assert panel["description"].endswith(".")
    assert panel["datasource"]["uid"] == "${datasource}"
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
    assert panel["targets"]
    assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])


@pytest.mark.parametrize("panel", PANELS)
def test_target_job_instance_rate_interval_and_counter_aggregation_rules(panel: dict[str, Any]):
    for expression in expressions(panel):
        selectors = SELECTOR.findall(expression)
        assert selectors
        for name, labels in selectors:
            assert 'job=~"$job"' in labels, "target-job-rule"
            assert 'instance=~"$instance"' in labels, "target-instance-rule"
            if name in COUNTERS | HISTOGRAMS | {"process_cpu_seconds_total"}:
                aggregated = rf"(rate|increase)\({name}\{{[^}}]*\}}\[\$__rate_interval\]\)"
                assert re.search(aggregated, expression), "target-counter-agg-rule, target-rate-interval-rule"


@pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not installed: apt-get install prometheus"
)
def test_target_promql_rule(tmp_path: Path):
    rules = [
        {"record": f"panel:{number}", "expr": expression.replace("$__rate_interval", "1m")}
        for number, panel in enumerate(PANELS)
        for expression in expressions(panel.values[0])  # type: ignore[arg-type]
    ]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    done = subprocess.run(["promtool", "check", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
