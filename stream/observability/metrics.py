"""Prometheus metrics: base units, zero series at the start, no label by outlet, article or story."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from time import perf_counter, time

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    disable_created_metrics,
    generate_latest,
)

from stream.contract.events import Outcome, StoryEventType

STAGES = ("clean", "encode", "append", "fold", "commit")
DEAD_LETTER_REASONS = ("undecodable", "invalid", "no_id", "no_text", "no_value", "oversized", "failed")
CHECKPOINT_FATES = ("written", "failed", "restored", "refused")
STATE_KINDS = ("articles", "leaders", "stories")
# Seconds; from one fold to a rebalance. A quarter of a decade a step is enough for p99s.
STAGE_BUCKETS = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0)
LATENCY_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 86400.0)
SIZE_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000)


class Metrics:
    """All series of one worker, in a registry of its own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # they double every series and tell nothing that build info does not
        registry = self.registry = CollectorRegistry()
        self.consumed = Counter("newsfold_consumed", "Messages read, by topic.", ["topic"], registry=registry)
        self.processed = Counter(
            "newsfold_processed", "Records folded, by outcome.", ["outcome"], registry=registry
        )
        self.dead_letters = Counter(
            "newsfold_dead_letters", "Messages sent to the dead-letter topic.", ["reason"], registry=registry
        )
        self.dates_refused = Counter(
            "newsfold_dates_refused", "Dates of articles that could not be believed.", registry=registry
        )
        self.stage_seconds = Histogram(
            "newsfold_stage_seconds",
            "Time a batch spends in a stage.",
            ["stage"],
            buckets=STAGE_BUCKETS,
            registry=registry,
        )
        self.batch_size = Histogram(
            "newsfold_encode_batch_articles",
            "Articles encoded together.",
            buckets=SIZE_BUCKETS,
            registry=registry,
        )
        self.end_to_end_seconds = Histogram(
            "newsfold_end_to_end_seconds",
            "From ingestion of an article to the commit of its assignment.",
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self.clustering_seconds = Histogram(
            "newsfold_clustering_latency_seconds",
            "From publication of an article to the commit of its assignment.",
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self.lag = Gauge(
            "newsfold_consumer_lag_records",
            "Offsets between the consumer and the end of its partition.",
            ["topic", "partition"],
            registry=registry,
        )
        self.state_entries = Gauge(
            "newsfold_state_entries", "Entries held by the shards.", ["kind"], registry=registry
        )
        self.state_bytes = Gauge(
            "newsfold_state_bytes", "Bytes held by the shards' indexes.", ["kind"], registry=registry
        )
        self.forced_evictions = Gauge(
            "newsfold_copies_forced_evictions",
            "Live postings given up because the copy index was full.",
            registry=registry,
        )
        self.story_events = Counter(
            "newsfold_story_events", "Story events emitted, by type.", ["type"], registry=registry
        )
        self.last_processed = Gauge(
            "newsfold_last_processed_timestamp_seconds", "When the last record was folded.", registry=registry
        )
        self.transactions_failed = Counter(
            "newsfold_transactions_failed", "Fold transactions that were aborted.", registry=registry
        )
        self.checkpoints = Counter(
            "newsfold_checkpoints", "Checkpoints by what became of them.", ["outcome"], registry=registry
        )
        self.checkpoint_timestamp = Gauge(
            "newsfold_checkpoint_timestamp_seconds",
            "When the last checkpoint was written.",
            registry=registry,
        )
        self.build = Info("newsfold_build", "What runs here.", registry=registry)
        self._start_at_zero()

    def _start_at_zero(self) -> None:
        for outcome in Outcome:
            self.processed.labels(outcome.value)
        for reason in DEAD_LETTER_REASONS:
            self.dead_letters.labels(reason)
        for stage in STAGES:
            self.stage_seconds.labels(stage)
        for kind in STATE_KINDS:
            self.state_entries.labels(kind)
            self.state_bytes.labels(kind)
        for event in StoryEventType:
            self.story_events.labels(event.value)
        for fate in CHECKPOINT_FATES:
            self.checkpoints.labels(fate)

    def tell_build(self, model: str, stages: str) -> None:
        """Say what runs here: the version, the model and the stages."""
        self.build.info({"version": version("newsfold"), "model": model, "stages": stages})

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Measure a stage in seconds."""
        begin = perf_counter()
        try:
            yield
        finally:
            self.stage_seconds.labels(stage).observe(perf_counter() - begin)

    def committed(self, ingested: int, published: int | None) -> None:
        """Observe both latencies of one article whose assignment was just committed (times in ms)."""
        now = time()
        self.end_to_end_seconds.observe(max(0.0, now - ingested / 1000))
        if published is not None:
            self.clustering_seconds.observe(max(0.0, now - published / 1000))

    def page(self) -> bytes:
        """The text that Prometheus scrapes."""
        return generate_latest(self.registry)
