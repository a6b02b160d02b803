"""What goes out on the topics, as types: `from stream.contract import StorySnapshot` reads what a consumer gets.

story = msgspec.json.decode(message.value, type=StorySnapshot)
"""

from stream.contract.events import (
    ArticleShown,
    AssignedArticle,
    Assignment,
    CopyOf,
    Counts,
    FactorShown,
    Lead,
    Method,
    NameShown,
    NearMiss,
    Outcome,
    Reason,
    Rival,
    StoryEventType,
    StorySnapshot,
)
from stream.contract.storylines import Related, StorylineCounts, StorylineEventType, StorylineSnapshot

__all__ = [
    "ArticleShown",
    "AssignedArticle",
    "Assignment",
    "CopyOf",
    "Counts",
    "FactorShown",
    "Lead",
    "Method",
    "NameShown",
    "NearMiss",
    "Outcome",
    "Reason",
    "Related",
    "Rival",
    "StoryEventType",
    "StorySnapshot",
    "StorylineCounts",
    "StorylineEventType",
    "StorylineSnapshot",
]
