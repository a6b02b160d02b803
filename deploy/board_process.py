"""A board as a child process, as the demo, the tests and the benchmark run it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.service_process import ServiceProcess

READY_SECONDS = 60.0  # it answers after two on an idle machine


class BoardProcess(ServiceProcess):
    """`newsfold board` with these arguments."""

    name = "board"
    stop_seconds = 15.0  # it gives requests in flight three

    def __init__(self, environment: Mapping[str, str], log_file: Path, *arguments: str) -> None:
        super().__init__(environment, log_file)
        self._given = arguments

    def _arguments(self) -> list[str]:
        return ["--port", str(self.port), *self._given]

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            ServiceError: it ended, or took too long.
        """
        super().start()
        try:
            self.wait_until(self._answers, READY_SECONDS)
        except BaseException:
            self.stop()
            raise

    def json(self, path: str) -> Any:
        """What it answers to a request."""
        return json.loads(self.page(path, READY_SECONDS))

    def _answers(self) -> bool:
        try:
            return bool(self.json("/health") == {"status": "alive"})
        except OSError:
            return False
