"""Holding a shard's state fast while it is saved: by a fork of the process where that can be, else by a copy."""

from collections.abc import Callable
from typing import NamedTuple

import xxhash

from stream.checkpoint_child import CAN_FORK, fork_to_write
from stream.checkpoints import Checkpoints
from stream.fold.state import FoldState
from stream.settings import Settings
from stream.stories.decision.model_file import model_digest

Save = Callable[[], bool]
"""Writes what was held; returns whether that succeeded. It may run in another thread while the shard goes on."""


class Saved(NamedTuple):
    """The offset of the checkpoint a restart would go on from, and when (seconds) it was written or restored."""

    offset: int
    at: float


def hold(checkpoints: Checkpoints, partition: int, offset: int, state: FoldState) -> Save:
    """Hold the state before `offset`; the shard waits meanwhile."""
    if not CAN_FORK:
        return copy(checkpoints, partition, offset, state)
    child = fork_to_write(lambda pipe: checkpoints.lay_out(pipe, offset, state.snapshot()))
    return lambda: checkpoints.write_from(partition, offset, child)


def copy(checkpoints: Checkpoints, partition: int, offset: int, state: FoldState) -> Save:
    """Hold the state in memory of its own: seconds for a million articles, and as much memory again."""
    arrays = state.snapshot()
    return lambda: checkpoints.write(partition, offset, arrays)


def fold_digest(settings: Settings) -> str:
    """A digest of the settings and the story model by which a shard is folded."""
    sections = (settings.fold, settings.copies, settings.stories, settings.storylines)
    parts = [section.model_dump_json() for section in sections]
    parts.append(model_digest(settings.stories.model))
    return xxhash.xxh3_64_hexdigest("\n".join(parts).encode())
