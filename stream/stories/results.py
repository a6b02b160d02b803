"""What the story index answers: plain data that explains itself."""

from typing import NamedTuple

import msgspec
import numpy as np

FACTOR_DIGITS = 4  # of the values and weights of factors: enough to explain a score


class Factor(msgspec.Struct, frozen=True, gc=False):
    """One piece of evidence: its value, and what it added to the score (`weight`), both to FACTOR_DIGITS.

    `name`: the feature's, as the model file has it.
    """

    name: str
    value: float
    weight: float


class StoryRival(msgspec.Struct, frozen=True, gc=False):
    """The best story that the article was not put into, the score of joining it, and whether a rule ruled it out.

    `unrelated`: none of its reports is closer than unrelated articles are.
    """

    story: int
    score: float
    unrelated: bool


class StoryMerge(msgspec.Struct, frozen=True, gc=False):
    """Two stories found to be one: the older survives, the articles of the absorbed one move.

    `score` = `bias` + the weights of the factors.
    """

    absorbed: int
    survivor: int
    score: float
    threshold: float
    bias: float
    factors: tuple[Factor, ...] = ()


class StorySplit(msgspec.Struct, frozen=True, gc=False):
    """A story found to be two: the articles of these numbers leave it and are the story `fresh`.

    `score` is that of merging the two, to be read against `threshold`: below it they are split.
    """

    story: int
    fresh: int
    leaving: tuple[int, ...]
    score: float
    threshold: float
    bias: float
    factors: tuple[Factor, ...] = ()


class StoryPair(msgspec.Struct, frozen=True, gc=False):
    """Two stories that were held against each other, and the score (logits) that they are one.

    `merging`: the score is that of merging them; else that of the founder of `one` joining `other`.
    """

    one: int
    other: int
    score: float
    merging: bool


class Profile(NamedTuple):
    """What a story is about: its heaviest names and words, hashed, falling by weight (0 where there are no more).

    Row 0 holds names and row 1 words; the weights of an article have a length of 2^14, those of a story are sums.
    """

    keys: np.ndarray  # uint32 [2, ENTRIES]
    weights: np.ndarray  # int32 [2, ENTRIES]


class StoryDecision(msgspec.Struct, frozen=True, gc=False):
    """Where an article went and why.

    `score` is that of the best open story (whether joined or not), to be read against `threshold`: `bias` + the
    weights of the factors; None where no story came into question. `unrelated`: a rule decided that no evidence
    outweighs, because none of the story's reports is closer than unrelated articles are. `centrality` is the
    article's mean similarity to the story's members, 0 for its founder.

    `continues` is the story that a created one goes on with: the article belongs to it, and would have made it longer
    than a story may be. `pairs` are the stories held against each other, merged or not; `caution`: how much this
    stream raises the threshold of joining, in logits.
    """

    story: int
    created: bool
    score: float | None
    threshold: float
    bias: float = 0.0
    unrelated: bool = False
    factors: tuple[Factor, ...] = ()
    rival: StoryRival | None = None
    centrality: float = 0.0
    merges: tuple[StoryMerge, ...] = ()
    split: StorySplit | None = None
    continues: int | None = None
    pairs: tuple[StoryPair, ...] = ()
    caution: float = 0.0
