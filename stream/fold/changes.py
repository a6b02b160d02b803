"""What a batch of records changed: of the updates of a story or storyline in it, the last is described.

A snapshot costs more than the change that it shows, and an update that a later record of the batch overtakes is never
published. So updates are described when the batch has ended; that a story was created, merged or closed is always
published, and described at once.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from stream.contract.events import (
    Assignment,
    Folded,
    Outcome,
    StoryEvent,
    StoryEventType,
    StorySnapshot,
)
from stream.contract.storylines import StorylineEvent, StorylineEventType, StorylineSnapshot
from stream.embed.record import EmbeddedArticle


class StoryUpdate(NamedTuple):
    """A story has its next version, which nothing describes until it is asked for, before its next change."""

    story_id: str
    describe: Callable[[], StorySnapshot]

    def event(self) -> StoryEvent:
        """The story as it is now."""
        return StoryEvent(StoryEventType.UPDATED, self.story_id, self.describe())


class StorylineUpdate(NamedTuple):
    """The same of a storyline."""

    storyline_id: str
    describe: Callable[[], StorylineSnapshot]

    def event(self) -> StorylineEvent:
        """The storyline as it is now."""
        return StorylineEvent(StorylineEventType.UPDATED, self.storyline_id, self.describe())


StoryChange = StoryEvent | StoryUpdate
StorylineChange = StorylineEvent | StorylineUpdate
Changes = tuple[list[StoryChange], list[StorylineChange]]


class Moment(msgspec.Struct, gc=False):
    """One record on its way through the fold, and what has followed from it so far."""

    article: EmbeddedArticle
    logged: int
    event_time: int
    outcome: Outcome = Outcome.REPEATED
    stories: list[StoryChange] = []
    assignments: list[Assignment] = []
    storylines: list[StorylineChange] = []

    def take(self, changes: Changes) -> None:
        """Add changes of stories and storylines."""
        self.stories.extend(changes[0])
        self.storylines.extend(changes[1])


def described(batch: Sequence[Moment]) -> list[Folded]:
    """All that followed from each record, without the updates that a later change in the batch overtook.

    Call it before the next record is folded.
    """
    stories = {change.story_id: change for moment in batch for change in moment.stories}
    lines = {change.storyline_id: change for moment in batch for change in moment.storylines}
    return [
        Folded(
            outcome=moment.outcome,
            event_time=moment.event_time,
            assignments=tuple(moment.assignments),
            stories=tuple(
                [
                    change if isinstance(change, StoryEvent) else change.event()
                    for change in moment.stories
                    if isinstance(change, StoryEvent) or stories[change.story_id] is change
                ]
            ),
            storylines=tuple(
                [
                    change if isinstance(change, StorylineEvent) else change.event()
                    for change in moment.storylines
                    if isinstance(change, StorylineEvent) or lines[change.storyline_id] is change
                ]
            ),
        )
        for moment in batch
    ]
