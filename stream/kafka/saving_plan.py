"""When which shard is saved: each at an interval while it moves, and at a stop as many as there is time for."""

from collections.abc import Collection
from time import monotonic

from stream.fold.settings import CheckpointSettings
from stream.kafka.shard import Shard

SAVED_A_SECOND = 62_500  # articles copied and written at a stop (benchmarks/recovery: a million in 14 s)
REST_OF_STOP_SECONDS = 4.0  # what a stop takes without it


class SavingPlan:
    """Remembers when each shard was last saved, or opened, and up to which offset."""

    def __init__(self, settings: CheckpointSettings) -> None:
        self._settings = settings
        self._saved: dict[int, tuple[float, int]] = {}

    def note(self, shard: Shard) -> None:
        """The shard is saved now, or as good as saved: it was opened."""
        self._saved[shard.partition] = (monotonic(), shard.next_offset)

    def due(self, shards: Collection[Shard]) -> list[Shard]:
        """The shards that have moved, and whose last checkpoint was begun an interval ago."""
        long_ago = monotonic() - self._settings.interval_seconds
        return [shard for shard in shards if self._has_moved(shard) and self._saved_at(shard) <= long_ago]

    def at_stop(self, shards: Collection[Shard]) -> list[Shard]:
        """What can be saved in time, small shards first; a large one has its last checkpoint and the log."""
        room = SAVED_A_SECOND * (self._settings.stop_seconds - REST_OF_STOP_SECONDS)
        chosen = []
        for shard in sorted(shards, key=lambda one: one.articles):
            room -= shard.articles
            if room >= 0 and self._has_moved(shard):
                chosen.append(shard)
        return chosen

    def _saved_at(self, shard: Shard) -> float:
        return self._saved[shard.partition][0]

    def _has_moved(self, shard: Shard) -> bool:
        return self._saved[shard.partition][1] != shard.next_offset
