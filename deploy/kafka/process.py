"""A child process in its own session that does not outlive its parent."""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

# The guard waits on a pipe that the parent holds. A line means a normal end; the pipe's end without one
# means that the parent is gone, however it went. (prctl(PR_SET_PDEATHSIG) is Linux only, and fires as soon as
# the *thread* that started the child ends.)
GUARD = 'read -r done || { kill -TERM "$1"; kill -CONT "$1"; }'


class ChildProcess:
    """Run `command` in `folder`, appending its output to `log_file` (None: it goes where the parent's goes).

    Its own session keeps a Ctrl-C in the terminal from reaching it: the parent decides when it ends.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        folder: Path,
        log_file: Path | None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        with log_file.open("ab") if log_file else nullcontext() as output:
            self._child = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                start_new_session=True, env=environment,
            )  # fmt: skip
        self._guard = subprocess.Popen(
            ["sh", "-c", GUARD, "guard", str(self._child.pid)], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._child.poll()

    def send(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens when the child has ended already."""
        self._child.send_signal(number)

    def end(self, patience: float) -> None:
        """Ask it to end, and after `patience` seconds end it; a suspended child is woken to hear."""
        self.send(signal.SIGTERM)
        self.send(signal.SIGCONT)
        try:
            self._child.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
        self._dismiss_guard()

    def kill(self) -> None:
        """End it at once, without a chance to tidy up, as a power cut would."""
        self.send(signal.SIGKILL)
        self._child.wait()
        self._dismiss_guard()

    def _dismiss_guard(self) -> None:
        if self._guard.poll() is None:
            self._guard.communicate(b"done\n")
