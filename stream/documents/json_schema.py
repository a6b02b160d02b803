"""JSON Schema 2020-12 of what goes in and out."""

from typing import Any

import msgspec

from stream.articles.message import SentArticle
from stream.contract import Assignment, StorylineSnapshot, StorySnapshot

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PUBLIC: dict[str, type[msgspec.Struct]] = {
    "article": SentArticle,
    "story": StorySnapshot,
    "storyline": StorylineSnapshot,
    "assignment": Assignment,
}


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema of a public message: `article`, `story`, `storyline` or `assignment`."""
    return {"$schema": DIALECT, "title": f"newsfold {name}", **msgspec.json.schema(PUBLIC[name])}


def definitions() -> dict[str, Any]:
    """The schemas of all public messages by type name, as the components of one document."""
    _, components = msgspec.json.schema_components(
        PUBLIC.values(), ref_template="#/components/schemas/{name}"
    )
    return components
