"""Story assignment: which reports tell of one event."""

from stream.stories.decision import Factor, StoryDecision, StoryMerge, StoryRival, StorySplit
from stream.stories.evidence import Evidence, evidence_of
from stream.stories.index import StoryIndex
from stream.stories.settings import StorySettings

__all__ = [
    "Evidence",
    "Factor",
    "StoryDecision",
    "StoryIndex",
    "StoryMerge",
    "StoryRival",
    "StorySettings",
    "StorySplit",
    "evidence_of",
]
