"""How a static table is made from a model, without any text: the part that both tables share.

The model gives a state for every word piece by itself; a row is that state, centred on the mean article, turned to
principal axes, and weighted by rarity as in smooth inverse frequency (Arora et al. 2017). The figures behind the
constants of each table are in docs/decisions/0002-static-encoder.md.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save as save_safetensors

from embeddings.static.table import ROWS_FILE, ROWS_KEY, TOKENIZER_FILE
from embeddings.vectors import LARGEST

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Recipe:
    """The choices of one table."""

    dimensions: int
    removed: int  # strongest components dropped: how common a piece is, or which language it is of
    rarity: float  # weight = rarity / (rarity + probability): frequent pieces say little about the event
    flattening: float  # each component is divided by its eigenvalue to this power; .5 would be whitening


def fold_states(states: Matrix, probability: Matrix, recipe: Recipe) -> Matrix:
    """Return rows [pieces, recipe.dimensions] from states [pieces, width].

    `probability` [pieces] says how often a piece comes in news, relative to the others; a piece of probability 0 is
    no text (a control token) and gets zeros.
    """
    pieces = np.flatnonzero(probability)
    share = probability[pieces] / probability.sum()
    weight = recipe.rarity / (recipe.rarity + share)
    centre = (share * weight) @ states[pieces] / (share * weight).sum()  # the direction of the mean article
    centred = states[pieces] - centre
    values, axes = principal_axes(centred, np.sqrt(share))
    kept = slice(recipe.removed, recipe.removed + recipe.dimensions)
    rows = np.zeros((len(states), recipe.dimensions))
    rows[pieces] = weight[:, np.newaxis] * (centred @ axes[:, kept]) / values[kept] ** recipe.flattening
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


def write_table(folder: Path, table: Matrix, tokenizer: bytes) -> None:
    """Write rows [pieces, dimensions] as an int8 table, at the scale that saturates one value in a thousand."""
    step = np.percentile(np.abs(table), 99.9) / LARGEST
    rows = np.clip(np.rint(table / step), -LARGEST, LARGEST).astype(np.int8)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ROWS_FILE).write_bytes(save_safetensors({ROWS_KEY: rows}))
    (folder / TOKENIZER_FILE).write_bytes(tokenizer)
