"""Times as they go out: ISO 8601 in UTC."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated

from msgspec import Meta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS_REMEMBERED = 16_384  # a story in a burst shows the same twenty articles again and again; some 3 MB

Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


@lru_cache(maxsize=MOMENTS_REMEMBERED)
def iso(moment: int | None) -> str | None:
    """Milliseconds since the epoch as ISO 8601 in UTC, or None."""
    if moment is None:
        return None
    return (EPOCH + timedelta(milliseconds=moment)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
