"""Every setting of Newsfold, read from the environment (NEWSFOLD_..., nested by a double underscore) or .env.

For example NEWSFOLD_KAFKA__BOOTSTRAP_SERVERS=broker:9092. `newsfold settings` prints them all. Each section is
defined beside the code that it configures; this file only puts them together.
"""

import os
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

import pydantic
from dotenv import dotenv_values
from pydantic import model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from embeddings.settings import EncoderSettings
from stream.board.settings import BoardSettings
from stream.copies.settings import CopySettings
from stream.embed.settings import IntakeSettings
from stream.errors import SettingsError
from stream.fold.settings import CheckpointSettings, FoldSettings
from stream.kafka.settings import TOPIC_NAMES, KafkaSettings, ShardSettings, TopicSettings
from stream.observability.settings import LogSettings, TracingSettings, WebSettings
from stream.stories.settings import StorySettings
from stream.storylines.settings import StorylineSettings

# What two deployments on one Kafka must not share. Checkpoints lie in a folder named after the topic.
PREFIXED: dict[str, tuple[str, ...]] = {
    "topics": TOPIC_NAMES,
    "intake": ("group",),
    "shard": ("group", "transactional_id_prefix"),
}


# Not settings: of the tests, of the shell's completion, and where secrets lie.
OF_OTHERS = ("NEWSFOLD_TEST_", "NEWSFOLD_SECRETS_DIR", "_NEWSFOLD_COMPLETE")
NEAR = 0.6  # likeness from which a name is offered for another, as difflib's own


class Settings(BaseSettings):
    """All settings, by section."""

    model_config = SettingsConfigDict(
        env_prefix="NEWSFOLD_", env_nested_delimiter="__", env_file=".env", extra="ignore", frozen=True
    )

    kafka: KafkaSettings = KafkaSettings()
    topics: TopicSettings = TopicSettings()
    intake: IntakeSettings = IntakeSettings()
    encoder: EncoderSettings = EncoderSettings()
    copies: CopySettings = CopySettings()
    stories: StorySettings = StorySettings()
    storylines: StorylineSettings = StorylineSettings()
    fold: FoldSettings = FoldSettings()
    shard: ShardSettings = ShardSettings()
    checkpoints: CheckpointSettings = CheckpointSettings()
    web: WebSettings = WebSettings()
    tracing: TracingSettings = TracingSettings()
    log: LogSettings = LogSettings()
    board: BoardSettings = BoardSettings()

    @model_validator(mode="before")
    @classmethod
    def _names_of_a_tenant(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Begin every topic, group and transactional id that is not named itself with `topics.prefix`."""
        topics = given.get("topics")
        prefix = topics.get("prefix") if isinstance(topics, dict) else getattr(topics, "prefix", "")
        if not prefix:
            return given
        named = dict(given)
        for section, names in PREFIXED.items():
            fields = cls.model_fields[section].annotation.model_fields  # type: ignore[union-attr]
            values = given.get(section) or {}
            if isinstance(values, dict):
                defaults = {name: f"{prefix}{fields[name].default}" for name in names}
                named[section] = defaults | values
        return named


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: names each variable that is wrong or does not exist and says why, never its value.
    """
    unknown = unknown_variables(_given_names())
    if unknown:
        raise SettingsError("These settings do not exist:\n" + "\n".join(unknown))
    try:
        return Settings()
    except pydantic.ValidationError as error:
        lines = [f"  {_variable(problem['loc'])}: {problem['msg']}" for problem in error.errors()]
        raise SettingsError("These settings are wrong:\n" + "\n".join(lines)) from None


def variables() -> set[str]:
    """The names of all settings as environment variables."""
    names = set()
    for section, field in Settings.model_fields.items():
        for name in field.annotation.model_fields:  # type: ignore[union-attr]
            names.add(_variable((section, name)))
    return names


def unknown_variables(given: Iterable[str]) -> list[str]:
    """A line for each variable that names no setting, with the nearest one that does."""
    known = variables()
    lines = []
    for name in sorted(set(given)):
        plain = name.upper()
        if not plain.startswith("NEWSFOLD_") or plain in known or plain.startswith(OF_OTHERS):
            continue
        near = get_close_matches(plain, known, n=1, cutoff=NEAR)
        lines.append(f"  {name}" + (f": did you mean {near[0]}?" if near else ""))
    return lines


def _given_names() -> list[str]:
    """The names in the environment and in the .env file of the working folder."""
    return [*os.environ, *(name for name in dotenv_values(".env") if name)]


def _variable(location: tuple[int | str, ...]) -> str:
    return "NEWSFOLD_" + "__".join(str(part).upper() for part in location)
