"""The settings of copy detection: what an operator may turn, with units and defaults."""

from typing import Annotated

import pydantic


class CopySettings(pydantic.BaseModel, frozen=True):
    """Thresholds, window and capacity of the copy index of one shard."""

    window_hours: Annotated[
        int,
        pydantic.Field(ge=1, le=24 * 365, description="How long a text is remembered, hours of stream time."),
    ] = 72
    capacity: Annotated[
        int,
        pydantic.Field(
            ge=64,
            le=1 << 26,
            description="Distinct texts remembered at once, copies apart; fixes the memory, about 500 bytes each.",
        ),
    ] = 50_000
    containment: Annotated[
        float,
        pydantic.Field(
            gt=0, le=1, description="Share of the shorter text that must be found in the other for a copy."
        ),
    ] = 0.40
    containment_same_source: Annotated[
        float, pydantic.Field(gt=0, le=1, description="The same, where both texts come from one source.")
    ] = 0.70
    containment_short: Annotated[
        float, pydantic.Field(gt=0, le=1, description="The same, where either text has under 30 words.")
    ] = 0.80
