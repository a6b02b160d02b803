"""The settings of story assignment; the defaults are the ones judged in docs/decisions/0004-stories.md."""

from math import log
from typing import Literal

import pydantic

HOUR = 3_600_000  # milliseconds


class StorySettings(pydantic.BaseModel, frozen=True):
    """How articles are gathered into stories. One set of values serves every stream."""

    decision: Literal["learned", "rule"] = pydantic.Field(
        default="learned",
        description="How join-or-new is decided: `learned` weighs all the evidence by the shipped model, merges "
        "stories and splits them; `rule` compares one similarity with one threshold, and no more (the baseline).",
    )
    granularity: float = pydantic.Field(
        default=0.5,
        gt=0,
        lt=1,
        description="From fine (towards 0: many small stories) to coarse (towards 1: few large ones); no unit. "
        "Shifts the scores of joining, merging and splitting by its logit; useful from 0.25 to 0.75.",
    )
    window_hours: int = pydantic.Field(
        default=21 * 24,
        ge=1,
        description="Hours of stream time without a new article after which a story is closed.",
    )
    span_days: int = pydantic.Field(
        default=14,
        ge=1,
        description="Days of event time from its first report that a story lasts at most. What belongs to it later "
        "founds a story that continues it.",
    )
    rule_threshold: float = pydantic.Field(
        default=0.38,
        description="Similarity (0 to about 1.1) from which the rule joins an article to a story.",
    )
    model: str = pydantic.Field(
        default="",
        description="Path of a model file that `newsfold tune` wrote; empty for the shipped one.",
    )
    cross_language: bool = pydantic.Field(
        default=False,
        description="Let reports in different languages join one story. Set the encoder to "
        "newsfold-static-multilingual too, or to a hub model of many languages.",
    )

    @property
    def window(self) -> int:
        """The idle window in milliseconds."""
        return self.window_hours * HOUR

    @property
    def span(self) -> int:
        """The longest that a story lasts, in milliseconds."""
        return self.span_days * 24 * HOUR

    @property
    def shift(self) -> float:
        """What the granularity adds to the scores of joining and of merging (and so of splitting), in logits."""
        return log(self.granularity / (1 - self.granularity))
