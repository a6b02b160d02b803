"""The tables as arrays for a checkpoint, the sparse ones packed, and back."""

import numpy as np

from stream.stories.index.state import POSTING_BUCKETS, POSTINGS, Tables
from stream.stories.text.tokenizer import TERM_BUCKETS

FREQUENCIES = ("word_frequency", "name_frequency")


def packed(tables: Tables) -> dict[str, np.ndarray]:
    """Copies of all arrays; frequencies and posting lists without their empty places."""
    arrays = {
        name: array.copy()
        for name, array in tables._asdict().items()
        if name not in (*FREQUENCIES, "postings", "posted")
    }
    for name in FREQUENCIES:
        frequency = getattr(tables, name)
        arrays[f"{name}_buckets"] = np.flatnonzero(frequency).astype(np.uint32)
        arrays[f"{name}_counts"] = frequency[arrays[f"{name}_buckets"]]
    lists = np.flatnonzero(tables.posted).astype(np.uint32)
    arrays["posted_lists"] = lists
    arrays["posted_counts"] = tables.posted[lists].astype(np.uint8)
    within = np.arange(POSTINGS) < tables.posted[lists][:, None]
    arrays["postings_flat"] = tables.postings[lists][within]
    return arrays


def unpacked(arrays: dict[str, np.ndarray]) -> Tables:
    """The tables that gave these arrays, which become theirs."""
    fields = {name: arrays[name] for name in Tables._fields if name in arrays}
    for name in FREQUENCIES:
        frequency = np.zeros(TERM_BUCKETS, np.int32)
        frequency[arrays[f"{name}_buckets"]] = arrays[f"{name}_counts"]
        fields[name] = frequency
    lists = arrays["posted_lists"]
    counts = arrays["posted_counts"].astype(np.int32)
    posted = np.zeros(POSTING_BUCKETS, np.int32)
    posted[lists] = counts
    rows = np.zeros((len(lists), POSTINGS), np.int32)
    rows[np.arange(POSTINGS) < counts[:, None]] = arrays["postings_flat"]
    postings = np.zeros((POSTING_BUCKETS, POSTINGS), np.int32)
    postings[lists] = rows
    return Tables(**fields, posted=posted, postings=postings)
