"""Every setting of Newsfold, read from the environment (NEWSFOLD_..., nested by a double underscore) or .env.

For example NEWSFOLD_KAFKA__BOOTSTRAP_SERVERS=broker:9092. `newsfold settings` prints them all.
"""

from enum import StrEnum
from pathlib import Path
from typing import Literal

import pydantic
from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from embeddings.encoder import EncoderSettings
from stream.copies import CopySettings
from stream.errors import SettingsError
from stream.fold_state import FoldSettings
from stream.stories import StorySettings

MEBIBYTE = 1_048_576


class Section(BaseModel):
    """A group of settings; an unknown name in it is an error, not silence."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class RouteBy(StrEnum):
    """What keeps articles together on one shard when there is more than one."""

    LANGUAGE = "language"
    SOURCE = "source"


class KafkaSettings(Section):
    """The broker and how to be let in; the same for every client, Faust's and ours."""

    bootstrap_servers: str = Field("127.0.0.1:9092", description="host:port of the brokers, comma-separated.")
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="Kafka's security.protocol."
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] = Field(
        "PLAIN", description="How to log in where security_protocol is SASL_*."
    )
    sasl_username: str | None = Field(None, description="User name for PLAIN and SCRAM.")
    sasl_password: SecretStr | None = Field(None, description="Password for PLAIN and SCRAM.")
    oauth_token_file: Path | None = Field(
        None, description="File that holds the current OAUTHBEARER token; read anew at each login."
    )
    ssl_ca_file: Path | None = Field(None, description="PEM file of the authority; the system's where unset.")
    ssl_cert_file: Path | None = Field(None, description="PEM certificate of this client, for mutual TLS.")
    ssl_key_file: Path | None = Field(None, description="PEM key of this client, for mutual TLS.")
    ssl_key_password: SecretStr | None = Field(None, description="Password of ssl_key_file.")
    session_timeout_ms: int = Field(
        15_000,
        ge=1_000,
        le=300_000,
        description="Milliseconds without a heartbeat until a worker counts as dead.",
    )
    request_timeout_ms: int = Field(30_000, ge=1_000, description="Milliseconds a request may take.")


class TopicSettings(Section):
    """Names and shapes of the five topics."""

    articles: str = Field("articles", description="Topic of incoming articles.")
    embedded: str = Field("articles.embedded", description="Internal log between the two stages.")
    stories: str = Field("stories", description="Topic of story snapshots.")
    assignments: str = Field("assignments", description="Topic of article assignments.")
    dead_letters: str = Field("articles.dead-letter", description="Topic of what could not be read.")
    article_partitions: int = Field(
        4, ge=1, le=1_000, description="Partitions of articles; bounds embed workers."
    )
    shards: int = Field(
        1, ge=1, le=1_000, description="Partitions of articles.embedded; stories never span two."
    )
    output_partitions: int = Field(4, ge=1, le=1_000, description="Partitions of stories and of assignments.")
    replication_factor: int = Field(1, ge=1, le=9, description="Copies of each partition the brokers keep.")
    route_by: RouteBy = Field(
        RouteBy.LANGUAGE, description="Routes an article to its shard where shards > 1."
    )
    embedded_retention_hours: int = Field(
        22 * 24, ge=1, description="Hours articles.embedded is kept; at least the fold's register_hours."
    )
    dead_letter_retention_hours: int = Field(14 * 24, ge=1, description="Hours dead letters are kept.")


class IntakeSettings(Section):
    """The embed stage."""

    group: str = Field("newsfold-embed", description="Consumer group of the embed stage.")
    batch_size: int = Field(64, ge=1, le=1_000, description="Articles embedded together at most.")
    batch_wait_seconds: float = Field(0.1, gt=0, le=0.5, description="Seconds a batch waits to fill.")
    batch_timeout_seconds: float = Field(
        60.0, gt=0, description="Seconds a batch may take before the process ends rather than lose it."
    )
    max_article_bytes: int = Field(
        MEBIBYTE,
        ge=1_024,
        le=64 * MEBIBYTE,
        description="Bytes of an article; larger ones are dead-lettered.",
    )


class ShardSettings(Section):
    """The fold stage's loop."""

    group: str = Field("newsfold-fold", description="Consumer group of the fold stage.")
    transactional_id_prefix: str = Field(
        "newsfold-shard", description="One transactional id per shard starts so."
    )
    batch_size: int = Field(500, ge=1, le=10_000, description="Records folded in one transaction at most.")
    poll_ms: int = Field(200, ge=1, le=5_000, description="Milliseconds to wait for records.")
    transaction_timeout_ms: int = Field(
        60_000, ge=1_000, description="Milliseconds until the broker aborts a dead worker's open transaction."
    )


class CheckpointSettings(Section):
    """Where the state of a shard is saved, so that a restart need not replay the whole log."""

    url: str = Field(
        "var/checkpoints", description="Folder or object-store URL (fsspec: s3://, gs://, file://)."
    )
    interval_seconds: float = Field(
        300.0, gt=0, description="Seconds between checkpoints of a shard that moves."
    )
    keep: int = Field(3, ge=1, le=100, description="Checkpoints kept per shard.")


class WebSettings(Section):
    """The worker's web server: /metrics, /health, /ready."""

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 opens it to the network.")
    port: int = Field(6066, ge=1, le=65_535, description="Port to listen on.")
    token: SecretStr | None = Field(None, description="Bearer token that /metrics asks for, where set.")


class LogSettings(Section):
    """What the worker says, and how."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severity shown.")
    format: Literal["text", "json"] = Field(
        "text", description="Lines for people, or one JSON object a line."
    )


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
