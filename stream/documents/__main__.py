"""`python -m stream.documents` renews every document in docs/ that is made from the code."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from stream.documents.asyncapi import asyncapi
from stream.documents.json_schema import PUBLIC, schema_of
from stream.documents.metrics_page import metrics_page
from stream.documents.tables import renewed
from stream.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"
WITH_TABLES = ("commands.md", "how-it-decides.md", "topics.md")


def documents() -> Iterator[tuple[Path, str]]:
    """Each file made from the code, and what it should hold."""
    for name in PUBLIC:
        yield DOCS / "schemas" / f"{name}.schema.json", _pretty(schema_of(name))
    settings = Settings.model_construct()  # the defaults, whatever the environment says
    yield DOCS / "schemas" / "asyncapi.json", _pretty(asyncapi(settings))
    for name in WITH_TABLES:
        yield DOCS / name, renewed((DOCS / name).read_text(encoding="utf8"))
    yield DOCS / "metrics.md", metrics_page()


def _pretty(document: object) -> str:
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


if __name__ == "__main__":
    for path, text in documents():
        path.write_text(text, encoding="utf8")
        print(f"wrote {path.relative_to(DOCS.parent)}")
