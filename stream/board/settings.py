"""The settings of the board."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, SecretStr, model_validator

from stream.secret_files import with_secret_files


class BoardSettings(BaseModel, frozen=True, extra="forbid"):
    """The web page of the stories: `newsfold board`."""

    host: str = Field(
        "127.0.0.1", description="Address to listen on; any other than this machine's needs a token."
    )
    port: int = Field(6067, ge=0, le=65_535, description="Port to listen on; 0 takes a free one.")
    token: SecretStr | None = Field(
        None, description="Asked for at the log-in, and of programs as a bearer token or as the password."
    )
    token_file: Path | None = Field(None, description="File that holds the token; read at the start.")
    allowed_hosts: tuple[str, ...] = Field(
        ("127.0.0.1", "localhost"),
        description="Host names that the board answers to, as a JSON list; with a token it answers to any.",
    )
    folder: Path = Field(
        Path("var/board"),
        description="Folder of the store, which may be thrown away, and of the marks, which may not.",
    )
    retention_days: int = Field(
        30,
        ge=1,
        description="Days after its last report that a story is kept, by the time of the newest report.",
    )
    max_stories: int = Field(200_000, ge=1, description="Stories kept at most; the least recent go first.")
    page_size: int = Field(25, ge=1, le=500, description="Stories on a page of the list.")

    @model_validator(mode="before")
    @classmethod
    def _token_from_its_file(cls, given: Any) -> Any:
        return with_secret_files(given, "token")
