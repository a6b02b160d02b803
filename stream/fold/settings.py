"""The settings of the fold: what a shard remembers, and where its state is saved."""

from typing import Protocol

from pydantic import BaseModel, Field

from stream.copies.settings import CopySettings
from stream.stories.settings import StorySettings
from stream.storylines.settings import StorylineSettings


class FoldSettings(BaseModel, frozen=True, extra="forbid"):
    """What the fold keeps, and for how long."""

    register_hours: int = Field(
        default=21 * 24,
        ge=1,
        description="Hours of stream time an article's id is remembered: repeats, corrections and retractions "
        "within it find their story. At least the copy window and the story window.",
    )
    retention_hours: int = Field(
        default=30 * 24,
        ge=1,
        description="Hours of stream time from a story's end (closed or merged) to its tombstone on the topic.",
    )


class CheckpointSettings(BaseModel, frozen=True, extra="forbid"):
    """Where the state of a shard is saved, so that a restart need not replay the whole log."""

    url: str = Field(
        "var/checkpoints", description="Folder or object-store URL (fsspec: s3://, gs://, file://)."
    )
    interval_seconds: float = Field(
        300.0, gt=0, description="Seconds between checkpoints of a shard that moves."
    )
    stop_seconds: float = Field(
        8.0,
        ge=5.0,
        le=3_600.0,
        description="Seconds a stop may take, the last checkpoint included; keep it below the grace period of what "
        "stops the worker. A million articles need about 20.",
    )
    keep: int = Field(3, ge=1, le=100, description="Checkpoints kept per shard.")


class FoldSections(Protocol):
    """The sections of the settings that the fold depends on."""

    @property
    def fold(self) -> FoldSettings:
        """What a shard remembers."""

    @property
    def copies(self) -> CopySettings:
        """How copies are found."""

    @property
    def stories(self) -> StorySettings:
        """How stories are found."""

    @property
    def storylines(self) -> StorylineSettings:
        """How stories are linked."""
