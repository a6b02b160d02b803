"""The metrics of the board."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from stream.board.freshness import Freshness
from stream.board.store import Store

LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)


class BoardMetrics:
    """All series of one board, in a registry of its own."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self.messages = Counter(
            "newsfold_board_messages", "Messages of the topics that were read.", ["kind"], registry=registry
        )
        self.refused = Counter(
            "newsfold_board_messages_refused",
            "Messages of the topics that could not be read.",
            registry=registry,
        )
        self.lag = Gauge(
            "newsfold_board_lag_records",
            "Offsets between the board and the end of the partition.",
            ["topic", "partition"],
            registry=registry,
        )
        self.loaded = Gauge(
            "newsfold_board_loaded", "Whether the end of the topics was reached.", registry=registry
        )
        self.broker_away = Gauge(
            "newsfold_board_broker_away", "Whether no broker answers at the moment.", registry=registry
        )
        self.worker_behind = Gauge(
            "newsfold_board_worker_behind_seconds",
            "Age of the oldest article that the worker has not folded.",
            registry=registry,
        )
        self.stories = Gauge("newsfold_board_stories", "Stories in the store.", registry=registry)
        self.open_pages = Gauge(
            "newsfold_board_open_pages", "Pages that are open and get updates.", registry=registry
        )
        self.batch_seconds = Histogram(
            "newsfold_board_batch_seconds",
            "Time to write a batch to the store.",
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )

    def page(self, store: Store, freshness: Freshness) -> bytes:
        """The text that Prometheus scrapes."""
        for (topic, partition), lag in freshness.lag.items():
            self.lag.labels(topic, str(partition)).set(lag)
        self.loaded.set(freshness.loaded)
        self.broker_away.set(freshness.broker_away_since is not None)
        self.worker_behind.set(freshness.worker_behind_seconds or 0)
        self.stories.set(store.reader.execute("SELECT count(*) FROM stories").fetchone()[0])
        return generate_latest(self.registry)
