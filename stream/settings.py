"""Every setting of Newsfold, read from the environment (NEWSFOLD_..., nested by a double underscore) or .env.

For example NEWSFOLD_KAFKA__BOOTSTRAP_SERVERS=broker:9092. `newsfold settings` prints them all. Each section is
defined beside the code that it configures; this file only puts them together.
"""

import pydantic
from pydantic_settings import BaseSettings, SettingsConfigDict

from embeddings.settings import EncoderSettings
from stream.copies.settings import CopySettings
from stream.embed.settings import IntakeSettings
from stream.errors import SettingsError
from stream.fold.settings import CheckpointSettings, FoldSettings
from stream.kafka.settings import KafkaSettings, ShardSettings, TopicSettings
from stream.observability.settings import LogSettings, WebSettings
from stream.stories.settings import StorySettings


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
    fold: FoldSettings = FoldSettings()
    shard: ShardSettings = ShardSettings()
    checkpoints: CheckpointSettings = CheckpointSettings()
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: names each variable that is wrong and says why, never its value.
    """
    try:
        return Settings()
    except pydantic.ValidationError as error:
        lines = [f"  {_variable(problem['loc'])}: {problem['msg']}" for problem in error.errors()]
        raise SettingsError("These settings are wrong:\n" + "\n".join(lines)) from None


def _variable(location: tuple[int | str, ...]) -> str:
    return "NEWSFOLD_" + "__".join(str(part).upper() for part in location)
