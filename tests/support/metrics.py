"""What a metric shows."""

from prometheus_client import Counter, Gauge


def value_of(series: Counter | Gauge) -> float:
    """The value of one series, as Prometheus would scrape it."""
    (metric,) = series.collect()
    (sample,) = metric.samples
    return sample.value
