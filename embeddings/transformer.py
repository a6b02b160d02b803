"""Any sentence-transformers model as an encoder: a name on the Hugging Face hub, or a folder.

The model runs in float32, because half precision is slow on CPUs and dynamic int8 makes a vector depend on the
texts beside it. In float32 padding and batch shape still change the order of sums, in the last bits: a component on
the edge between two int8 steps may land on either (rare: benchmarks/encoders/results.md). `batch_tokens` = 1
encodes every article alone and removes even that. Nothing downstream depends on it: a vector is computed once and
travels in the log.

Nothing is downloaded where HF_HUB_OFFLINE=1 is set; a model in the hub's cache or in a folder needs no network.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
import xxhash
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding

from embeddings.errors import ModelError
from embeddings.hub import check_exists
from embeddings.inputs import EncoderText
from embeddings.memory import VectorMemory
from embeddings.settings import EncoderSettings
from embeddings.static.table import StaticTable, short_hash
from embeddings.vectors import Vectors, quantise

# A token of news is 4 to 6 characters long; what lies beyond 16 a token is cut before the tokeniser reads it.
CHARACTERS_PER_TOKEN = 16
PREPARATION = f"title. text, cut at {CHARACTERS_PER_TOKEN} characters a token"


class TransformerEncoder:
    """The encoder over one sentence-transformers model. Not thread-safe: one thread at a time."""

    def __init__(self, settings: EncoderSettings) -> None:
        """Load the model and encode one long text, so that a model that cannot fails now and not in the stream.

        Raises:
            ModelError: the model cannot be found or loaded, or fails on the probe.
        """
        torch.set_num_threads(settings.threads)
        self.name = settings.model
        self.languages = frozenset(settings.languages) or None
        self._prompt, self._batch_tokens = settings.prompt, settings.batch_tokens
        self._memory = VectorMemory(settings.remembered_texts)
        check_exists(settings.model, settings.revision)
        try:
            self._model = _load_model(settings)
            self._max_tokens = _limit_tokens(self._model, settings.max_tokens)
            probe = self._encode_batch(["news " * self._max_tokens])
        except Exception as error:
            raise ModelError(
                f"the model {settings.model!r} cannot be used with max_tokens={settings.max_tokens}: {error}"
            ) from error
        self.dimensions = int(probe.shape[1])
        self.version = short_hash(
            [PREPARATION, self._prompt, str(self._max_tokens), _fingerprint(self._model)]
        )

    def encode(self, texts: Sequence[EncoderText]) -> Vectors:
        """Return int8 vectors [len(texts), dimensions]."""
        known = [n for n, text in enumerate(texts) if self._reads(text)]
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.int8)
        if known:
            vectors[known] = self._memory.vectors_of([self._join(texts[n]) for n in known], self._encode)
        return vectors

    @property
    def reused(self) -> int:
        """Texts so far whose vector was at hand."""
        return self._memory.reused

    def _encode(self, texts: list[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.int8)
        for batch in batches_within(self._batch_tokens, [self._most_tokens(text) for text in texts]):
            vectors[batch] = quantise(self._encode_batch([texts[n] for n in batch]))
        return vectors

    def _reads(self, text: EncoderText) -> bool:
        return self.languages is None or text.language is None or text.language in self.languages

    def _join(self, text: EncoderText) -> str:
        joined = f"{text.title}. {text.text}" if text.title and text.text else text.title or text.text
        return joined[: self._max_tokens * CHARACTERS_PER_TOKEN]

    def _most_tokens(self, text: str) -> int:
        """Bound a text's tokens from above: hardly any is shorter than a character."""
        return min(self._max_tokens, len(self._prompt) + len(text) + 2)

    def _encode_batch(self, texts: list[str]) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = self._model.encode(
            texts, prompt=self._prompt or None, batch_size=len(texts), show_progress_bar=False
        )
        return vectors


def batches_within(budget: int, tokens: Sequence[int]) -> Iterator[list[int]]:
    """Group texts of like length: lists of their numbers, each list within `budget` tokens once padded.

    A text longer than the budget goes alone. Small batches of like length are the fastest on a CPU: padding is
    work thrown away, and a large batch falls out of the cache.
    """
    batch: list[int] = []
    for number in sorted(range(len(tokens)), key=lambda number: tokens[number]):
        if batch and tokens[number] * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def load_table_as_model(table: StaticTable) -> SentenceTransformer:
    """Return a static table as a sentence-transformers model: the same vectors, at a tenth of the speed.

    StaticEmbedding knows no int8, so the rows are cast in memory.
    """
    module = StaticEmbedding(table.tokenizer, embedding_weights=table.rows.astype(np.float32))
    return SentenceTransformer(modules=[module], device="cpu")


def _load_model(settings: EncoderSettings) -> SentenceTransformer:
    return SentenceTransformer(
        settings.model,
        revision=settings.revision,
        device=settings.device,
        model_kwargs={"dtype": "float32"},  # weights saved in half precision would else stay in it
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
    """Hash what decides the vectors: every weight, and the vocabulary."""
    digest = xxhash.xxh3_128()
    for name, weight in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(weight.cpu().numpy()).data)
    vocabulary: dict[str, int] = getattr(model.tokenizer, "get_vocab", dict)()
    digest.update("\n".join(sorted(vocabulary, key=vocabulary.__getitem__)).encode(errors="replace"))
    return digest.hexdigest()
