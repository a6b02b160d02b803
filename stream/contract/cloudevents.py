"""CloudEvents 1.0, Kafka binding, binary mode: the attributes travel as headers, the payload stays plain JSON.

`ce_source` + `ce_id` are unique for each event, so that consumers can drop repeats.
"""

from stream.contract.events import Assignment, StoryEvent
from stream.contract.storylines import StorylineEvent

SOURCE = b"/newsfold"
Headers = list[tuple[str, bytes]]


def story_headers(event: StoryEvent) -> Headers:
    """Headers of a story event; its id is story and version."""
    version = event.snapshot.version if event.snapshot else "expired"
    return _headers(f"newsfold.story.{event.type.value}", f"{event.story_id}:{version}", event.story_id)


def storyline_headers(event: StorylineEvent) -> Headers:
    """Headers of a storyline event; its id is storyline and version."""
    version = event.snapshot.version if event.snapshot else "expired"
    kind, unique = f"newsfold.storyline.{event.type.value}", f"{event.storyline_id}:{version}"
    return _headers(kind, unique, event.storyline_id)


def assignment_headers(assignment: Assignment) -> Headers:
    """Headers of an assignment; its id is article, story and the story's version at that moment."""
    unique = f"{assignment.article_id}:{assignment.story_id}:{assignment.story_version}"
    return _headers(f"newsfold.assignment.{assignment.method.value}", unique, assignment.article_id)


def _headers(kind: str, unique: str, subject: str) -> Headers:
    return [
        ("ce_specversion", b"1.0"),
        ("ce_type", kind.encode()),
        ("ce_source", SOURCE),
        ("ce_id", unique.encode()),
        ("ce_subject", subject.encode()),
        ("content-type", b"application/json"),
    ]
