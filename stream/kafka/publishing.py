"""What of a batch is published: every event but the updates that a later event of the same batch overtook."""

from collections.abc import Sequence
from typing import NamedTuple

from stream.contract.events import Folded, StoryEvent, StoryEventType
from stream.contract.storylines import StorylineEvent, StorylineEventType


class Published(NamedTuple):
    """The events of stories and storylines that go out for a batch, in order."""

    stories: list[StoryEvent]
    storylines: list[StorylineEvent]


def published_of(folded: Sequence[Folded]) -> Published:
    """The events of a batch that go out."""
    return Published(current_events(folded), current_storylines(folded))


def current_events(folded: Sequence[Folded]) -> list[StoryEvent]:
    """The story events of a batch, without the updates that a later event of the same story overtook.

    Created, merged and closed events always go out; between them only the last version counts.
    """
    events = [event for one in folded for event in one.stories]
    latest = {event.story_id: position for position, event in enumerate(events)}
    return [
        event
        for position, event in enumerate(events)
        if event.type is not StoryEventType.UPDATED or latest[event.story_id] == position
    ]


def current_storylines(folded: Sequence[Folded]) -> list[StorylineEvent]:
    """The storyline events of a batch, without the updates that a later event of the same storyline overtook."""
    events = [event for one in folded for event in one.storylines]
    latest = {event.storyline_id: position for position, event in enumerate(events)}
    return [
        event
        for position, event in enumerate(events)
        if event.type is not StorylineEventType.UPDATED or latest[event.storyline_id] == position
    ]
