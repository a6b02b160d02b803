"""The settings of Kafka: the connection, the topics, and the loop of the fold stage."""

from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, SecretStr, model_validator

from stream.secret_files import with_secret_files


class RouteBy(StrEnum):
    """What keeps articles together on one shard when there is more than one."""

    LANGUAGE = "language"
    SOURCE = "source"


class KafkaSettings(BaseModel, frozen=True, extra="forbid"):
    """The broker and the credentials for it; the same for every client, Faust's and ours."""

    bootstrap_servers: str = Field("127.0.0.1:9092", description="host:port of the brokers, comma-separated.")
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="Kafka's security.protocol."
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] = Field(
        "PLAIN", description="How to log in where security_protocol is SASL_*."
    )
    sasl_username: str | None = Field(None, description="User name for PLAIN and SCRAM.")
    sasl_password: SecretStr | None = Field(None, description="Password for PLAIN and SCRAM.")
    sasl_password_file: Path | None = Field(None, description="File that holds the password instead.")
    oauth_token_file: Path | None = Field(
        None, description="File that holds the current OAUTHBEARER token; read anew at each login."
    )
    ssl_ca_file: Path | None = Field(None, description="PEM file of the authority; the system's where unset.")
    ssl_cert_file: Path | None = Field(None, description="PEM certificate of this client, for mutual TLS.")
    ssl_key_file: Path | None = Field(None, description="PEM key of this client, for mutual TLS.")
    ssl_key_password: SecretStr | None = Field(None, description="Password of ssl_key_file.")
    ssl_key_password_file: Path | None = Field(None, description="File that holds that password instead.")
    session_timeout_ms: int = Field(
        15_000,
        ge=1_000,
        le=300_000,
        description="Milliseconds without a heartbeat until a worker counts as dead.",
    )
    request_timeout_ms: int = Field(30_000, ge=1_000, description="Milliseconds a request may take.")

    @model_validator(mode="before")
    @classmethod
    def _read_secrets(cls, given: Any) -> Any:
        return with_secret_files(given, "sasl_password", "ssl_key_password")


class TopicSettings(BaseModel, frozen=True, extra="forbid"):
    """Names and shapes of the six topics."""

    prefix: str = Field(
        "",
        pattern=r"^[A-Za-z0-9._-]{0,100}$",
        description="Begins the name of every topic, consumer group and transactional id that is not set itself: "
        "one Kafka for several customers or languages.",
    )
    articles: str = Field("articles", description="Topic of incoming articles.")
    embedded: str = Field("articles.embedded", description="Internal log between the two stages.")
    stories: str = Field("stories", description="Topic of story snapshots.")
    storylines: str = Field("storylines", description="Topic of storyline snapshots.")
    assignments: str = Field("assignments", description="Topic of article assignments.")
    dead_letters: str = Field("articles.dead-letter", description="Topic of what could not be read.")
    article_partitions: int = Field(
        4, ge=1, le=1_000, description="Partitions of articles; bounds embed workers."
    )
    shards: int = Field(
        1, ge=1, le=1_000, description="Partitions of articles.embedded; stories never span two."
    )
    output_partitions: int = Field(
        4, ge=1, le=1_000, description="Partitions of stories, of storylines and of assignments."
    )
    replication_factor: int = Field(1, ge=1, le=9, description="Copies of each partition the brokers keep.")
    route_by: RouteBy = Field(
        RouteBy.LANGUAGE, description="Routes an article to its shard where shards > 1."
    )
    embedded_retention_hours: int = Field(
        22 * 24, ge=1, description="Hours articles.embedded is kept; at least the fold's register_hours."
    )
    dead_letter_retention_hours: int = Field(14 * 24, ge=1, description="Hours dead letters are kept.")


TOPIC_NAMES = tuple(
    name for name, field in TopicSettings.model_fields.items() if field.annotation is str and name != "prefix"
)


class ShardSettings(BaseModel, frozen=True, extra="forbid"):
    """The fold stage's loop."""

    group: str = Field("newsfold-fold", description="Consumer group of the fold stage.")
    transactional_id_prefix: str = Field(
        "newsfold-shard", description="One transactional id per shard starts so."
    )
    skip_other_models: bool = Field(
        False,
        description="Read past records of another encoder than the shard's first, and count them, instead of ending.",
    )
    allow_state_loss: bool = Field(
        False, description="Go on although checkpoints or records that the shard needs are gone."
    )
    batch_size: int = Field(500, ge=1, le=10_000, description="Records folded in one transaction at most.")
    poll_ms: int = Field(200, ge=1, le=5_000, description="Milliseconds to wait for records.")
    transaction_timeout_ms: int = Field(
        60_000, ge=1_000, description="Milliseconds until the broker aborts a dead worker's open transaction."
    )
