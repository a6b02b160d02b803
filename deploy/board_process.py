"""A board as a child process, as the demo, the tests and the benchmark run it; started again, it keeps its port."""

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self

from deploy.errors import BoardError
from deploy.kafka.ports import free_port
from deploy.kafka.process import ChildProcess

READY_SECONDS = 60.0  # it answers after two on an idle machine
STOP_SECONDS = 15.0  # it gives requests in flight three
POLL_SECONDS = 0.1
LAST_CHARACTERS = 2_000  # of the board's log that an error shows


class BoardProcess:
    """`newsfold board` in a process of its own, configured by environment variables, logging to a file."""

    def __init__(self, environment: dict[str, str], log_file: Path, *arguments: str) -> None:
        self.port = free_port()
        self.log_file = log_file
        self._environment = os.environ | environment
        self._command = [sys.executable, "-m", "stream", "board", "--port", str(self.port), *arguments]
        self._process: ChildProcess | None = None

    @property
    def url(self) -> str:
        """Address of the board."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Process id of the running board."""
        return self._running().pid

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            BoardError: it ended, or took too long; the message shows the end of its log.
        """
        self._process = ChildProcess(self._command, Path.cwd(), self.log_file, self._environment)
        deadline = monotonic() + READY_SECONDS
        while not self._answers():
            if self._process.exit_code is not None or monotonic() > deadline:
                raise BoardError(f"the board did not start:\n{self.log_file.read_text()[-LAST_CHARACTERS:]}")
            sleep(POLL_SECONDS)

    def _answers(self) -> bool:
        try:
            return bool(self.json("/health") == {"status": "alive"})
        except (urllib.error.URLError, OSError):
            return False

    def json(self, path: str) -> Any:
        """What it answers to a request."""
        with urllib.request.urlopen(f"{self.url}{path}", timeout=READY_SECONDS) as answer:  # noqa: S310 - our own
            return json.load(answer)

    def kill(self) -> None:
        """End it at once, as a lack of memory would."""
        self._running().kill()

    def stop(self) -> None:
        """Ask it to end, and wait for that."""
        if self._process is not None:
            self._process.end(STOP_SECONDS)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _running(self) -> ChildProcess:
        if self._process is None:
            raise BoardError("the board has not been started")
        return self._process
