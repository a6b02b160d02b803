"""What a worker and a board export is what the catalogue lists."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from stream.board.metrics import BoardMetrics
from stream.observability.catalogue import BOARD, CATALOGUE, PROCESS, MetricSpec
from stream.observability.metrics import Metrics

FOREIGN = {"process_virtual_memory_bytes", "process_max_fds"}  # exported with the others, of no use to us


def families(registry: CollectorRegistry) -> dict[str, tuple[str, str]]:
    return {family.name: (family.type, family.documentation) for family in registry.collect()}


def assert_listed(exported: dict[str, tuple[str, str]], catalogue: Sequence[MetricSpec]) -> None:
    """What is exported is in the catalogue, but for what Prometheus' client says of any process."""
    own = {name: found for name, found in exported.items() if not name.startswith("process_")}
    assert own == {spec.name: (str(spec.kind), spec.meaning) for spec in catalogue}
    process = {name.removesuffix("_total") for name in PROCESS}
    assert {name for name in exported if name.startswith("process_")} == process | FOREIGN


def test_a_worker_exports_what_the_catalogue_lists_and_nothing_else():
    assert_listed(families(Metrics().registry), CATALOGUE)


def test_the_board_exports_what_the_catalogue_lists():
    assert_listed(families(BoardMetrics().registry), BOARD)


def test_names_follow_the_conventions():
    for spec in (*CATALOGUE, *BOARD):
        assert spec.series.startswith("newsfold_")
        assert spec.series.endswith("_total") == (spec.kind == "counter")
        assert spec.meaning.endswith(".")
        if spec.kind == "histogram":
            assert spec.buckets
            assert spec.series.endswith(spec.unit)


def test_series_of_known_labels_exist_from_the_start():
    families_seen = text_string_to_metric_families(Metrics().page().decode())
    seen = {family.name: len(family.samples) for family in families_seen}
    for spec in CATALOGUE:
        if spec.kind == "counter" and all(spec.labels.values()):
            assert seen[spec.name] >= 1


def test_partitions_of_another_worker_are_forgotten():
    metrics = Metrics()
    metrics.lag.labels("fold", "articles.embedded", "0").set(7)
    metrics.unsaved.labels("0").set(7)
    metrics.forget_partitions()
    metrics.lag.labels("fold", "articles.embedded", "1").set(3)
    text = metrics.page().decode()
    assert 'partition="0"' not in text
    assert 'newsfold_consumer_lag_records{partition="1",stage="fold",topic="articles.embedded"} 3.0' in text
