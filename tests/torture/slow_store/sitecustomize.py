"""Loaded by a worker that has this folder on PYTHONPATH: the store slow:// is a local folder whose pace a file sets.

PACE, in that folder or one above, holds the seconds that each opening of a file waits; while it says `hang`, none
opens. So a test can slow a store down and stop it while workers run.
"""

from pathlib import Path
from threading import Event
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

PACE = ".pace"
LOOK_SECONDS = 0.1


class SlowFileSystem(LocalFileSystem):
    """A local folder behind a bad network."""

    protocol = "slow"

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        stripped = path.removeprefix("slow://") if isinstance(path, str) else path
        return super()._strip_protocol(stripped)

    def _open(self, path: str, *arguments: Any, **named: Any) -> Any:
        while (pace := _pace(Path(path))) == "hang":
            _wait(LOOK_SECONDS)
        _wait(float(pace or 0))
        return super()._open(path, *arguments, **named)


def _wait(seconds: float) -> None:
    """As time.sleep() does, which fails under libfaketime (Python sleeps by clock_nanosleep)."""
    if seconds:
        Event().wait(seconds)


def _pace(file: Path) -> str:
    for folder in file.parents:
        if (folder / PACE).exists():
            return (folder / PACE).read_text()
    return ""


fsspec.register_implementation("slow", SlowFileSystem)
