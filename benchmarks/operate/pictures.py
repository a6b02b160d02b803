"""Pictures of both dashboards: a real Kafka, worker and Prometheus, and a load that rises, stumbles and recovers.

    python -m benchmarks.operate.pictures [MINUTES]      renews docs/images/dashboard-*.png

In the middle the worker is killed and started again, so that recovery shows; a few messages cannot be read.
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from time import monotonic, time

from deploy.grafana.dashboards import BOARDS
from deploy.grafana.picture import draw
from deploy.kafka.broker import Broker
from deploy.prometheus.process import PrometheusProcess
from tests.support.newsroom import Newsroom
from tests.torture.feed import Feed

IMAGES = Path(__file__).parents[2] / "docs" / "images"
BATCH, PAUSE = 40, 1.0  # articles, and seconds between two batches: some 40 a second
POISONED = 12  # one batch in so many holds a message that cannot be read


async def main(minutes: float) -> None:
    """Run the load, then draw."""
    with tempfile.TemporaryDirectory(prefix="newsfold-pictures-") as name:
        folder = Path(name)
        with Broker(folder / "broker") as broker, PrometheusProcess(folder / "prometheus") as prometheus:
            newsroom = Newsroom(broker.bootstrap, "", folder, NEWSFOLD_CHECKPOINTS__INTERVAL_SECONDS="20")
            await newsroom.open()
            with newsroom.worker() as worker:
                worker.wait_ready()
                prometheus.scrape("newsfold", worker.url)
                begin = time()
                feed = Feed(seed=11, clock=round(begin * 1000) - 900_000, step=25)
                await send(newsroom, feed, minutes * 30)
                worker.kill()
                worker.start()
                await send(newsroom, feed, minutes * 30)
                IMAGES.mkdir(exist_ok=True)
                for board in BOARDS:
                    file = IMAGES / f"dashboard-{board.uid.removeprefix('newsfold-')}.png"
                    draw(board, prometheus, begin + 15, time(), file)
                    print(file)


async def send(newsroom: Newsroom, feed: Feed, seconds: float) -> None:
    """Send batches for so long."""
    end, number = monotonic() + seconds, 0
    while monotonic() < end:
        number += 1
        poison = [(b"poison", b"{")] if number % POISONED == 0 else []
        await newsroom.send([*feed.take(BATCH), *poison])
        print(f"\r{end - monotonic():5.0f} s to go", end="", flush=True)
        await asyncio.sleep(PAUSE)
    print()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 6.0))
