"""The alert rules: `python -m deploy.prometheus.rules` renews deploy/prometheus/rules/newsfold.yml.

Written here, because the limits and durations are parameters: a test renders the same rules with seconds in place of
minutes and causes each fault. promtool checks and unit-tests the file with the real ones.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "rules" / "newsfold.yml"
RUNBOOK = "docs/operating.md#{section}"  # in this repository; the Helm chart puts an address before it
HEAD = "# Generated: `python -m deploy.prometheus.rules` renews this file. What to do: docs/operating.md.\n"


@dataclass(frozen=True)
class Limits:
    """What is too much, and for how long. Durations as Prometheus writes them."""

    window: str = "10m"  # over which rates are taken
    hold: str = "5m"  # how long most conditions must last
    long_window: str = "30m"  # over which restarts are counted
    growth_window: str = "15m"
    growth_step: str = "1m"
    rebuild: str = (
        "15m"  # a million articles are restored in a minute and replayed in ten (benchmarks/recovery)
    )
    lag_records: int = 5_000  # below it, growth is noise: ten batches of the fold
    latency_seconds: float = 60.0
    dead_letter_share: float = 0.01
    checkpoint_intervals: float = 3.0
    failed_transactions: int = 3
    restarts: int = 2
    skew_seconds: float = 5.0  # stream time and latencies are wrong by so much


@dataclass(frozen=True)
class Alert:
    """One rule. `section`: of docs/operating.md, as the anchor of its heading."""

    name: str
    severity: str
    expr: str
    hold: str
    summary: str
    description: str

    @property
    def section(self) -> str:
        """The anchor of its runbook."""
        return self.name.lower()

    def rendered(self) -> dict[str, Any]:
        """The rule as Prometheus reads it."""
        annotations = {
            "summary": self.summary,
            "description": self.description,
            "runbook_url": RUNBOOK.format(section=self.section),
        }
        return {
            "alert": self.name,
            "expr": self.expr,
            "for": self.hold,
            "labels": {"severity": self.severity},
            "annotations": annotations,
        }


def alerts(limits: Limits) -> list[Alert]:
    """Every rule under these limits."""
    window, hold = limits.window, limits.hold
    lag = "sum by (job, stage, topic) (newsfold_consumer_lag_records)"
    read = "newsfold_consumed_total"
    return [
        Alert(
            "NewsfoldAbsent", "critical",
            "absent(newsfold_build_info)", hold,
            "No worker of Newsfold is scraped.",
            "Prometheus has no series of any worker: none runs, or the scrape configuration does not find them.",
        ),
        Alert(
            "NewsfoldWorkerDown", "critical",
            f"up == 0 and on (job, instance) last_over_time(newsfold_build_info[{limits.long_window}])", hold,
            "Worker {{ $labels.instance }} does not answer.",
            "It answered before and has not been scraped since. Its partitions go to another worker if there is one.",
        ),
        Alert(
            "NewsfoldNoProgress", "critical",
            # a topic written in transactions keeps a lag of 1 for ever, its last marker
            "max by (job, stage, topic) (newsfold_consumer_lag_records) > 1 "
            f"and sum by (job, stage, topic) (rate({read}[{window}])) == 0", hold,
            "The {{ $labels.stage }} stage of {{ $labels.topic }} stands still.",
            "Records wait (at most {{ $value | humanize }} on a partition) and none was dealt with.",
        ),
        Alert(
            "NewsfoldLagGrowing", "warning",
            f"{lag} > {limits.lag_records} "
            f"and deriv(({lag})[{limits.growth_window}:{limits.growth_step}]) > 0", hold,
            "The {{ $labels.stage }} stage of {{ $labels.topic }} does not keep up.",
            "{{ $value | humanize }} records wait, and their number grows.",
        ),
        Alert(
            "NewsfoldLatencyHigh", "warning",
            "histogram_quantile(0.95, sum by (job, le) "
            f"(rate(newsfold_end_to_end_seconds_bucket[{window}]))) > {limits.latency_seconds:g}", hold,
            "Articles wait long for their story.",
            "5 % of the articles take more than {{ $value | humanizeDuration }} from ingestion to assignment.",
        ),
        Alert(
            "NewsfoldDeadLetters", "warning",
            f"sum by (job) (rate(newsfold_dead_letters_total[{window}])) "
            f'/ sum by (job) (rate({read}{{stage="embed"}}[{window}])) > {limits.dead_letter_share:g}', hold,
            "Many messages cannot be read.",
            "{{ $value | humanizePercentage }} of the messages go to the dead-letter topic.",
        ),
        Alert(
            "NewsfoldCheckpointOld", "warning",
            "time() - newsfold_checkpoint_timestamp_seconds "
            f"> on (job, instance) group_left () {limits.checkpoint_intervals:g} * "
            "newsfold_checkpoint_interval_seconds "
            "and newsfold_unsaved_records > 0", hold,
            "Shard {{ $labels.partition }} has no recent checkpoint.",
            "The last is {{ $value | humanizeDuration }} old: a restart replays all that came since.",
        ),
        Alert(
            "NewsfoldTransactionsFailing", "warning",
            f"sum by (job) (increase(newsfold_transactions_failed_total[{window}])) > {limits.failed_transactions}",
            "0s",
            "Transactions of the fold fail.",
            "{{ $value | humanize }} were aborted or fenced lately. Nothing is lost; each batch is folded again.",
        ),
        Alert(
            "NewsfoldWorkerRestarting", "critical",
            f"changes(process_start_time_seconds[{limits.long_window}]) > {limits.restarts} "
            "and on (job, instance) newsfold_build_info", "0s",
            "Worker {{ $labels.instance }} restarts again and again.",
            "It started {{ $value | humanize }} times lately.",
        ),
        Alert(
            "NewsfoldRebuildLong", "warning",
            'sum by (job, instance) (newsfold_shards{state="rebuilding"}) > 0', limits.rebuild,
            "Worker {{ $labels.instance }} rebuilds a shard for long.",
            "{{ $value | humanize }} of its shards are not open; their articles wait.",
        ),
        Alert(
            "NewsfoldForcedEvictions", "warning",
            f"sum by (job) (rate(newsfold_copies_forced_evictions_total[{window}])) "
            f"+ sum by (job) (rate(newsfold_copies_overflows_total[{window}])) > 0", hold,
            "The copy index is full: copies may be missed.",
            "{{ $value | humanize }} texts or postings a second are given up within the window.",
        ),
        Alert(
            "NewsfoldCheckpointFailing", "warning",
            f'sum by (job, instance) (increase(newsfold_checkpoints_total{{outcome="failed"}}[{window}])) > 0', hold,
            "{{ $labels.instance }} cannot write checkpoints.",
            "{{ $value | humanize }} failed; a restart takes longer and longer, and needs the log.",
        ),
        Alert(
            "NewsfoldClockSkew", "warning",
            f"abs(newsfold_clock_skew_seconds) > {limits.skew_seconds:g}", hold,
            "The clocks of {{ $labels.instance }} and of the broker differ.",
            "They differ by {{ $value | humanizeDuration }}: latencies and the times of undated articles are wrong.",
        ),
    ]  # fmt: skip


def text(limits: Limits) -> str:
    """The rules as their file holds them."""
    group = {"name": "newsfold", "rules": [alert.rendered() for alert in alerts(limits)]}
    return HEAD + yaml.safe_dump({"groups": [group]}, sort_keys=False, width=1_000)


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text(Limits()), encoding="utf8")
