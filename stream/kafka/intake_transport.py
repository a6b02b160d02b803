"""How Faust's consumer of articles fetches: the broker gathers what comes, and the consumer asks for it together.

Faust asks for the next article as soon as there is one. Each request then brings one article, and costs the worker
and the broker several times what an article costs in a batch. A Kafka consumer has two settings for this, which Faust
does not pass on: how much the broker gathers before it answers, and how long it does so at most.
"""

import aiokafka
from faust import App
from faust.transport.drivers import aiokafka as driver

FETCH_MIN_BYTES = (
    262_144  # some eighty articles: from there on a larger request saves nothing (benchmarks/service)
)


def paced_transport(app: App, wait_seconds: float) -> driver.Transport:
    """A transport whose consumer waits up to `wait_seconds` for FETCH_MIN_BYTES; give it to `app.transport`."""

    class PacedThread(driver.AIOKafkaConsumerThread):
        def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
            consumer = super()._create_worker_consumer(transport)
            consumer._fetch_min_bytes = FETCH_MIN_BYTES  # read when the consumer starts
            consumer._fetch_max_wait_ms = round(1_000 * wait_seconds)
            return consumer

    class PacedConsumer(driver.Consumer):
        def _new_consumer_thread(self) -> driver.AIOKafkaConsumerThread:
            return PacedThread(self, loop=self.loop, beacon=self.beacon)

    class PacedTransport(driver.Transport):
        Consumer = PacedConsumer

    return PacedTransport(app.conf.broker_consumer, app)
