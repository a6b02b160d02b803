"""The public contract as JSON Schema 2020-12, made from the types that the code itself writes.

`python -m stream.contract.json_schema` renews docs/schemas/; a test holds the files to the code.
"""

from pathlib import Path
from typing import Any

import msgspec

from stream.contract.events import Assignment, StorySnapshot

FOLDER = Path(__file__).parents[2] / "docs" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
PUBLIC = {"story": StorySnapshot, "assignment": Assignment}


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema of a public event: `story` or `assignment`."""
    return {"$schema": DIALECT, "title": f"newsfold {name}", **msgspec.json.schema(PUBLIC[name])}


def schema_text(name: str) -> str:
    """The schema as its file holds it."""
    return msgspec.json.format(msgspec.json.encode(schema_of(name)), indent=2).decode() + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for public in PUBLIC:
        (FOLDER / f"{public}.schema.json").write_text(schema_text(public), encoding="utf8")
