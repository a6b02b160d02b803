"""The settings of the worker's pages, of its traces and of its log."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, SecretStr, model_validator

from stream.secret_files import with_secret_files


class WebSettings(BaseModel, frozen=True, extra="forbid"):
    """The worker's web server: /metrics, /health, /ready."""

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 opens it to the network.")
    port: int = Field(6066, ge=1, le=65_535, description="Port to listen on.")
    token: SecretStr | None = Field(None, description="Bearer token that /metrics asks for, where set.")
    token_file: Path | None = Field(None, description="File that holds the token instead.")

    @model_validator(mode="before")
    @classmethod
    def _read_secrets(cls, given: Any) -> Any:
        return with_secret_files(given, "token")


class TracingSettings(BaseModel, frozen=True, extra="forbid"):
    """Traces of articles, by OpenTelemetry."""

    enabled: bool = Field(False, description="Trace articles through both stages; needs the extra otel.")
    endpoint: str = Field(
        "http://127.0.0.1:4318/v1/traces", description="Where a collector takes OTLP over HTTP."
    )
    sample_share: float = Field(
        0.01,
        ge=0,
        le=1,
        description="Share of the articles traced that came without a trace; one that came with one follows it.",
    )
    service_name: str = Field("newsfold", description="Name of the service in the traces.")


class LogSettings(BaseModel, frozen=True, extra="forbid"):
    """What the worker says, and how."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severity shown.")
    format: Literal["text", "json"] = Field(
        "text", description="Lines for people, or one JSON object a line."
    )
