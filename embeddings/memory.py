"""A bounded memory of vectors: no text is encoded twice while it is remembered.

Half of a stream of news can be copies, word for word, and a transformer takes milliseconds for each. Near copies are
encoded: would they take the vector of the text before them, a record would depend on what its worker read before it.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
import xxhash

from embeddings.vectors import Vectors


class VectorMemory:
    """The vectors of the texts that came last. `reused` counts those that were at hand."""

    def __init__(self, most: int) -> None:
        """Remember at most so many texts; 16 bytes and a vector each."""
        self._most = most
        self._vectors: OrderedDict[bytes, Vectors] = OrderedDict()
        self.reused = 0

    def __len__(self) -> int:
        return len(self._vectors)

    def vectors_of(self, texts: Sequence[str], encode: Callable[[list[str]], Vectors]) -> Vectors:
        """Return the vector of each text [texts, dimensions]; `encode` makes those of the texts not remembered."""
        keys = [xxhash.xxh3_128_digest(text.encode(errors="surrogatepass")) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._vectors}
        fresh = dict(zip(missing, encode([*missing.values()]) if missing else (), strict=True))
        found = [fresh[key] if key in fresh else self._vectors[key] for key in keys]
        self.reused += len(texts) - len(missing)
        for key, vector in zip(keys, found, strict=True):
            self._vectors[key] = vector
            self._vectors.move_to_end(key)
        while len(self._vectors) > self._most:
            self._vectors.popitem(last=False)
        return np.stack(found)
