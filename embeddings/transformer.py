"""Any transformer as an encoder: how an article becomes a text, which texts go together, and which are known already.

Two kinds of model run under these rules: any of sentence-transformers, by PyTorch (`embeddings.torch_model`), and one
that `newsfold encoder export` wrote, by ONNX Runtime (`embeddings.onnx_model`).

Padding and the shape of a batch change the order of sums, in the last bits: in float32 a component on the edge
between two int8 steps may land on either (rare: benchmarks/encoders/results.md); an int8 model scales its activations
by the batch, and moves further.
`batch_tokens` = 1 encodes every article alone and removes even that. Nothing downstream depends on it: a vector is
computed once and travels in the log.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import ModelError
from embeddings.inputs import EncoderText
from embeddings.memory import VectorMemory
from embeddings.settings import EncoderSettings
from embeddings.static.table import short_hash
from embeddings.vectors import Vectors, quantise

# A token of news is 4 to 6 characters long; what lies beyond 16 a token is cut before the tokeniser reads it.
CHARACTERS_PER_TOKEN = 16
PREPARATION = f"title. text, cut at {CHARACTERS_PER_TOKEN} characters a token"


class TransformerModel(Protocol):
    """A loaded model. Not thread-safe."""

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that it reads at most."""

    @property
    def fingerprint(self) -> str:
        """A hash of what decides its vectors: weights, vocabulary, precision."""

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """Return vectors [len(texts), dimensions] of texts encoded together, each behind the settings' prompt."""


class TransformerEncoder:
    """The encoder over one transformer. Not thread-safe: one thread at a time."""

    def __init__(self, settings: EncoderSettings, model: TransformerModel) -> None:
        """Encode one long text, so that a model that cannot fails now and not in the stream.

        Raises:
            ModelError: the model fails on the probe.
        """
        self.name = settings.model
        self.languages = frozenset(settings.languages) or None
        self._prompt, self._batch_tokens = settings.prompt, settings.batch_tokens
        self._memory = VectorMemory(settings.remembered_texts)
        self._model = model
        self._max_tokens = model.max_tokens
        try:
            probe = model.encode(["news " * self._max_tokens])
        except Exception as error:
            raise ModelError(
                f"the model {settings.model!r} cannot be used with max_tokens={settings.max_tokens}: {error}"
            ) from error
        self.dimensions = int(probe.shape[1])
        self.version = short_hash([PREPARATION, self._prompt, str(self._max_tokens), model.fingerprint])

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
            vectors[batch] = quantise(self._model.encode([texts[n] for n in batch]))
        return vectors

    def _reads(self, text: EncoderText) -> bool:
        return self.languages is None or text.language is None or text.language in self.languages

    def _join(self, text: EncoderText) -> str:
        joined = f"{text.title}. {text.text}" if text.title and text.text else text.title or text.text
        return joined[: self._max_tokens * CHARACTERS_PER_TOKEN]

    def _most_tokens(self, text: str) -> int:
        """Bound a text's tokens from above: hardly any is shorter than a character."""
        return min(self._max_tokens, len(self._prompt) + len(text) + 2)


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
