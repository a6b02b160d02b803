"""What a shard publishes of folded articles: their stories' and storylines' snapshots, and their assignments."""

from collections.abc import Sequence

from stream.contract.cloudevents import assignment_headers, story_headers, storyline_headers
from stream.contract.events import Folded, encode_event
from stream.kafka.settings import TopicSettings
from stream.observability.tracing import BatchTrace

Outgoing = tuple[tuple[str, bytes | None, bytes], list[tuple[str, bytes]]]  # (topic, value, key), headers


def outputs_of(folded: Sequence[Folded], topics: TopicSettings, trace: BatchTrace) -> list[Outgoing]:
    """The messages, in the order of the articles."""
    messages: list[Outgoing] = []
    for position, one in enumerate(folded):
        for event in one.stories:
            value = encode_event(event.snapshot) if event.snapshot else None
            headers = [*story_headers(event), *trace.headers(position)]
            messages.append(((topics.stories, value, event.story_id.encode()), headers))
        for line in one.storylines:
            value = encode_event(line.snapshot) if line.snapshot else None
            headers = [*storyline_headers(line), *trace.headers(position)]
            messages.append(((topics.storylines, value, line.storyline_id.encode()), headers))
        for assignment in one.assignments:
            key = assignment.article_id.encode()
            headers = [*assignment_headers(assignment), *trace.headers(position)]
            messages.append(((topics.assignments, encode_event(assignment), key), headers))
    return messages
