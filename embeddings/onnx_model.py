"""A model that `newsfold encoder export` wrote, by ONNX Runtime on the CPU; it needs no PyTorch.

A folder holds the graph from token numbers to sentence vectors (model.onnx), the tokeniser (tokenizer.json) and what
the two do not say (newsfold-encoder.json).
"""

from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
import xxhash
from numpy.typing import NDArray
from tokenizers import Tokenizer

from embeddings.errors import ModelError
from embeddings.settings import EncoderSettings

GRAPH, TOKENIZER, DESCRIPTION = "model.onnx", "tokenizer.json", "newsfold-encoder.json"
INPUTS, OUTPUT = ("input_ids", "attention_mask"), "sentence_embedding"

Precision = Literal["float32", "int8"]


class Description(msgspec.Struct, frozen=True):
    """What the folder of an exported model says of it."""

    source: str  # name of the model it was made from
    revision: str | None
    precision: Precision
    positions: int  # tokens that it can read at most
    pad_id: int
    pad_token: str


def is_exported(model: str) -> bool:
    """Whether a model is a folder that `newsfold encoder export` wrote."""
    return (Path(model) / DESCRIPTION).is_file()


class OnnxModel:
    """One exported model."""

    def __init__(self, settings: EncoderSettings) -> None:
        """Load the model.

        Raises:
            ModelError: a file of the folder is missing or broken, or a device other than the CPU is asked for.
            ModuleNotFoundError: the extra `onnx` is not installed.
        """
        import onnxruntime  # only who has an exported model needs the extra

        if settings.device != "cpu":
            raise ModelError(
                f"the exported model {settings.model!r} runs on the CPU, not on {settings.device!r}: "
                "name the model it was made from, or set NEWSFOLD_ENCODER__DEVICE=cpu"
            )
        folder = Path(settings.model)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = settings.threads
        options.inter_op_num_threads = 1
        try:
            self.description = msgspec.json.decode((folder / DESCRIPTION).read_bytes(), type=Description)
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
            self._session = onnxruntime.InferenceSession(
                str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise ModelError(
                f"the exported model in {settings.model!r} cannot be loaded: {error}. Export it again."
            ) from error
        self._prompt = settings.prompt
        self.max_tokens = min(settings.max_tokens, self.description.positions)
        self._tokenizer.enable_truncation(self.max_tokens)
        self._tokenizer.enable_padding(pad_id=self.description.pad_id, pad_token=self.description.pad_token)
        self.fingerprint = _fingerprint(folder)

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """Return vectors [len(texts), dimensions]."""
        encodings = self._tokenizer.encode_batch_fast([self._prompt + text for text in texts])
        tokens = np.array([encoding.ids for encoding in encodings], dtype=np.int64)
        mask = np.array([encoding.attention_mask for encoding in encodings], dtype=np.int64)
        vectors: NDArray[np.float32]
        (vectors,) = self._session.run([OUTPUT], dict(zip(INPUTS, (tokens, mask), strict=True)))
        return vectors


def _fingerprint(folder: Path) -> str:
    """Hash what decides the vectors: the graph with its weights, and the tokeniser."""
    digest = xxhash.xxh3_128()
    for name in (GRAPH, TOKENIZER):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()
