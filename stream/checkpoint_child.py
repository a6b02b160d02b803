"""A checkpoint written by a forked child, so that the fold waits for the fork alone.

The child has the state as it was at the fork (the kernel copies a page when one of the two writes to it), lays it
out and sends it through a pipe; the parent's checkpoint thread passes it on to the store. A million articles are
gigabytes: copied in the parent they would hold the fold for seconds.

The child uses nothing but memory and the pipe: it closes every other file, so that a socket of the parent does not
stay open in it, and dies with its parent.
"""

import ctypes
import gc
import os
import signal
import sys
from collections.abc import Callable
from typing import BinaryIO, NoReturn

from stream.errors import CheckpointError

CAN_FORK = sys.platform == "linux"  # macOS forbids most libraries in a child; elsewhere there is no fork
PIPE_BYTES = 1_048_576  # written at once
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)

Write = Callable[[BinaryIO], None]


class CheckpointChild:
    """A child that writes into `pipe`. Read it to its end, then call finish()."""

    def __init__(self, process: int, pipe: BinaryIO) -> None:
        self.pipe = pipe
        self.process = process

    def finish(self) -> None:
        """Wait for the child's end.

        Raises:
            CheckpointError: it did not write all.
        """
        self.pipe.close()
        _, status = os.waitpid(self.process, 0)
        if status != 0:
            raise CheckpointError(f"the process that wrote it ended with status {status}")

    def end(self) -> None:
        """End the child, whose checkpoint nobody wants any more."""
        os.kill(self.process, signal.SIGKILL)
        self.pipe.close()
        os.waitpid(self.process, 0)


def fork_to_write(write: Write) -> CheckpointChild:
    """Fork; the child calls `write` with its end of the pipe and ends."""
    reading, writing = os.pipe()
    parent = os.getpid()
    process = os.fork()
    if process == 0:
        _write_and_end(write, writing, parent)
    os.close(writing)
    return CheckpointChild(process, os.fdopen(reading, "rb", buffering=0))


def _write_and_end(write: Write, writing: int, parent: int) -> NoReturn:
    """All that the child does. Nothing of the parent's may run in it: no handler, no destructor, no exception."""
    try:
        gc.disable()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the parent decides
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        os.closerange(3, writing)
        os.closerange(writing + 1, os.sysconf("SC_OPEN_MAX"))
        with os.fdopen(writing, "wb", buffering=PIPE_BYTES) as pipe:
            write(pipe)
        os._exit(0)
    except BaseException:  # noqa: BLE001 - the parent sees the status
        os._exit(1)
