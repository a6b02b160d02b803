"""The model of the story decision and its JSON file: readable, without code in it, one line for each term and tree.

Trees address features by number, so the file lists the features it was fitted to, in their order, and a file of other
features than this version computes is refused rather than misread.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import xxhash

from stream.errors import SettingsError
from stream.stories.decision.features import Feature
from stream.stories.decision.join_features import JOIN_FEATURES
from stream.stories.decision.merge_features import MERGE_FEATURES

SHIPPED = Path(__file__).parents[1] / "data" / "decision.json"
FORMAT = 2  # 1 knew no list of features
LEAF = -1
BROKEN_LEVELS = 3  # of the JSON that are broken into lines; what lies deeper is one line
REMEDY = "fit it again with `newsfold tune`, or leave `stories.model` empty for the shipped model"


class Column(msgspec.Struct, frozen=True, array_like=True):
    """One feature as the score was fitted to it; `sign` 1 where the score may not fall as it grows."""

    name: str
    sign: int


class Term(msgspec.Struct, frozen=True, array_like=True):
    """One feature's part: it adds weight * (value clipped to low .. high, less low) to the score, in logits."""

    feature: str
    low: float
    high: float
    weight: float


class Tree(msgspec.Struct, frozen=True, array_like=True):
    """A decision tree by node: a value not above `split` goes to `left`; `feature` -1 marks a leaf."""

    feature: tuple[int, ...]
    split: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]


class LearnedScore(msgspec.Struct, frozen=True):
    """A score in logits: half (bias + terms) + half (base + trees); from `threshold` on the answer is yes.

    Trees address `features` by number. Without trees the linear part is the whole score.
    """

    features: tuple[Column, ...]
    threshold: float
    bias: float
    terms: tuple[Term, ...]
    base: float = 0.0
    trees: tuple[Tree, ...] = ()


class DecisionModel(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an article joins a story, and whether two stories merge; with how it was made."""

    format: int = FORMAT
    version: str
    made_by: str
    join: LearnedScore
    merge: LearnedScore


class _Format(msgspec.Struct):
    format: int = 1


def columns_of(features: tuple[Feature, ...]) -> tuple[Column, ...]:
    """The features as a model file lists them."""
    return tuple(Column(feature.name, feature.sign) for feature in features)


def linear_part(score: LearnedScore) -> LearnedScore:
    """The same score without its trees, which are less steady on pairs unlike those they were fitted to."""
    return msgspec.structs.replace(score, base=0.0, trees=())


def read_model(path: Path) -> DecisionModel:
    """Read a model from its JSON file.

    Raises:
        SettingsError: the file is missing, is not a story model, or was fitted to other features than this version
            computes.
    """
    try:
        content = path.read_bytes()
        written_in = msgspec.json.decode(content, type=_Format).format
        if written_in == FORMAT:
            model = msgspec.json.decode(content, type=DecisionModel)
    except (OSError, msgspec.DecodeError) as error:
        raise SettingsError(f"{path} is not a story model: {error}") from error
    if written_in != FORMAT:
        raise SettingsError(
            f"{path} is not a story model of format {FORMAT}, which this version reads: {REMEDY}"
        )
    _require(path, "joining", model.join.features, JOIN_FEATURES)
    _require(path, "merging", model.merge.features, MERGE_FEATURES)
    return model


def _require(path: Path, what: str, held: tuple[Column, ...], features: tuple[Feature, ...]) -> None:
    """Refuse a score that was fitted to other features, or to the same in another order or with another sign."""
    computed = columns_of(features)
    if held == computed:
        return
    known, names = {column.name for column in held}, {column.name for column in computed}
    differences = [
        *(f"{name} is not computed by this version" for name in sorted(known - names)),
        *(f"{name} is missing in the file" for name in sorted(names - known)),
    ] or ["their order or their signs differ"]
    raise SettingsError(
        f"the story model {path} was fitted to other features of {what}: {'; '.join(differences)}; {REMEDY}"
    )


def model_digest(path: str) -> str:
    """A digest that differs between any two models; of the shipped one for an empty path.

    Raises:
        SettingsError: as `read_model`.
    """
    return xxhash.xxh3_64_hexdigest(msgspec.json.encode(read_model(Path(path) if path else SHIPPED)))


def write_model(path: Path, model: DecisionModel) -> None:
    """Write a model as JSON, one line for each feature, term and tree."""
    path.write_text(_laid_out(msgspec.to_builtins(model), 0) + "\n", encoding="utf8")


def _laid_out(value: Any, level: int) -> str:
    if level == BROKEN_LEVELS or not isinstance(value, dict | list | tuple) or not value:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, dict):
        parts = [f"{json.dumps(name)}: {_laid_out(part, level + 1)}" for name, part in value.items()]
        opening, closing = "{}"
    else:
        parts = [_laid_out(part, level + 1) for part in value]
        opening, closing = "[]"
    indent = "\n" + " " * level
    return opening + ",".join(f"{indent} {part}" for part in parts) + indent + closing
