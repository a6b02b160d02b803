"""The settings of the embed stage."""

from pydantic import BaseModel, Field

from stream.articles.formats.registry import FormatName

MEBIBYTE = 1_048_576
# What a message may be larger than its article: key and headers, those of a dead letter too.
OVERHEAD_BYTES = 65_536


class IntakeSettings(BaseModel, frozen=True, extra="forbid"):
    """The embed stage."""

    group: str = Field("newsfold-embed", description="Consumer group of the embed stage.")
    batch_size: int = Field(
        256, ge=1, le=1_000, description="Articles of a batch at most; an idle worker takes what has come."
    )
    batch_wait_seconds: float = Field(
        0.05, gt=0, le=0.5, description="Seconds the broker gathers articles for a batch at most."
    )
    batch_timeout_seconds: float = Field(
        60.0, gt=0, description="Seconds a batch may take before the process ends rather than lose it."
    )
    max_article_bytes: int = Field(
        MEBIBYTE,
        ge=1_024,
        le=64 * MEBIBYTE,
        description="Bytes of an article; larger ones are dead-lettered.",
    )
    format: FormatName = Field(
        FormatName.AUTO,
        description="Format of the articles topic: auto recognises each message; newsfold, schema-org, ninjs, "
        "newsapi, webz, gdelt, feed or news-please read all as that (docs/feeds.md).",
    )

    @property
    def max_message_bytes(self) -> int:
        """Bytes of a message with the largest article."""
        return self.max_article_bytes + OVERHEAD_BYTES
