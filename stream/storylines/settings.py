"""The settings of storylines; the defaults are the ones judged in docs/decisions/0006-storylines.md."""

from pydantic import BaseModel, Field

DAY = 86_400_000  # milliseconds


class StorylineSettings(BaseModel, frozen=True, extra="forbid"):
    """How stories of one affair are linked."""

    threshold: float = Field(
        default=0.5,
        description="Mean score of the pairs between two groups of stories from which they are one storyline; -0.5 "
        "gives broader ones.",
    )
    window_days: int = Field(
        default=90,
        ge=1,
        description="Days of stream time a closed story still links those that come after it.",
    )

    @property
    def window(self) -> int:
        """The window in milliseconds."""
        return self.window_days * DAY
