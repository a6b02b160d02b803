"""A command of Newsfold as a child process with a web server: started, waited for, stopped, or killed."""

import os
import signal
import sys
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Self

from deploy.errors import ServiceError
from deploy.kafka.ports import free_port
from deploy.kafka.process import ChildProcess

POLL_SECONDS = 0.1
LAST_LINES = 15  # of its log that an error shows


class ServiceProcess:
    """`newsfold NAME`, configured by environment variables, logging to a file; started again, it keeps its port."""

    name: str  # of the command
    stop_seconds: float  # that a stop may take before it is killed

    def __init__(self, environment: Mapping[str, str], log_file: Path, folder: Path | None = None) -> None:
        """It runs in `folder`, the working folder where that is left out."""
        self.port = free_port()
        self.log_file = log_file
        self._environment = {**os.environ, **environment}
        self._folder = folder or Path.cwd()
        self._process: ChildProcess | None = None

    @property
    def url(self) -> str:
        """Address of its web server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Process id; it must be running."""
        return self._running().pid

    @property
    def exit_code(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._running().exit_code

    def _arguments(self) -> list[str]:
        return []

    def start(self) -> None:
        """Start the process; do not wait for it."""
        command = [sys.executable, "-m", "stream", self.name, *self._arguments()]
        self._process = ChildProcess(command, self._folder, self.log_file, self._environment)

    def page(self, path: str, seconds: float = 5.0) -> str:
        """The text of one of its pages."""
        with urllib.request.urlopen(self.url + path, timeout=seconds) as answer:  # noqa: S310 - our own address
            text: str = answer.read().decode()
            return text

    def wait_until(self, is_ready: Callable[[], bool], seconds: float) -> None:
        """Wait for it to be ready.

        Raises:
            ServiceError: it ended, or took longer; the message shows the end of its log.
        """
        deadline = monotonic() + seconds
        while not is_ready():
            if self.exit_code is not None:
                raise ServiceError(f"the {self.name} ended with code {self.exit_code}:\n{self._log_end()}")
            if monotonic() > deadline:
                raise ServiceError(f"the {self.name} was not ready after {seconds:.0f} s:\n{self._log_end()}")
            sleep(POLL_SECONDS)

    def stop(self) -> int | None:
        """SIGTERM, and wait; SIGKILL where that does not help. Return the exit code."""
        self._running().end(self.stop_seconds)
        return self.exit_code

    def kill(self) -> None:
        """SIGKILL: as a crash would."""
        self._running().kill()

    def send(self, number: signal.Signals) -> None:
        """Send a signal, as SIGSTOP and SIGCONT to pause and resume."""
        self._running().send(number)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self.stop()

    def _running(self) -> ChildProcess:
        if self._process is None:
            raise ServiceError(f"the {self.name} was not started")
        return self._process

    def _log_end(self) -> str:
        return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-LAST_LINES:])
