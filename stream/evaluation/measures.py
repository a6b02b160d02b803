"""How well found stories and copies agree with labels.

B-cubed (Bagga & Baldwin 1998) averages over articles: of those in an article's found story, how many share its
true one (precision), and of those in its true story, how many share its found one (recall).
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

import msgspec


class Agreement(msgspec.Struct, frozen=True):
    """Precision, recall and their harmonic mean, each from 0 to 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def b_cubed(true: Mapping[str, str], found: Mapping[str, str]) -> Agreement:
    """B-cubed agreement over the labelled articles; one that was not found counts as a story of its own."""
    return b_cubed_in_order([*true.values()], [found.get(name, f"missing {name}") for name in true])


def b_cubed_in_order(true: Sequence[Hashable], found: Sequence[Hashable]) -> Agreement:
    """B-cubed agreement of the true and the found story of each article, both in the same order."""
    if not true:
        return Agreement(1.0, 1.0)
    joint = Counter(zip(true, found, strict=True))
    true_sizes, found_sizes = Counter(true), Counter(found)
    precision = sum(n * n / found_sizes[f] for (_, f), n in joint.items()) / len(true)
    recall = sum(n * n / true_sizes[t] for (t, _), n in joint.items()) / len(true)
    return Agreement(precision, recall)


def pairwise(true: Mapping[str, str], found: Mapping[str, str]) -> Agreement:
    """Agreement over pairs of articles: pairs put together that belong together."""
    pairs = [(label, found.get(name, f"missing {name}")) for name, label in true.items()]
    together = _pairs(Counter(pairs))
    in_found, in_true = _pairs(Counter(f for _, f in pairs)), _pairs(Counter(t for t, _ in pairs))
    return Agreement(together / in_found if in_found else 1.0, together / in_true if in_true else 1.0)


def copies_found(true: Mapping[str, str], found: Mapping[str, str]) -> Agreement:
    """Agreement on copies. Both map a copy to the article it copies.

    The articles of one text are a group, whichever of them came first: a group of n has n - 1 copies to be found.
    """
    right = sum(1 for name, leader in found.items() if _root(name, true) == _root(leader, true))
    return Agreement(right / len(found) if found else 1.0, right / len(true) if true else 1.0)


def _pairs(sizes: Mapping[object, int]) -> int:
    return sum(n * (n - 1) // 2 for n in sizes.values())


def _root(name: str, leaders: Mapping[str, str]) -> str:
    seen = {name}
    while name in leaders and leaders[name] not in seen:
        name = leaders[name]
        seen.add(name)
    return name
