"""Ports of this machine for a local broker."""

import random
import socket
import time
from collections.abc import Set

from deploy.errors import BrokerStartError

HOST = "127.0.0.1"

# Below the ports that Linux (from 32768) and macOS (from 49152) hand to outgoing connections. A client that
# calls a broker which is down can otherwise be handed the broker's own port, reach itself and keep the port.
PORTS = range(20_000, 32_000)

TRIES = 200  # ports looked at before giving up; one in use is rare
FREE_WITHIN = 15.0  # seconds for a broker just killed to give its port back
POLL = 0.05  # seconds between two looks


def free_port(but_not: Set[int] = frozenset()) -> int:
    """Find a port on which nothing listens. Raises BrokerStartError when there is none."""
    for port in random.sample(PORTS, k=TRIES):
        if port not in but_not and is_free(port):
            return port
    raise BrokerStartError(f"{TRIES} ports between {PORTS.start} and {PORTS.stop} of {HOST} are all in use")


def is_free(port: int) -> bool:
    """Return whether a broker could listen on the port, by its own way of opening it."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen(1)
        except OSError:
            return False
    return True


def wait_until_free(port: int) -> None:
    """Wait for the port of a broker that just ended. Raises BrokerStartError after FREE_WITHIN seconds."""
    deadline = time.monotonic() + FREE_WITHIN
    while not is_free(port):
        if time.monotonic() > deadline:
            raise BrokerStartError(f"port {port} of {HOST} is in use by another process")
        time.sleep(POLL)


def answers(port: int) -> bool:
    """Return whether something accepts connections on the port."""
    with socket.socket() as caller:
        caller.settimeout(1.0)
        return caller.connect_ex((HOST, port)) == 0
