"""What surrounds the service under torture and can fail: small disks, wrong clocks, a slow checkpoint store.

Disks are tmpfs mounts, which only root may make; clocks are turned by libfaketime (Debian: faketime).
"""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
SLOW_STORE = Path(__file__).parent / "slow_store"
BLOCK = 65_536


class SmallDisk:
    """A tmpfs of its own under a folder, unmounted at the end."""

    def __init__(self, folder: Path, size: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        _run("mount", "-t", "tmpfs", "-o", f"size={size}", "newsfold-torture", str(folder))

    @staticmethod
    def can_be_made(folder: Path) -> bool:
        """Whether this user may mount one."""
        folder.mkdir(parents=True, exist_ok=True)
        try:
            SmallDisk(folder, "1m").remove()
        except (OSError, subprocess.CalledProcessError):
            return False
        return True

    def remove(self) -> None:
        """Unmount it, with all that is on it."""
        _run("umount", "--lazy", str(self.folder))

    @contextmanager
    def full(self) -> Iterator[None]:
        """Not a byte is left."""
        filler = self.folder / "filler"
        with filler.open("wb", buffering=0) as file:
            for size in (BLOCK, 1):
                try:
                    while file.write(b"\0" * size):
                        pass
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
        try:
            yield
        finally:
            filler.unlink()

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Nothing can be written; a file that is open for writing keeps it as it is."""
        done = subprocess.run(
            ["mount", "-o", "remount,ro", str(self.folder)], check=False, capture_output=True
        )
        try:
            yield
        finally:
            if done.returncode == 0:
                _run("mount", "-o", "remount,rw", str(self.folder))


class Clock:
    """The wall clock of the processes that run with `environment`; monotonic clocks stay right."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.turn(0)
        self.environment = {
            "LD_PRELOAD": str(FAKETIME),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_CACHE_DURATION": "1",  # seconds; without a cache every look at the clock reads the file
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }

    def turn(self, seconds: int) -> None:
        """Forward, or back where below 0; 0 is the right time."""
        part = self._file.with_suffix(".part")
        part.write_text(f"{seconds:+d}")
        part.replace(self._file)


class CheckpointStore:
    """A store whose pace can be set: slow://, which tests/torture/slow_store knows."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._pace = folder / ".pace"
        before = os.environ.get("PYTHONPATH")
        self.environment = {
            "NEWSFOLD_CHECKPOINTS__URL": f"slow://{folder}",
            "PYTHONPATH": f"{SLOW_STORE}{os.pathsep}{before}" if before else str(SLOW_STORE),
        }

    @contextmanager
    def pace(self, said: str) -> Iterator[None]:
        """Seconds for each file, or `hang`."""
        self._pace.write_text(said)
        try:
            yield
        finally:
            self._pace.unlink()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
