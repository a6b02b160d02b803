"""A real Prometheus scrapes a real board that reads the topics: every panel of its dashboard shows data."""

import asyncio
import math
from pathlib import Path
from time import monotonic

import pytest

from benchmarks.board.feed import Feed
from deploy.board_process import BoardProcess
from deploy.grafana.panels import Figure
from deploy.grafana.readers_dashboard import READERS
from deploy.prometheus.process import PrometheusProcess
from tests.support.newsroom import Newsroom

PATIENCE = 120.0  # seconds until every panel shows data; it takes ten on an idle machine

pytestmark = pytest.mark.skipif(
    not PrometheusProcess.is_installed(), reason="Prometheus is not installed: apt-get install prometheus"
)


def queries() -> list[str]:
    panels = [panel for section in READERS.sections for panel in section.panels]
    return [
        query.replace("$job", "board").replace("$instance", ".+").replace("$__rate_interval", "20s")
        for panel in panels
        for query in ([panel.expr] if isinstance(panel, Figure) else [one.expr for one in panel.queries])
    ]


def without_data(prometheus: PrometheusProcess) -> list[str]:
    found = {query: [float(one["value"][1]) for one in prometheus.query(query)] for query in queries()}
    return [query for query, values in found.items() if not values or all(map(math.isnan, values))]


async def test_every_panel_shows_data_of_a_board_that_reads(newsroom: Newsroom, tmp_path: Path):
    feed = Feed(newsroom.settings)
    await feed.fill(20, 2)
    environment = {**newsroom.environment, "NEWSFOLD_BOARD__FOLDER": str(tmp_path / "store")}
    board = BoardProcess(environment, tmp_path / "board.log")
    with PrometheusProcess(tmp_path / "prometheus") as prometheus:
        await asyncio.to_thread(board.start)
        try:
            prometheus.scrape("board", board.url)
            deadline = monotonic() + PATIENCE
            while empty := await asyncio.to_thread(without_data, prometheus):
                assert monotonic() < deadline, "no data:\n" + "\n".join(empty)
                await feed.update(2.0, 5)
        finally:
            await asyncio.to_thread(board.stop)
