"""Write a sentence-transformers model as a folder that ONNX Runtime reads, in float32 or with int8 weights.

The backend for ONNX of sentence-transformers needs optimum-onnx, which holds transformers below 4.58. PyTorch's own
exporter does it for the one graph that is needed here: token numbers in, sentence vectors out, pooling included.
"""

import logging
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from embeddings.errors import ModelError
from embeddings.onnx_model import (
    DESCRIPTION,
    GRAPH,
    INPUTS,
    OUTPUT,
    TOKENIZER,
    Description,
    OnnxModel,
    Precision,
)
from embeddings.settings import EncoderSettings
from embeddings.torch_model import TorchModel

LONGEST = 8_192  # tokens, as the settings allow at most
# Least cosine between a text's vector by PyTorch and by the export in float32, where only the order of sums differs
# (MiniLM: .9999996). Below it the model does what the export does not know, as lower-casing before its tokeniser.
SAME = 0.999
EXAMPLES = ["An example of a text, to trace the graph.", "Another one."]


class Fidelity(msgspec.Struct, frozen=True):
    """How near the vectors of an export are to those of its model: cosines over a sample of texts."""

    mean: float
    least: float


def export(settings: EncoderSettings, folder: Path, precision: Precision, sample: Sequence[str]) -> Fidelity:
    """Write the model that the settings name into `folder`, and compare the two on a sample of texts.

    Raises:
        ModelError: the model cannot be loaded or exported, `folder` holds something already, or the export in
            float32 gives other vectors than the model.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ModelError(f"{folder} is not empty: name a new folder")
    source = TorchModel(
        settings.model_copy(update={"device": "cpu", "precision": "float32", "max_tokens": LONGEST})
    )
    with tempfile.TemporaryDirectory(prefix="newsfold-encoder-") as name:
        written = Path(name)
        try:
            _write(source, settings, written, precision)
        except Exception as error:
            raise ModelError(f"the model {settings.model!r} cannot be exported: {error}") from error
        exported = OnnxModel(settings.model_copy(update={"model": name, "device": "cpu"}))
        source.model.max_seq_length = exported.max_tokens
        fidelity = _compare(source.encode(list(sample)), exported.encode(list(sample)))
        if precision == "float32" and fidelity.least < SAME:
            raise ModelError(
                f"the export of {settings.model!r} gives other vectors than the model (cosine {fidelity.least:.4f}): "
                "it needs PyTorch"
            )
        shutil.copytree(written, folder, dirs_exist_ok=True)
    return fidelity


class _Graph(torch.nn.Module):
    """The model as a function of two arrays."""

    def __init__(self, model: SentenceTransformer) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        vectors: torch.Tensor = self.model({INPUTS[0]: input_ids, INPUTS[1]: attention_mask})[OUTPUT]
        return vectors


def _write(source: TorchModel, settings: EncoderSettings, folder: Path, precision: Precision) -> None:
    tokenizer = source.model.tokenizer
    tokenizer.backend_tokenizer.save(str(folder / TOKENIZER))
    _write_graph(source.model, folder / GRAPH)
    if precision == "int8":
        _quantise_weights(folder / GRAPH)
    description = Description(
        source=settings.model,
        revision=settings.revision,
        precision=precision,
        positions=source.max_tokens,
        pad_id=tokenizer.pad_token_id,
        pad_token=tokenizer.pad_token,
    )
    (folder / DESCRIPTION).write_bytes(msgspec.json.format(msgspec.json.encode(description)) + b"\n")


def _write_graph(model: SentenceTransformer, path: Path) -> None:
    tokens = model.tokenizer(EXAMPLES, padding=True, return_tensors="pt")
    shape = {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens", max=LONGEST)}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about names of axes, and packages that the graph does not need
        torch.onnx.export(
            _Graph(model).eval(),
            tuple(tokens[name] for name in INPUTS),
            str(path),
            input_names=list(INPUTS),
            output_names=[OUTPUT],
            dynamic_shapes=dict.fromkeys(INPUTS, shape),
            dynamo=True,
            external_data=False,
            verbose=False,
        )


def _quantise_weights(graph: Path) -> None:
    """Weights to int8, a scale for each output; activations are quantised batch by batch as the model runs."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    whole = graph.rename(graph.with_suffix(".float32"))
    root = logging.getLogger()  # by which it gives advice
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        quantize_dynamic(whole, graph, weight_type=QuantType.QInt8, per_channel=True)
    finally:
        root.setLevel(level)
    whole.unlink()


def _compare(ours: NDArray[np.float32], exported: NDArray[np.float32]) -> Fidelity:
    lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(exported, axis=1)
    cosines = (ours * exported).sum(axis=1) / lengths
    return Fidelity(mean=float(cosines.mean()), least=float(cosines.min()))
