"""The alert rules: as generated, each with its runbook, firing when it should and silent when it should not.

promtool checks them, and runs each on series made up for it. It comes with Prometheus (Debian: prometheus).
"""

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from deploy.prometheus.rules import FILE, Limits, alerts, text

OPERATING = Path(__file__).parents[3] / "docs" / "operating.md"
ALERTS = alerts(Limits())
promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not installed: apt-get install prometheus"
)
WORKER = 'job="newsfold",instance="a:6066"'
BUILD = {f"newsfold_build_info{{{WORKER}}}": "1x120"}
LAG = f'newsfold_consumer_lag_records{{{WORKER},stage="fold",topic="t",partition="0"}}'
READ = f'newsfold_consumed_total{{{WORKER},stage="fold",topic="t"}}'
EMBEDDED = f'newsfold_consumed_total{{{WORKER},stage="embed",topic="a"}}'
LETTERS = f'newsfold_dead_letters_total{{{WORKER},reason="invalid"}}'
UP = f"up{{{WORKER}}}"
START = f"process_start_time_seconds{{{WORKER}}}"
CHECKPOINT = f'newsfold_checkpoint_timestamp_seconds{{{WORKER},partition="0"}}'
INTERVAL = {f"newsfold_checkpoint_interval_seconds{{{WORKER}}}": "300x120"}
UNSAVED = f'newsfold_unsaved_records{{{WORKER},partition="0"}}'
FAILED = f"newsfold_transactions_failed_total{{{WORKER}}}"
SHARDS = f'newsfold_shards{{{WORKER},state="rebuilding"}}'
NOT_SAVED = f'newsfold_checkpoints_total{{{WORKER},outcome="failed"}}'
SKEW = f"newsfold_clock_skew_seconds{{{WORKER}}}"
EVICTED = f"newsfold_copies_forced_evictions_total{{{WORKER}}}"
OVERFLOWS = f"newsfold_copies_overflows_total{{{WORKER}}}"


def latency(slow: str) -> dict[str, str]:
    """A histogram of 600 articles a minute, of which so many take more than a minute."""
    bucket = f"newsfold_end_to_end_seconds_bucket{{{WORKER}"
    return {f'{bucket},le="60.0"}}': f"0+{slow}x120", f'{bucket},le="300.0"}}': "0+600x120",
            f'{bucket},le="+Inf"}}': "0+600x120"}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """Series, a value a minute, and whether the alert fires at the end of an hour."""

    alert: str
    why: str
    series: dict[str, str] = field(default_factory=dict)
    fires: bool = False


CASES = [
    Case("NewsfoldAbsent", "no worker at all", {"up": "1x120"}, True),
    Case("NewsfoldAbsent", "a worker is there", BUILD),
    Case("NewsfoldWorkerDown", "it answered until 10 minutes ago",
         {UP: "1x50 0x70", f"newsfold_build_info{{{WORKER}}}": "1x50 stale"}, True),
    Case("NewsfoldWorkerDown", "it answers", BUILD | {UP: "1x120"}),
    Case("NewsfoldWorkerDown", "another job is down", BUILD | {'up{job="other",instance="b"}': "0x120"}),
    Case("NewsfoldNoProgress", "records wait and none is read", {LAG: "7x120", READ: "400x120"}, True),
    Case("NewsfoldNoProgress", "records wait and are read", {LAG: "7x120", READ: "0+60x120"}),
    Case("NewsfoldNoProgress", "nothing waits", {LAG: "0x120", READ: "400x120"}),
    Case("NewsfoldNoProgress", "the marker of a transaction is no record", {LAG: "1x120", READ: "400x120"}),
    Case("NewsfoldLagGrowing", "many wait, and more every minute", {LAG: "6000+500x120"}, True),
    Case("NewsfoldLagGrowing", "many wait, but fewer every minute", {LAG: "90000-500x120"}),
    Case("NewsfoldLagGrowing", "few wait", {LAG: "0+10x120"}),
    Case("NewsfoldLatencyHigh", "a tenth takes over a minute", latency("540"), True),
    Case("NewsfoldLatencyHigh", "one in a hundred takes over a minute", latency("594")),
    Case("NewsfoldDeadLetters", "one in twenty cannot be read", {LETTERS: "0+5x120", EMBEDDED: "0+100x120"}, True),
    Case("NewsfoldDeadLetters", "one in two hundred cannot", {LETTERS: "0+1x120", EMBEDDED: "0+200x120"}),
    Case("NewsfoldDeadLetters", "nothing comes in", {LETTERS: "5x120", EMBEDDED: "100x120"}),
    Case("NewsfoldCheckpointOld", "an hour old, with records since",
         INTERVAL | {CHECKPOINT: "0x120", UNSAVED: "0+100x120"}, True),
    Case("NewsfoldCheckpointOld", "an hour old, and nothing came since",
         INTERVAL | {CHECKPOINT: "0x120", UNSAVED: "0x120"}),
    Case("NewsfoldCheckpointOld", "written every minute",
         INTERVAL | {CHECKPOINT: "0+60x120", UNSAVED: "0+100x120"}),
    Case("NewsfoldTransactionsFailing", "one a minute", {FAILED: "0+1x120"}, True),
    Case("NewsfoldTransactionsFailing", "a rebalance fenced two", {FAILED: "0x55 2x65"}),
    Case("NewsfoldWorkerRestarting", "every five minutes", BUILD | {START: "0x5 1x5 2x5 3x5 4x5 5x5 6x5 7x5 8x60"},
         True),
    Case("NewsfoldWorkerRestarting", "an upgrade", BUILD | {START: "0x40 1x80"}),
    Case("NewsfoldRebuildLong", "for half an hour", {SHARDS: "0x30 1x90"}, True),
    Case("NewsfoldRebuildLong", "for ten minutes", {SHARDS: "0x50 1x70"}),
    Case("NewsfoldForcedEvictions", "postings go", {EVICTED: "0+10x120", OVERFLOWS: "0x120"}, True),
    Case("NewsfoldForcedEvictions", "texts go", {EVICTED: "0x120", OVERFLOWS: "0+1x120"}, True),
    Case("NewsfoldForcedEvictions", "some went long ago", {EVICTED: "7x120", OVERFLOWS: "9x120"}),
    Case("NewsfoldCheckpointFailing", "one in five minutes", {NOT_SAVED: "0+0.2x120"}, True),
    Case("NewsfoldCheckpointFailing", "one failed long ago", {NOT_SAVED: "1x120"}),
    Case("NewsfoldClockSkew", "a minute behind", {SKEW: "-60x120"}, True),
    Case("NewsfoldClockSkew", "a second ahead", {SKEW: "1x120"}),
]  # fmt: skip


def test_the_file_is_generated():
    assert FILE.read_text(encoding="utf8") == text(Limits()), "run `python -m deploy.prometheus.rules`"


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_each_says_how_bad_it_is_what_it_is_and_has_a_runbook(alert):
    assert alert.severity in {"critical", "warning"}
    assert alert.summary.endswith(".")
    assert alert.description.endswith(".")
    headings = [line.removeprefix("### ") for line in OPERATING.read_text(encoding="utf8").splitlines()]
    assert alert.name in headings, "each alert has a section of its name in docs/operating.md"


@promtool
def test_promtool_takes_the_rules():
    done = subprocess.run(["promtool", "check", "rules", FILE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(ALERTS)} rules found" in done.stdout


def test_each_is_tested_both_ways():
    for alert in ALERTS:
        assert {case.fires for case in CASES if case.alert == alert.name} == {True, False}, alert.name


@promtool
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.alert}: {case.why}")
def test_it_fires_when_it_should_and_is_silent_when_it_should_not(case: Case, tmp_path: Path):
    firing = f'count (ALERTS{{alertname="{case.alert}",alertstate="firing"}})'
    expected = {"expr": firing, "eval_time": "1h", "exp_samples": [{"labels": "{}", "value": 1}] * case.fires}
    tests = {
        "rule_files": [str(FILE)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in case.series.items()],
                "promql_expr_test": [expected],
            }
        ],
    }
    file = tmp_path / "rules.test.yml"
    file.write_text(yaml.safe_dump(tests))
    done = subprocess.run(["promtool", "test", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
