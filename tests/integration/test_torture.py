"""The short form of `make torture`: each kind of blow once, in an order by chance."""

from pathlib import Path

from tests.torture.blows import PROCESSES
from tests.torture.rounds import torture

ARTICLES_A_ROUND = 100
SEED = 7


async def test_nothing_is_lost_or_doubled_whatever_dies(tmp_path: Path):
    ordeal = await torture(tmp_path, len(PROCESSES), ARTICLES_A_ROUND, SEED)
    assert set(ordeal.blows) == set(PROCESSES)
    assert ordeal.comparison.is_clean, ordeal
    assert ordeal.comparison.merges, "the feed must make stories merge"
