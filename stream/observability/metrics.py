"""The metrics of one worker, in a registry of its own. What each means: stream/observability/catalogue.py."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from itertools import product
from time import perf_counter, time
from typing import TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from stream.observability import catalogue
from stream.observability.catalogue import MetricSpec

Labelled = TypeVar("Labelled", Counter, Gauge, Histogram)


class Metrics:
    """All series of one worker."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # they double every series and add nothing
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.consumed = self._counter(catalogue.CONSUMED)
        self.processed = self._counter(catalogue.PROCESSED)
        self.dead_letters = self._counter(catalogue.DEAD_LETTERS)
        self.dates_refused = self._counter(catalogue.DATES_REFUSED)
        self.fields_refused = self._counter(catalogue.FIELDS_REFUSED)
        self.languages_overruled = self._counter(catalogue.LANGUAGES_OVERRULED)
        self.story_events = self._counter(catalogue.STORY_EVENTS)
        self.story_splits = self._counter(catalogue.STORY_SPLITS)
        self.storyline_events = self._counter(catalogue.STORYLINE_EVENTS)
        self.end_to_end_seconds = self._histogram(catalogue.END_TO_END)
        self.clustering_seconds = self._histogram(catalogue.CLUSTERING_LATENCY)
        self.stage_seconds = self._histogram(catalogue.STEP_SECONDS)
        self.batch_size = self._histogram(catalogue.BATCH_SIZE)
        self.vectors_reused = self._counter(catalogue.VECTORS_REUSED)
        self.lag = self._gauge(catalogue.LAG)
        self.rebalances = self._counter(catalogue.REBALANCES)
        self.last_processed = self._gauge(catalogue.LAST_PROCESSED)
        self.transactions_failed = self._counter(catalogue.TRANSACTIONS_FAILED)
        self.shards = self._gauge(catalogue.SHARDS)
        self.rebuild_remaining = self._gauge(catalogue.REBUILD_REMAINING)
        self.state_entries = self._gauge(catalogue.STATE_ENTRIES)
        self.state_bytes = self._gauge(catalogue.STATE_BYTES)
        self.forced_evictions = self._counter(catalogue.FORCED_EVICTIONS)
        self.overflows = self._counter(catalogue.OVERFLOWS)
        self.stream_time = self._gauge(catalogue.STREAM_TIME)
        self.threshold_shift = self._gauge(catalogue.THRESHOLD_SHIFT)
        self.clock_skew = self._gauge(catalogue.CLOCK_SKEW)
        self.checkpoints = self._counter(catalogue.CHECKPOINTS)
        self.state_lost = self._counter(catalogue.STATE_LOST)
        self.other_model = self._counter(catalogue.OTHER_MODEL)
        self.checkpoint_timestamp = self._gauge(catalogue.CHECKPOINT_TIME)
        self.checkpoint_interval = self._gauge(catalogue.CHECKPOINT_INTERVAL)
        self.unsaved = self._gauge(catalogue.UNSAVED)
        self.checkpoint_queue = self._gauge(catalogue.CHECKPOINT_QUEUE)
        self.build = Info(catalogue.BUILD.name, catalogue.BUILD.meaning, registry=self.registry)

    def _counter(self, spec: MetricSpec) -> Counter:
        return _at_zero(Counter(spec.name, spec.meaning, list(spec.labels), registry=self.registry), spec)

    def _gauge(self, spec: MetricSpec) -> Gauge:
        return _at_zero(Gauge(spec.name, spec.meaning, list(spec.labels), registry=self.registry), spec)

    def _histogram(self, spec: MetricSpec) -> Histogram:
        made = Histogram(
            spec.name, spec.meaning, list(spec.labels), buckets=spec.buckets, registry=self.registry
        )
        return _at_zero(made, spec)

    def forget_partitions(self) -> None:
        """Drop every series by partition, before those of the partitions owned now are set.

        A worker that lost a partition would otherwise go on exporting what it last knew of it.
        """
        by_partition = (self.lag, self.rebuild_remaining, self.stream_time, self.threshold_shift)
        for gauge in (*by_partition, self.checkpoint_timestamp, self.unsaved):
            gauge.clear()

    def describe_build(self, model: str, stages: str) -> None:
        """Set what runs here: the version, the model and the stages."""
        self.build.info({"version": version("newsfold"), "model": model, "stages": stages})

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Measure a step in seconds."""
        begin = perf_counter()
        try:
            yield
        finally:
            self.stage_seconds.labels(step).observe(perf_counter() - begin)

    def committed(self, ingested: int, published: int | None) -> None:
        """Observe both latencies of one article whose assignment was just committed (times in ms)."""
        now = time()
        self.end_to_end_seconds.observe(max(0.0, now - ingested / 1000))
        if published is not None:
            self.clustering_seconds.observe(max(0.0, now - published / 1000))

    def page(self) -> bytes:
        """The text that Prometheus scrapes."""
        return generate_latest(self.registry)


def _at_zero(metric: Labelled, spec: MetricSpec) -> Labelled:
    """Create the series whose label values are all known beforehand."""
    if spec.labels and all(spec.labels.values()):
        for values in product(*spec.labels.values()):
            metric.labels(*values)
    return metric
