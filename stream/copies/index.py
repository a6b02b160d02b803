"""The copy index of one shard: is this article a copy of a text of the last three days, and of which?

A copy is compared with leaders only, never with other copies, so clusters cannot grow by chains. The index is a
function of the ordered calls: same calls, same decisions and same bytes, on any machine.
"""

import functools
from typing import Self

import numpy as np
import numpy.typing as npt
import xxhash

from stream.copies.fingerprint import HEADLINE_TOKENS, Fingerprint
from stream.copies.matching import Rule
from stream.copies.place import EXACT, NEW, place_report
from stream.copies.results import CopyDecision, CopyKind, CopyRival
from stream.copies.settings import CopySettings
from stream.copies.shingle_table import BUCKET
from stream.copies.shingling import LEAD_TOKENS
from stream.copies.state import (
    CLOCK_SIZE,
    FORCED_EVICTIONS,
    NEXT,
    NUMBER,
    OLDEST,
    OVERFLOWS,
    STARTED,
    STREAM_TIME,
    CopyState,
    Placed,
)

POSTINGS_PER_TEXT = 54  # a text of 260 words has about 50; two-choice buckets fill to nine tenths unhurt
WHOLES_PER_TEXT = 9 / 4  # entries of the table of whole texts: as many copies as leaders, nine tenths full
FULL_SHARE = 0.8  # from which one text counts as held by the other
HOUR = 3_600_000  # milliseconds
_REASONS = (
    "another leader fits better",
    "too little in common",
    "the same form, other figures or names",
    "a passage in common",
    "a standing passage under another headline",
)
Arrays = dict[str, npt.NDArray[np.generic]]


class CopyIndex:
    """Finds the leader of each article; holds fixed arrays of about 500 bytes for each text of its capacity."""

    def __init__(self, settings: CopySettings) -> None:
        rows = settings.capacity
        postings = rows * POSTINGS_PER_TEXT // BUCKET * BUCKET
        texts = int(rows * WHOLES_PER_TEXT) // BUCKET * BUCKET
        self._rule = Rule(
            window=settings.window_hours * HOUR,
            containment=settings.containment,
            containment_same=settings.containment_same_source,
            containment_short=settings.containment_short,
        )
        self._index = CopyState(
            clock=np.zeros(CLOCK_SIZE, np.int64),
            tags=np.zeros(postings, np.uint16),
            owners=np.zeros(postings, np.uint32),
            text_tags=np.zeros(texts, np.uint32),
            text_owners=np.zeros(texts, np.uint32),
            dates=np.zeros((rows, 3), np.int64),
            counts=np.zeros((rows, 6), np.uint32),
            leads=np.zeros((rows, LEAD_TOKENS), np.uint16),
            headlines=np.zeros((rows, HEADLINE_TOKENS), np.uint16),
        )
        self._index.clock[NEXT] = self._index.clock[OLDEST] = 1

    @property
    def entries(self) -> int:
        """Distinct texts remembered."""
        return int(self._index.clock[NEXT] - self._index.clock[OLDEST])

    @property
    def bytes(self) -> int:
        """Bytes of all arrays."""
        return sum(array.nbytes for array in self._index)

    @property
    def forced_evictions(self) -> int:
        """Postings that gave way although their text was within the window."""
        return int(self._index.clock[FORCED_EVICTIONS])

    @property
    def overflows(self) -> int:
        """Texts forgotten within the window, because more came than `capacity`."""
        return int(self._index.clock[OVERFLOWS])

    def place(
        self,
        number: int,
        fingerprint: Fingerprint,
        source: str | None,
        event_time: int,
        stream_time: int | None = None,
    ) -> CopyDecision:
        """Decide whether an article is a copy, and record it. Call once per article, in log order.

        `number`: the article's number, not negative. Times in milliseconds; a text is remembered for `window_hours`
        of stream time from its arrival, or from its event time where that is later. `stream_time`: when it arrived;
        None for the latest event time so far.
        """
        clock = self._index.clock
        latest = max(event_time, int(clock[STREAM_TIME])) if clock[STARTED] else event_time
        arrival = latest if stream_time is None else stream_time
        placed = Placed(
            number=number,
            sample=np.frombuffer(fingerprint.sample, np.uint64),
            lead=np.frombuffer(fingerprint.lead, np.uint16),
            headline=np.frombuffer(fingerprint.headline, np.uint16),
            lead_start=fingerprint.lead_start,
            lead_end=fingerprint.lead_end,
            words=fingerprint.words,
            digest=int.from_bytes(fingerprint.digest[:8], "little") >> 1,
            source=_source_hash(source),
            event_time=event_time,
            arrival=arrival,
        )
        return _decision(*place_report(self._index, self._rule, placed))

    def rename(self, number: int, other: int) -> None:
        """Let article `other`, which carries the text of article `number`, be its leader from now on."""
        numbers = self._index.dates[:, NUMBER]
        numbers[numbers == number] = other

    def rename_earlier(self, number: int, other: int) -> None:
        """Let `other` be the leader of what article `number` carried before the text placed last."""
        newest = int(self._index.clock[NEXT] - 1) % len(self._index.dates)
        before = self._index.dates[newest, NUMBER]
        self.rename(number, other)
        self._index.dates[newest, NUMBER] = before

    def snapshot(self) -> Arrays:
        """Return a copy of the whole state."""
        return {name: array.copy() for name, array in self._index._asdict().items()}

    @classmethod
    def restore(cls, settings: CopySettings, arrays: Arrays) -> Self:
        """Return an index that goes on from a snapshot.

        Raises:
            ValueError: the arrays are not those of an index of this capacity.
        """
        index = cls(settings)
        for name, fresh in index._index._asdict().items():
            kept = arrays.get(name)
            if kept is None or kept.shape != fresh.shape or kept.dtype != fresh.dtype:
                raise ValueError(f"array {name!r} of the copy index is missing or of another capacity")
            fresh[:] = kept
        return index


def _decision(
    outcome: int,
    leader: int,
    hits: int,
    own: int,
    size: int,
    threshold: float,
    rival_number: int,
    rival_score: float,
    reason: int,
    form: int,
) -> CopyDecision:
    rival = CopyRival(rival_number, rival_score, _REASONS[reason]) if rival_number >= 0 else None
    if outcome == NEW:
        return CopyDecision(None, None, 0.0, 0.0, 0, threshold, rival, form if form >= 0 else None)
    if outcome == EXACT:
        return CopyDecision(leader, CopyKind.EXACT, 1.0, 1.0, hits, threshold, rival)
    containment = min(1.0, hits / max(1, own))
    coverage = min(1.0, hits / max(1, size))
    return CopyDecision(leader, _kind(containment, coverage), containment, coverage, hits, threshold, rival)


@functools.lru_cache(maxsize=65_536)
def _source_hash(source: str | None) -> int:
    return (
        xxhash.xxh3_64_intdigest(source.encode("utf-8", "surrogatepass")) & 0xFFFFFFFF or 1 if source else 0
    )


def _kind(containment: float, coverage: float) -> CopyKind:
    if max(containment, coverage) < FULL_SHARE:
        return CopyKind.PARTIAL
    return CopyKind.TRUNCATED if containment >= coverage else CopyKind.EXTENDED
