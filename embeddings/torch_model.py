"""Any sentence-transformers model by PyTorch: a name on the Hugging Face hub, or a folder.

Nothing is downloaded where HF_HUB_OFFLINE=1 is set; a model in the hub's cache or in a folder needs no network.
"""

from collections.abc import Iterator

import numpy as np
import torch
import xxhash
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding

from embeddings.errors import ModelError
from embeddings.hub import check_exists
from embeddings.settings import EncoderSettings
from embeddings.static.table import StaticTable


class TorchModel:
    """One sentence-transformers model."""

    def __init__(self, settings: EncoderSettings) -> None:
        """Load the model.

        Raises:
            ModelError: it cannot be found or loaded.
        """
        torch.set_num_threads(settings.threads)
        self._prompt = settings.prompt or None
        check_exists(settings.model, settings.revision)
        try:
            self.model = _load(settings)
            self.max_tokens = _limit_tokens(self.model, settings.max_tokens)
        except Exception as error:
            raise ModelError(f"the model {settings.model!r} cannot be loaded: {error}") from error
        self.fingerprint = _fingerprint(self.model)

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """Return vectors [len(texts), dimensions]; in bfloat16 the model computes, and numpy knows only float32."""
        vectors: torch.Tensor = self.model.encode(
            texts,
            prompt=self._prompt,
            batch_size=len(texts),
            show_progress_bar=False,
            convert_to_tensor=True,
        )
        found: NDArray[np.float32] = vectors.float().cpu().numpy()
        return found


def load_table_as_model(table: StaticTable) -> SentenceTransformer:
    """Return a static table as a sentence-transformers model: the same vectors, at a tenth of the speed.

    StaticEmbedding knows no int8, so the rows are cast in memory.
    """
    module = StaticEmbedding(table.tokenizer, embedding_weights=table.rows.astype(np.float32))
    return SentenceTransformer(modules=[module], device="cpu")


def _load(settings: EncoderSettings) -> SentenceTransformer:
    return SentenceTransformer(
        settings.model,
        revision=settings.revision,
        device=settings.device,
        model_kwargs={"dtype": settings.precision},  # else that in which the weights were saved
    )


def _limit_tokens(model: SentenceTransformer, wanted: int) -> int:
    """Set how many tokens the model reads, within its positions; a StaticEmbedding reads every text whole.

    The limit saved with a model is often below its positions (MiniLM: 256 of 512), so it is not asked.
    """
    if isinstance(model[0], StaticEmbedding):
        return wanted
    limit = min([wanted, *_position_counts(model)])
    model.max_seq_length = limit
    return limit


def _position_counts(model: SentenceTransformer) -> Iterator[int]:
    """Yield the sizes of learnt position tables; models with rotary positions have none."""
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, torch.nn.Embedding):
            # RoBERTa's kind count positions from behind the padding index.
            yield module.num_embeddings - (0 if module.padding_idx is None else module.padding_idx + 1)


def _fingerprint(model: SentenceTransformer) -> str:
    """Hash what decides the vectors: every weight in its precision, and the vocabulary."""
    digest = xxhash.xxh3_128()
    for name, weight in sorted(model.state_dict().items()):
        digest.update(name.encode())
        if weight.dtype == torch.bfloat16:  # numpy has no such numbers
            weight = weight.view(torch.int16)
        digest.update(np.ascontiguousarray(weight.cpu().numpy()).data)
    vocabulary: dict[str, int] = getattr(model.tokenizer, "get_vocab", dict)()
    digest.update("\n".join(sorted(vocabulary, key=vocabulary.__getitem__)).encode(errors="replace"))
    return digest.hexdigest()
