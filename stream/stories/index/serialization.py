"""The state as arrays for a checkpoint, the sparse ones packed, and back."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from stream.stories.index.exemplar_rows import USED
from stream.stories.index.slot_list import SlotList
from stream.stories.index.state import (
    POSTING_BUCKETS,
    POSTINGS,
    Exemplars,
    Languages,
    Postings,
    Stories,
    StoryLinks,
    StoryState,
    StreamStatistics,
)
from stream.stories.text.tokenizer import TERM_BUCKETS

FREQUENCIES = ("stream.word_frequencies", "stream.name_frequencies")
VECTORS, TERMS = "exemplars.vector", "exemplars.terms"
GROUPS: dict[str, Any] = {
    "stream": StreamStatistics,
    "stream.languages": Languages,
    "recent": SlotList,
    "stories": Stories,
    "stories.links": StoryLinks,
    "stories.free": SlotList,
    "exemplars": Exemplars,
    "exemplars.free": SlotList,
}


def arrays_of(group: Any, prefix: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """All arrays of a group, by the path of their fields."""
    for name, held in group._asdict().items():
        if isinstance(held, np.ndarray):
            yield prefix + name, held
        else:
            yield from arrays_of(held, f"{prefix}{name}.")


def packed(state: StoryState) -> dict[str, np.ndarray]:
    """Copies of all arrays; frequencies, posting lists and rows of exemplars without their empty places."""
    arrays = {}
    for name, array in arrays_of(state):
        if name in FREQUENCIES:
            arrays[f"{name}.buckets"] = buckets = np.flatnonzero(array).astype(np.uint32)
            arrays[f"{name}.counts"] = array[buckets]
        elif name == TERMS:
            arrays[name] = array[: state.exemplars.free_rows[USED]].copy()
        elif not name.startswith("postings."):
            arrays[name] = array.copy()
    return arrays | _packed_postings(state.postings)


def unpacked(arrays: dict[str, np.ndarray]) -> StoryState:
    """The state that gave these arrays, which become its own."""
    return StoryState(
        **{group: _group(group, arrays) for group in GROUPS if "." not in group},
        postings=_unpacked_postings(arrays),
    )


def _group(path: str, arrays: dict[str, np.ndarray]) -> Any:
    fields = {}
    for name in GROUPS[path]._fields:
        field = f"{path}.{name}"
        if field in GROUPS:
            fields[name] = _group(field, arrays)
        elif field in FREQUENCIES:
            fields[name] = np.zeros(TERM_BUCKETS, np.int32)
            fields[name][arrays[f"{field}.buckets"]] = arrays[f"{field}.counts"]
        else:
            fields[name] = arrays[field]
    return GROUPS[path](**fields)


def _packed_postings(postings: Postings) -> dict[str, np.ndarray]:
    buckets = np.flatnonzero(postings.lengths).astype(np.uint32)
    within = np.arange(POSTINGS) < postings.lengths[buckets][:, None]
    return {
        "postings.buckets": buckets,
        "postings.lengths": postings.lengths[buckets].astype(np.uint8),
        "postings.stories": postings.stories[buckets][within],
    }


def _unpacked_postings(arrays: dict[str, np.ndarray]) -> Postings:
    buckets = arrays["postings.buckets"]
    held = arrays["postings.lengths"].astype(np.int32)
    lengths = np.zeros(POSTING_BUCKETS, np.int32)
    lengths[buckets] = held
    rows = np.zeros((len(buckets), POSTINGS), np.int32)
    rows[np.arange(POSTINGS) < held[:, None]] = arrays["postings.stories"]
    stories = np.zeros((POSTING_BUCKETS, POSTINGS), np.int32)
    stories[buckets] = rows
    return Postings(stories, lengths)
