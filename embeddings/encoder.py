"""The encoder: article texts in, int8 vectors out, behind one small interface.

`load_encoder` picks the backend from the name: the static tables that ship with Newsfold (exact integers, tens of
thousands of articles a second), a folder that `newsfold encoder export` wrote, through ONNX
Runtime, or any model of the Hugging Face hub, or its folder, through sentence-transformers. Vectors of two models
cannot be compared, so name and version travel with every vector.
"""

from collections.abc import Sequence
from typing import Protocol

from embeddings.inputs import EncoderText
from embeddings.onnx_model import OnnxModel, is_exported
from embeddings.settings import DEFAULT_MODEL, EncoderSettings
from embeddings.static.both_tables import BothTablesEncoder
from embeddings.static.table import StaticTableEncoder, is_table, load_table
from embeddings.transformer import TransformerEncoder
from embeddings.vectors import Vectors

__all__ = ["DEFAULT_MODEL", "Encoder", "EncoderSettings", "EncoderText", "load_encoder"]


class Encoder(Protocol):
    """What the embed stage asks of a model. Not thread-safe: one thread at a time."""

    @property
    def name(self) -> str:
        """The model's name, as the settings give it."""

    @property
    def version(self) -> str:
        """Changes whenever the same text would get another vector: a short hash of weights and preparation."""

    @property
    def dimensions(self) -> int:
        """Components of a vector."""

    @property
    def languages(self) -> frozenset[str] | None:
        """ISO 639 codes of the languages it knows, None for any: texts in others get zeros, which are no evidence."""

    @property
    def reused(self) -> int:
        """Texts so far whose vector was at hand because the same text came before."""

    def encode(self, texts: Sequence[EncoderText]) -> Vectors:
        """Return int8 vectors [len(texts), dimensions], in the order of `texts`."""


def load_encoder(settings: EncoderSettings) -> Encoder:
    """Load the model that the settings name.

    Raises:
        ModelError: it does not exist, is altered, or cannot be loaded; the message says which and what to do.
        ModuleNotFoundError: it needs the extra `transformers` or `onnx`, which is not installed.
    """
    if settings.model == DEFAULT_MODEL:
        return BothTablesEncoder(DEFAULT_MODEL)
    if is_table(settings.model):
        return StaticTableEncoder(load_table(settings.model))
    if is_exported(settings.model):
        return TransformerEncoder(settings, OnnxModel(settings))
    # Importing PyTorch takes seconds and 500 MB, which the others should not cost.
    from embeddings.torch_model import TorchModel

    return TransformerEncoder(settings, TorchModel(settings))
