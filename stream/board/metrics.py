"""The metrics of the board. What each means: stream/observability/catalogue.py."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from stream.board.freshness import Freshness
from stream.board.store import Store
from stream.observability import catalogue
from stream.observability.catalogue import MetricSpec


class BoardMetrics:
    """All series of one board, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.messages = self._counter(catalogue.BOARD_MESSAGES)
        self.refused = self._counter(catalogue.BOARD_REFUSED)
        self.lag = self._gauge(catalogue.BOARD_LAG)
        self.loaded = self._gauge(catalogue.BOARD_LOADED)
        self.broker_away = self._gauge(catalogue.BOARD_BROKER_AWAY)
        self.worker_behind = self._gauge(catalogue.BOARD_WORKER_BEHIND)
        self.stories = self._gauge(catalogue.BOARD_STORIES)
        self.open_pages = self._gauge(catalogue.BOARD_OPEN_PAGES)
        batch = catalogue.BOARD_BATCH_SECONDS
        self.batch_seconds = Histogram(
            batch.name, batch.meaning, buckets=batch.buckets, registry=self.registry
        )

    def _counter(self, spec: MetricSpec) -> Counter:
        return Counter(spec.name, spec.meaning, list(spec.labels), registry=self.registry)

    def _gauge(self, spec: MetricSpec) -> Gauge:
        return Gauge(spec.name, spec.meaning, list(spec.labels), registry=self.registry)

    def page(self, store: Store, freshness: Freshness) -> bytes:
        """The text that Prometheus scrapes."""
        for (topic, partition), lag in freshness.lag.items():
            self.lag.labels(topic, str(partition)).set(lag)
        self.loaded.set(freshness.loaded)
        self.broker_away.set(freshness.broker_away_since is not None)
        self.worker_behind.set(freshness.worker_behind_seconds or 0)
        self.stories.set(store.reader.execute("SELECT count(*) FROM stories").fetchone()[0])
        return generate_latest(self.registry)
