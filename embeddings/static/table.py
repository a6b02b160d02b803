"""Static tables: one int8 row per word piece, added up; the encoder that ships with Newsfold.

A text's vector is the sum of its pieces' rows, scaled to int8 by the fixed rule of embeddings.vectors: integers from
start to end, so it is the same for any batch, order, thread count and machine. A table is a folder that
sentence-transformers' StaticEmbedding reads too once its rows are cast to float32 (embeddings.torch_model):
model.safetensors with `embedding.weight` [pieces, dimensions] int8 at one global scale, and tokenizer.json.

Every table is pinned by the SHA-256 of its files in tables/SHA256SUMS, and checked when loaded.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import load as load_safetensors
from tokenizers import Tokenizer

from embeddings.errors import ModelError
from embeddings.inputs import MAX_CLEAN_CHARACTERS, EncoderText
from embeddings.static.pooling import sum_rows
from embeddings.static.word_cache import WordCache
from embeddings.vectors import Vectors, quantise_sums

Rows = NDArray[np.int8]

SHIPPED = Path(__file__).parents[1] / "tables"
PINS = SHIPPED / "SHA256SUMS"
ROWS_FILE = "model.safetensors"
ROWS_KEY = "embedding.weight"
TOKENIZER_FILE = "tokenizer.json"

# The title counts twice: R@1 .858, against .852 once and .825 without (docs/decisions/0002-static-encoder.md).
PREPARATION = "title. title. text"

# The languages a table was made for, where not for all of them. In any other its rows are pieces of foreign words:
# all texts of one language then look alike, whatever they report (docs/decisions/0002-static-encoder.md).
# Those of the multilingual one are the sixteen of multilingual USE v3 (Yang et al. 2019), Chinese in both scripts.
LANGUAGES = {
    "newsfold-static-en": frozenset({"en"}),
    "newsfold-static-multilingual": frozenset(
        ("ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh")
    ),
}


@dataclass(frozen=True)
class StaticTable:
    """A checked table: `rows` [pieces, dimensions] int8, and the tokeniser whose ids are its rows.

    `languages` are those it was made for; None: any.
    """

    name: str
    version: str
    rows: Rows
    tokenizer: Tokenizer
    languages: frozenset[str] | None


class StaticTableEncoder:
    """The encoder over one static table. Not thread-safe: one thread at a time."""

    reused = 0  # adding up rows again is faster than looking for a text

    def __init__(self, table: StaticTable) -> None:
        self._rows = table.rows
        self._words = WordCache(table.tokenizer)
        self.languages = table.languages
        self.name = table.name
        self.version = table.version
        self.dimensions = int(table.rows.shape[1])

    def encode(self, texts: Sequence[EncoderText]) -> Vectors:
        """Return int8 vectors [len(texts), dimensions].

        A text without a known word, or known to be in a language the table was not made for, becomes zeros.
        """
        ids, ends = self._words.tokenise([weigh_title(text) if self._reads(text) else "" for text in texts])
        return quantise_sums(sum_rows(self._rows, ids, ends))

    def _reads(self, text: EncoderText) -> bool:
        return self.languages is None or text.language is None or text.language in self.languages


def weigh_title(text: EncoderText) -> str:
    """Return the text to encode: the title twice, then the text, each within its bound."""
    title, body = text.title[:MAX_CLEAN_CHARACTERS], text.text[:MAX_CLEAN_CHARACTERS]
    return f"{title}. {title}. {body}" if title else body


def is_table(name: str) -> bool:
    """Say whether `name` is a static table that Newsfold knows."""
    return bool(read_pins(name))


def load_table(name: str) -> StaticTable:
    """Read a table and check it against its pins.

    Raises:
        ModelError: a file is not the one that was pinned.
    """
    pins = read_pins(name)
    folder = SHIPPED / name
    contents = {file: _read_pinned(folder / file, pins[file]) for file in (ROWS_FILE, TOKENIZER_FILE)}
    return StaticTable(
        name=name,
        version=version_of(name),
        rows=load_safetensors(contents[ROWS_FILE])[ROWS_KEY],
        tokenizer=Tokenizer.from_buffer(contents[TOKENIZER_FILE]),
        languages=LANGUAGES.get(name),
    )


def version_of(name: str) -> str:
    """The version of a table's vectors: by its pins, without reading it."""
    pins = read_pins(name)
    files = sorted((ROWS_FILE, TOKENIZER_FILE))
    return short_hash([PREPARATION, *sorted(LANGUAGES.get(name, ())), *(pins[file] for file in files)])


def dimensions_of(name: str) -> int:
    """Components of a table's vectors, read from the head of its file."""
    with safe_open(SHIPPED / name / ROWS_FILE, framework="numpy") as file:
        return int(file.get_slice(ROWS_KEY).get_shape()[1])


def read_pins(name: str) -> dict[str, str]:
    """Return the pinned SHA-256 of each file of the table `name`; empty where there is no such table."""
    entries = (line.split(maxsplit=1) for line in PINS.read_text(encoding="utf-8").splitlines())
    return {path.removeprefix(f"{name}/"): pin for pin, path in entries if path.startswith(f"{name}/")}


def short_hash(parts: Sequence[str]) -> str:
    """Return 12 hexadecimal digits that change whenever one of `parts` does."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _read_pinned(path: Path, pin: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"the static table's file {path} cannot be read: {error}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != pin:
        raise ModelError(f"{path} is not the file that was pinned: sha256 {found}, expected {pin}")
    return content
