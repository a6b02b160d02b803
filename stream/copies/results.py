"""What copy detection says of an article, and why."""

import enum

import msgspec


class CopyKind(enum.StrEnum):
    """How a copy relates to its leader."""

    EXACT = "exact"  # the same words
    TRUNCATED = "truncated"  # most of the copy is in the leader, which says more
    EXTENDED = "extended"  # the copy holds most of the leader and says more
    PARTIAL = "partial"  # each has much that the other lacks


class CopyRival(msgspec.Struct, frozen=True, gc=False):
    """The best leader that was not taken, and why not."""

    leader: int
    score: float
    reason: str


class CopyDecision(msgspec.Struct, frozen=True, gc=False):
    """Whether an article is a copy. `leader` and `kind` are None for a text not seen before.

    `containment`: share of the article's sample found in the leader; `coverage`: share of the leader's sample found
    in the article; `hits`: sampled word triples in common; `threshold`: what the larger share had to reach.
    `form`: for a report, the number of the first one that fills the same form, None for a text of its own.
    """

    leader: int | None
    kind: CopyKind | None
    containment: float
    coverage: float
    hits: int
    threshold: float
    rival: CopyRival | None
    form: int | None = None
