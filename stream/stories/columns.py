"""Columns: what an outlet puts under one heading again and again ("Your horoscope for Monday", "Episode 61: ...").

Its instalments are alike, in their words and in what stands around them, and each is about something else. So they
are given one form, as the fillings of a robot's form are: no two of them come into one story by their own likeness.
"""

from collections import OrderedDict
from typing import Self

import numpy as np
import xxhash

from stream.articles.standing_headline import column_of
from stream.stories.newest import keep

COLUMNS = 1 << 13  # remembered, those seen last: 128 kB in a checkpoint
Arrays = dict[str, np.ndarray]


class Columns:
    """The columns of the outlets of a stream, each with the form of its instalments."""

    def __init__(self) -> None:
        self._forms: OrderedDict[int, int] = (
            OrderedDict()
        )  # by hash of outlet and column; the last one at the end

    def form_of(self, title: str, outlet: str | None, language: str | None, form: int) -> int | None:
        """The form of an instalment, None for other articles.

        `form`: what it fills without a column, or its own number; the column's where this is its first instalment.
        """
        column = column_of(title, language) if outlet else None
        if column is None:
            return None
        key = xxhash.xxh3_64_intdigest(f"{outlet}\0{column}".encode("utf-8", "surrogatepass"))
        known = self._forms.get(key, form)
        keep(self._forms, key, known, COLUMNS)
        return known

    def snapshot(self) -> Arrays:
        """All columns as arrays."""
        return {
            "columns": np.fromiter(self._forms, np.uint64),
            "forms": np.fromiter(self._forms.values(), np.int64),
        }

    @classmethod
    def restore(cls, arrays: Arrays) -> Self:
        """The columns that gave this snapshot."""
        columns = cls()
        columns._forms = OrderedDict(zip(arrays["columns"].tolist(), arrays["forms"].tolist(), strict=True))
        return columns
