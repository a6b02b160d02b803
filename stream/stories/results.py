"""What the story index answers: plain data that explains itself."""

import msgspec


class Factor(msgspec.Struct, frozen=True):
    """One piece of evidence in words: its value, and what it added to the score (`weight`)."""

    name: str
    value: float
    weight: float


class StoryRival(msgspec.Struct, frozen=True):
    """The story that came second, and the score of joining it."""

    story: int
    score: float


class StoryMerge(msgspec.Struct, frozen=True):
    """Two stories found to be one: the older survives, the articles of the absorbed one move."""

    absorbed: int
    survivor: int
    score: float
    threshold: float
    factors: tuple[Factor, ...] = ()


class StorySplit(msgspec.Struct, frozen=True):
    """A story found to be two: the articles of these numbers leave it and are the story `fresh`.

    `score` is that of merging the two, to be read against `threshold`: below it they are parted.
    """

    story: int
    fresh: int
    leaving: tuple[int, ...]
    score: float
    threshold: float
    factors: tuple[Factor, ...] = ()


class StoryDecision(msgspec.Struct, frozen=True):
    """Where an article went and why.

    `score` is that of the best open story (whether joined or not), to be read against `threshold`; a created
    story may have no rival to score: then 0. `centrality` is the article's mean similarity to the story's
    members, 0 for its founder.
    """

    story: int
    created: bool
    score: float
    threshold: float
    factors: tuple[Factor, ...] = ()
    rival: StoryRival | None = None
    centrality: float = 0.0
    merges: tuple[StoryMerge, ...] = ()
    split: StorySplit | None = None
