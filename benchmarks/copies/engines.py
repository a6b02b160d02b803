"""The engines that are compared: each takes one article after the other and names its cluster.

The rivals run as their documentation shows: word triples, 128 permutations (or 42 bands of 3), Jaccard 0.5, which
was their best threshold here. Every text is looked up, joins the cluster of its oldest match, and is indexed: a copy
need only be like some earlier copy. None of them forgets, so they are spared the work of a window.
"""

import re
from collections.abc import Sequence
from typing import Any, Protocol

from stream.copies.fingerprint import fingerprints_of
from stream.copies.index import CopyIndex
from stream.copies.settings import CopySettings

BATCH = 256
PERMUTATIONS = 128
JACCARD = 0.5
_WORD = re.compile(r"\w+")


class Engine(Protocol):
    """Places articles in order of arrival, numbered from 0."""

    def label(self, lines: Sequence[dict[str, Any]]) -> list[int]:
        """Return for each of the next articles the number of the first article of its cluster."""


class Newsfold:
    """The leader index of stream.copies: reads in batches, as the embed stage, and places one by one, as the fold."""

    def __init__(self) -> None:
        self.index = CopyIndex(CopySettings())
        self.placed = 0

    def label(self, lines: Sequence[dict[str, Any]]) -> list[int]:
        """Fingerprint batch after batch, place one after the other."""
        labels: list[int] = []
        for start in range(0, len(lines), BATCH):
            batch = lines[start : start + BATCH]
            fingerprints = fingerprints_of([("", line["text"]) for line in batch])
            for line, fingerprint in zip(batch, fingerprints, strict=True):
                decision = self.index.place(self.placed, fingerprint, str(line["src"]), line["ts"] * 1000)
                labels.append(self.placed if decision.leader is None else decision.leader)
                self.placed += 1
        return labels


class Rival:
    """An engine that takes one text after the other."""

    def __init__(self) -> None:
        self.labels: list[int] = []

    def label(self, lines: Sequence[dict[str, Any]]) -> list[int]:
        """Place every text."""
        for line in lines:
            number = len(self.labels)
            match = self.place(number, line["text"])
            self.labels.append(number if match == number else self.labels[match])
        return self.labels[-len(lines) :]

    def place(self, number: int, text: str) -> int:
        """Index the text; return the number of its oldest match, or its own."""
        raise NotImplementedError


def triples(text: str) -> list[str]:
    """Return the word triples of a text."""
    words = _WORD.findall(text.lower())
    return [" ".join(words[k : k + 3]) for k in range(max(1, len(words) - 2))]


class Datasketch(Rival):
    """datasketch.MinHashLSH, candidates verified by their signatures."""

    def __init__(self) -> None:
        super().__init__()
        import datasketch

        self.new: Any = lambda: datasketch.MinHash(num_perm=PERMUTATIONS)
        self.index: Any = datasketch.MinHashLSH(threshold=JACCARD, num_perm=PERMUTATIONS)
        self.signatures: dict[int, Any] = {}

    def place(self, number: int, text: str) -> int:
        """Query, then insert."""
        signature = self.new()
        signature.update_batch([triple.encode() for triple in set(triples(text))])
        matches = [m for m in self.index.query(signature) if self.signatures[m].jaccard(signature) >= JACCARD]
        self.index.insert(number, signature)
        self.signatures[number] = signature
        return min(matches, default=number)


class Rensa(Rival):
    """rensa.RMinHashLSH, candidates verified by their signatures."""

    def __init__(self) -> None:
        super().__init__()
        import rensa

        self.new: Any = lambda: rensa.RMinHash(num_perm=PERMUTATIONS, seed=42)
        self.index: Any = rensa.RMinHashLSH(threshold=JACCARD, num_perm=PERMUTATIONS, num_bands=32)
        self.signatures: dict[int, Any] = {}

    def place(self, number: int, text: str) -> int:
        """Query, then insert."""
        signature = self.new()
        signature.update(triples(text))
        matches = [m for m in self.index.query(signature) if self.signatures[m].jaccard(signature) >= JACCARD]
        self.index.insert(number, signature)
        self.signatures[number] = signature
        return min(matches, default=number)


class Gaoya(Rival):
    """gaoya.minhash.MinHashStringIndex, which tokenises in Rust and verifies by itself."""

    def __init__(self) -> None:
        super().__init__()
        from gaoya.minhash import MinHashStringIndex

        self.index: Any = MinHashStringIndex(
            hash_size=32, jaccard_threshold=JACCARD, num_bands=42, band_size=3, analyzer="word", lowercase=True,
            ngram_range=(3, 3),
        )  # fmt: skip

    def place(self, number: int, text: str) -> int:
        """Query, then insert."""
        matches = self.index.query(text)
        self.index.insert_document(number, text)
        return int(min(matches, default=number))


ENGINES: dict[str, type[Engine]] = {
    "newsfold": Newsfold, "gaoya": Gaoya, "rensa": Rensa, "datasketch": Datasketch,
}  # fmt: skip
