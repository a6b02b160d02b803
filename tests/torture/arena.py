"""What the service under torture runs on: one broker in bad surroundings, or a cluster of three."""

import asyncio
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Self

from deploy.kafka.broker import Broker
from deploy.kafka.ports import free_port
from tests.support.newsroom import Newsroom
from tests.torture.cluster import NODES, Cluster
from tests.torture.desk import SHAPE
from tests.torture.network import Network, toxiproxy_server
from tests.torture.surroundings import FAKETIME, CheckpointStore, Clock, SmallDisk

BROKER_DISK, CHECKPOINT_DISK = "3g", "64m"
NETWORK, DISKS, WORKER_CLOCK, BROKER_CLOCK = "network", "disks", "clock of workers", "clock of the broker"


class Arena:
    """Broker or cluster, and all around it that can be made wrong here; `lacks` says why something cannot."""

    def __init__(self, folder: Path, needs: set[str], clustered: bool) -> None:
        """`needs` are those of NETWORK, DISKS and the clocks that will be made wrong: each costs time."""
        self.folder = folder
        self._needs = needs
        self.lacks: dict[str, str] = {}
        self.network: Network | None = None
        self.broker_disk = self.checkpoint_disk = None
        self.broker_clock = self.worker_clock = None
        self.broker: Broker | None = None
        self.cluster: Cluster | None = None
        environment: dict[str, str] = {}
        if clustered:
            self.cluster = Cluster(folder)
            environment["NEWSFOLD_TOPICS__REPLICATION_FACTOR"] = str(NODES)
        else:
            self._make_disks()
            self._make_clocks()
            self._make_broker()
        self.store = CheckpointStore(folder / "checkpoints")
        if self.worker_clock is not None:
            environment |= self.worker_clock.environment
        self._environment = SHAPE | self.store.environment | environment
        self.newsroom = Newsroom(self.bootstrap, "torture.", folder, **self._environment)

    @property
    def bootstrap(self) -> str:
        """Where clients begin that no bad network hinders."""
        served = self.broker or self.cluster
        assert served is not None
        return served.bootstrap

    @property
    def bootstraps(self) -> list[str]:
        """Where workers begin: straight, and through the network."""
        return [self.bootstrap, *([f"127.0.0.1:{self.network.port}"] if self.network else [])]

    async def __aenter__(self) -> Self:
        served = self.broker or self.cluster
        assert served is not None
        try:
            await asyncio.to_thread(served.start)
            if self.network is not None:
                await asyncio.to_thread(self.network.start)
            await self.newsroom.open()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        served = self.broker or self.cluster
        assert served is not None
        if self.network is not None:
            await asyncio.to_thread(self.network.stop)
        await asyncio.to_thread(served.stop)
        for disk in (self.broker_disk, self.checkpoint_disk):
            if disk is not None:
                with suppress(OSError):
                    shutil.copy(disk.folder / "broker.log", self.folder / "broker.log")
                disk.remove()

    def _make_disks(self) -> None:
        if DISKS not in self._needs:
            return
        if not SmallDisk.can_be_made(self.folder / "trial"):
            self.lacks[DISKS] = "only root may mount a small disk"
            return
        self.broker_disk = SmallDisk(self.folder / "broker", BROKER_DISK)
        self.checkpoint_disk = SmallDisk(self.folder / "checkpoints", CHECKPOINT_DISK)

    def _make_clocks(self) -> None:
        wanted = {WORKER_CLOCK, BROKER_CLOCK} & self._needs
        if not FAKETIME.exists():
            self.lacks |= dict.fromkeys(wanted, "libfaketime is not installed (Debian: faketime)")
            return
        if BROKER_CLOCK in wanted:
            self.broker_clock = Clock(self.folder / "clock-of-broker")
        if WORKER_CLOCK in wanted:
            self.worker_clock = Clock(self.folder / "clock-of-workers")

    def _make_broker(self) -> None:
        program = toxiproxy_server() if NETWORK in self._needs else None
        proxy_port = free_port() if program else None
        clock = self.broker_clock.environment if self.broker_clock else {}
        self.broker = Broker(self.folder / "broker", proxy_port=proxy_port, environment=clock)
        if program is not None and proxy_port is not None:
            self.network = Network(program, self.folder, proxy_port, self.broker.proxied_port)
        elif NETWORK in self._needs:
            self.lacks[NETWORK] = "toxiproxy cannot be built: there is no Go, or no way to its modules"
