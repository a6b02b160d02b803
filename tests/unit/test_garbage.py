"""The garbage collector of a worker: old objects are left alone, and garbage among new ones is still found."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from stream.garbage import look_once


class Knot:
    """Refers to itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def watched() -> Iterator[None]:
    before = list(gc.callbacks)
    look_once()
    yield
    gc.callbacks[:] = before
    gc.unfreeze()


@pytest.mark.usefixtures("watched")
def test_what_survives_a_full_collection_is_not_looked_at_again():
    kept = [[number] for number in range(1_000)]
    before = gc.get_freeze_count()
    gc.collect()
    assert gc.get_freeze_count() >= before + len(kept)
    assert len(gc.get_objects()) < gc.get_freeze_count()


@pytest.mark.usefixtures("watched")
def test_a_cycle_that_is_dropped_before_is_freed():
    gone = weakref.ref(Knot())
    assert gone() is not None
    gc.collect()
    assert gone() is None
