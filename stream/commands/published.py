"""What was published: stories and assignments, read from the topics up to their end, or from a replay's files."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import click
import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from stream.articles.jsonl import read_lines
from stream.contract import Assignment, StorySnapshot
from stream.errors import SettingsError
from stream.kafka.clients import connected, connection
from stream.settings import Settings, load_settings

POLL_MS = 500
ReplayFile = click.Path(exists=True, dir_okay=False, path_type=Path)


class Published(msgspec.Struct):
    """The last snapshot of each story, and all assignments of each article that are still there, oldest first."""

    stories: dict[str, StorySnapshot] = {}
    assignments: dict[str, list[Assignment]] = {}

    def add_story(self, key: str, value: bytes | None) -> None:
        """Take in one message of the stories topic."""
        if value is None:
            self.stories.pop(key, None)
        else:
            self.stories[key] = msgspec.json.decode(value, type=StorySnapshot)

    def add_assignment(self, value: bytes | None) -> None:
        """Take in one message of the assignments topic."""
        if value is not None:
            one = msgspec.json.decode(value, type=Assignment)
            self.assignments.setdefault(one.article_id, []).append(one)

    def living(self, story_id: str | None) -> StorySnapshot | None:
        """The story of this id, or the one it lives on in."""
        story = self.stories.get(story_id or "")
        while story is not None and story.merged_into in self.stories:
            story = self.stories[story.merged_into or ""]
        return story

    def stories_beginning(self, beginning: str) -> list[StorySnapshot]:
        """The stories whose id begins so."""
        return [story for story_id, story in self.stories.items() if story_id.startswith(beginning)]


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that read a replay's files in place of the topics."""
    for name in ("assignments", "stories"):
        option = f"--{name}"
        helped = f"Read the {name} that `newsfold replay {option}` wrote, in place of the topics."
        command = click.option(option, f"{name}_file", type=ReplayFile, help=helped)(command)
    return command


def published(
    stories_file: Path | None, assignments_file: Path | None, only_stories: bool = False
) -> Published:
    """Everything published, from files where they are named, else from the topics.

    Raises:
        BrokerUnavailableError: no broker answers.
        SettingsError: a file does not hold what it should.
    """
    found = Published()
    if stories_file is None and assignments_file is None:
        asyncio.run(_read_topics(load_settings(), found, only_stories))
        return found
    try:
        for line in read_lines(stories_file) if stories_file else ():
            story = msgspec.json.decode(line, type=StorySnapshot)
            found.stories[story.id] = story
        for line in read_lines(assignments_file) if assignments_file else ():
            found.add_assignment(line)
    except msgspec.DecodeError as error:
        raise SettingsError(f"the file was not written by `newsfold replay`: {error}") from None
    return found


async def _read_topics(settings: Settings, found: Published, only_stories: bool) -> None:
    topics = settings.topics
    async for record in records_until_now(settings, topics.stories):
        found.add_story(record.key.decode(), record.value)
    if not only_stories:
        async for record in records_until_now(settings, topics.assignments):
            found.add_assignment(record.value)


async def records_until_now(settings: Settings, topic: str) -> AsyncIterator[ConsumerRecord]:
    """Every committed record of a topic up to its end now."""
    consumer = AIOKafkaConsumer(
        topic,
        **connection(settings.kafka),
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    async with connected(consumer, settings.kafka):
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(source) < end for source, end in ends.items()]):
            for source, batch in (await consumer.getmany(timeout_ms=POLL_MS)).items():
                for record in batch:
                    if record.offset < ends[source]:
                        yield record
