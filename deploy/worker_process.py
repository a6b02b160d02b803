"""A worker as a child process, as the demo and the tests run it."""

import json
from collections.abc import Mapping
from pathlib import Path

from deploy.service_process import ServiceProcess

READY_SECONDS = 300.0  # a first start compiles the kernels: a minute of CPU; later ones take seconds


class WorkerProcess(ServiceProcess):
    """`newsfold worker`, of one stage or of both, in one process or in several.

    `checkout` is the source to run, that of the working folder where it is left out.
    """

    name = "worker"
    stop_seconds = 20.0  # twice the 10 s in which a graceful stop is promised

    def __init__(
        self,
        environment: Mapping[str, str],
        log_file: Path,
        stage: str | None = None,
        checkout: Path | None = None,
        processes: int | None = None,
    ) -> None:
        super().__init__(environment, log_file, checkout)
        self._environment["NEWSFOLD_WEB__PORT"] = str(self.port)
        self._stage = stage
        self._processes = processes

    def _arguments(self) -> list[str]:
        stage = ["--stage", self._stage] if self._stage else []
        return [*stage, "--processes", str(self._processes)] if self._processes else stage

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until /ready says so.

        Raises:
            ServiceError: it ended, or took longer.
        """
        self.wait_until(self.is_ready, seconds)

    def is_ready(self) -> bool:
        """Ask /ready once."""
        try:
            return bool(json.loads(self.page("/ready"))["ready"])
        except OSError:
            return False
