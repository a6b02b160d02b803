"""How well clusters of copies fit the truth: adjusted Rand index, recall of copies, wrongly attached documents.

Copy: a document whose base came earlier; found, when an earlier document of its base bears its label. Wrongly
attached: a document whose cluster is mostly of another base (the first to come where two are level).
"""

import collections
import math
from collections.abc import Hashable, Sequence
from typing import Any


def score(stream: Sequence[dict[str, Any]], labels: Sequence[Hashable]) -> dict[str, Any]:
    """Return the scores of `labels`, one for each line of the stream, which is in order of arrival."""
    bases = [line["base"] for line in stream]
    held: collections.defaultdict[Hashable, set[int]] = collections.defaultdict(set)
    seen: set[int] = set()
    found: collections.defaultdict[str, list[bool]] = collections.defaultdict(list)
    for line, label in zip(stream, labels, strict=True):
        if line["base"] in seen:
            found[line["kind"]].append(line["base"] in held[label])
        seen.add(line["base"])
        held[label].add(line["base"])
    pairs = collections.Counter(zip(labels, bases, strict=True))
    major: dict[Hashable, int] = {}
    for (label, base), count in pairs.items():
        if label not in major or count > pairs[label, major[label]]:
            major[label] = base
    wrong = sum(major[label] != base for label, base in zip(labels, bases, strict=True))
    every = [hit for hits in found.values() for hit in hits]
    return {
        "documents": len(stream),
        "texts": len(seen),
        "clusters": len(held),
        "ari": _adjusted_rand(pairs, collections.Counter(labels), collections.Counter(bases)),
        "recall": sum(every) / len(every),
        "wrongly_attached": wrong / len(stream),
        "recall_by_kind": {kind: sum(hits) / len(hits) for kind, hits in sorted(found.items())},
    }


def _adjusted_rand(
    pairs: collections.Counter[Any], labels: collections.Counter[Any], bases: collections.Counter[Any]
) -> float:
    def together(counts: collections.Counter[Any]) -> int:
        return sum(math.comb(count, 2) for count in counts.values())

    total = math.comb(labels.total(), 2)
    expected = together(labels) * together(bases) / total
    most = (together(labels) + together(bases)) / 2
    return 1.0 if most == expected else (together(pairs) - expected) / (most - expected)
