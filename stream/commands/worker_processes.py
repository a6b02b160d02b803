"""Several worker processes of one machine under one command: N for the embed stage, one for the fold stage.

They are ordinary workers, of the same consumer groups as any other: each takes some partitions of the articles topic.
One that ends ends the others, so that whoever started the command sees one exit code and starts them all again.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from time import sleep
from types import FrameType

import structlog

from deploy.kafka.process import ChildProcess
from stream.exit_codes import ExitCode
from stream.kafka.app import Stage

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.1
STOP_MARGIN_SECONDS = 5.0  # over what a worker takes at most before it ends itself (checkpoints.stop_seconds)
SIGNALS = (signal.SIGTERM, signal.SIGINT)


def stages_of(processes: int, stage: Stage | None) -> list[Stage]:
    """The stage of each process: the fold stage first, where it is wanted."""
    embed = [Stage.EMBED] * processes
    return embed if stage is Stage.EMBED else [Stage.FOLD, *embed]


class WorkerProcesses:
    """The processes of this command, the pages of the first at `port` and those of each other at the next one."""

    def __init__(self, stages: Sequence[Stage], port: int, stop_seconds: float) -> None:
        self._stages = stages
        self._port = port
        self._stop_seconds = stop_seconds + STOP_MARGIN_SECONDS
        self._children: list[ChildProcess] = []
        self._asked = False

    def run(self) -> int:
        """Start all and wait; return 0 if they were asked to stop and did, else the code of the first to end."""
        for number in SIGNALS:
            signal.signal(number, self._ask)
        for place, stage in enumerate(self._stages):
            self._start(stage, self._port + place)
        while (first := self._ended()) is None and not self._asked:
            sleep(POLL_SECONDS)
        self._stop()
        codes = [_exit_code(child) for child in self._children]
        if self._asked:
            return max(codes)
        assert first is not None  # noqa: S101 - the loop ended for it
        code = _exit_code(first) or int(ExitCode.FAILED)
        action = "none: the others were stopped too; start the command again"
        log.error("process_ended", process=first.pid, code=code, action=action)
        return code

    def _start(self, stage: Stage, port: int) -> None:
        command = [sys.executable, "-m", "stream", "worker", "--stage", stage.value]
        environment = os.environ | {"NEWSFOLD_WEB__PORT": str(port)}
        child = ChildProcess(command, Path.cwd(), log_file=None, environment=environment)
        self._children.append(child)
        log.info("process_started", process=child.pid, stage=stage.value, port=port)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True

    def _ended(self) -> ChildProcess | None:
        return next((child for child in self._children if child.exit_code is not None), None)

    def _stop(self) -> None:
        """Ask all that still run to stop, and end those that do not."""
        for child in self._children:
            child.send(signal.SIGTERM)
        for child in self._children:
            child.end(self._stop_seconds)


def _exit_code(child: ChildProcess) -> int:
    """The exit code of a child that has ended; FAILED where a signal ended it."""
    code = child.exit_code
    return code if code is not None and code >= 0 else int(ExitCode.FAILED)
