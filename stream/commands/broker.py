"""`newsfold broker`: a real Kafka on this machine, in the foreground, for development and demos."""

import signal
import threading
from pathlib import Path

import click

from deploy.errors import BrokerStartError
from deploy.kafka.broker import Broker

DEFAULT_PORT = 9092


@click.command("broker")
@click.option("--port", default=DEFAULT_PORT, show_default=True, help="Port on 127.0.0.1.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/kafka"),
    show_default=True,
    help="Folder of the broker's data and log file; kept when it stops.",
)
def command(port: int, data: Path) -> None:
    """Run a single Kafka broker (KRaft) on 127.0.0.1 until interrupted. For laptops and CI, not for production.

    \b
    Examples:
      newsfold broker
      newsfold broker --port 9093 --data var/other
    """
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with Broker(data, port) as broker:
        click.echo(f"Kafka answers at {broker.bootstrap}; its log is {broker.log_file}. Stop it with Ctrl-C.")
        while not stop.wait(1.0) and broker.exit_code is None:
            pass
        ended = broker.exit_code
    if ended is not None:
        raise BrokerStartError(f"the broker ended by itself with code {ended}: see {broker.log_file}")
    click.echo("Stopped.")
