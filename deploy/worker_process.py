"""A worker as a child process, as the demo and the tests run it: started, waited for, stopped, or killed."""

import json
import os
import signal
import sys
import urllib.request
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType

from deploy.errors import WorkerError
from deploy.kafka.ports import free_port
from deploy.kafka.process import ChildProcess

READY_SECONDS = 300.0  # a first start compiles the kernels: a minute of CPU; later ones take seconds
STOP_SECONDS = 20.0  # twice the 10 s in which a graceful stop is promised
POLL_SECONDS = 0.1
LAST_LINES = 15  # of the worker's log that an error shows


class WorkerProcess:
    """`newsfold worker` in a process of its own, configured by environment variables, logging to a file.

    `checkout` is the source to run, that of the working folder where it is left out.
    """

    def __init__(
        self,
        environment: dict[str, str],
        log_file: Path,
        stage: str | None = None,
        checkout: Path | None = None,
    ) -> None:
        self.port = free_port()
        self.log_file = log_file
        self._environment = os.environ | environment | {"NEWSFOLD_WEB__PORT": str(self.port)}
        self._command = [sys.executable, "-m", "stream", "worker", *(["--stage", stage] if stage else [])]
        self._checkout = checkout or Path.cwd()
        self._process: ChildProcess | None = None

    @property
    def url(self) -> str:
        """Address of the worker's web server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Process id of the running worker."""
        return self._running().pid

    @property
    def exit_code(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._running().exit_code

    def start(self) -> None:
        """Start the process; do not wait for it."""
        self._process = ChildProcess(self._command, self._checkout, self.log_file, self._environment)

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until /ready says so.

        Raises:
            WorkerError: the worker ended, or took longer; the message shows the end of its log.
        """
        deadline = monotonic() + seconds
        while monotonic() < deadline:
            if self.exit_code is not None:
                raise WorkerError(f"the worker ended with code {self.exit_code}:\n{self._log_end()}")
            if self.is_ready():
                return
            sleep(POLL_SECONDS)
        raise WorkerError(f"the worker was not ready after {seconds:.0f} s:\n{self._log_end()}")

    def is_ready(self) -> bool:
        """Ask /ready once."""
        try:
            return bool(json.loads(self.page("/ready"))["ready"])
        except OSError:
            return False

    def page(self, path: str) -> str:
        """The text of one of the worker's pages."""
        with urllib.request.urlopen(self.url + path, timeout=5) as answer:  # noqa: S310 - our own address
            text: str = answer.read().decode()
            return text

    def stop(self) -> int | None:
        """SIGTERM, and wait; SIGKILL where that does not help. Return the exit code."""
        self._running().end(STOP_SECONDS)
        return self.exit_code

    def kill(self) -> None:
        """SIGKILL: as a crash would."""
        self._running().kill()

    def send(self, number: signal.Signals) -> None:
        """Send a signal, as SIGSTOP and SIGCONT to pause and resume."""
        self._running().send(number)

    def __enter__(self) -> "WorkerProcess":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self.stop()

    def _running(self) -> ChildProcess:
        if self._process is None:
            raise WorkerError("the worker was not started")
        return self._process

    def _log_end(self) -> str:
        return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-LAST_LINES:])
