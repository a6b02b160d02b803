"""The default encoder: English by the English table, other languages by the multilingual one.

A table of their own distinguishes English reports better. Rows of the two tables cannot be compared, so a vector
has a place for each, and the place of the table that did not make it is zero: an English text and another have
nothing in common by it. To compare them, the multilingual table alone must make all vectors.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from embeddings.inputs import EncoderText
from embeddings.static.table import (
    LANGUAGES,
    StaticTableEncoder,
    dimensions_of,
    load_table,
    short_hash,
    version_of,
)
from embeddings.vectors import Vectors

ENGLISH = "newsfold-static-en"
MULTILINGUAL = "newsfold-static-multilingual"


class BothTablesEncoder:
    """Both static tables side by side. The multilingual one is loaded when the first text needs it.

    A text in an unknown language counts as English. Not thread-safe: one thread at a time.
    """

    reused = 0  # as of one table

    def __init__(self, name: str) -> None:
        self.name = name
        self.version = short_hash([version_of(ENGLISH), version_of(MULTILINGUAL)])
        self.languages = LANGUAGES[ENGLISH] | LANGUAGES[MULTILINGUAL]
        self._english = StaticTableEncoder(load_table(ENGLISH))
        self.dimensions = self._english.dimensions + dimensions_of(MULTILINGUAL)

    @cached_property
    def _others(self) -> StaticTableEncoder:
        return StaticTableEncoder(load_table(MULTILINGUAL))

    def encode(self, texts: Sequence[EncoderText]) -> Vectors:
        """Return int8 vectors [len(texts), dimensions]; zeros for a language that neither table was made for."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.int8)
        english = [place for place, text in enumerate(texts) if text.language in {None, "en"}]
        others = [
            place
            for place, text in enumerate(texts)
            if text.language in LANGUAGES[MULTILINGUAL] and text.language != "en"
        ]
        border = self._english.dimensions
        vectors[english, :border] = self._english.encode([texts[place] for place in english])
        if others:
            vectors[others, border:] = self._others.encode([texts[place] for place in others])
        return vectors
