"""Articles a second by backend and length, and whether a vector depends on the texts beside it.

    python benchmarks/encoders/speed.py MODEL [SECONDS]

MODEL is a sentence-transformers model (name or folder) to set beside the static tables. Texts are words of the
shipped tokeniser drawn by Zipf's law, 40, 128, 256 and 512 tokens long, so that anyone can repeat the run; new texts
in every round, so that only their words are known to a warm cache. One thread.
"""

import os

os.environ |= {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from embeddings.encoder import Encoder, EncoderSettings, EncoderText, load_encoder
from embeddings.static.pooling import sum_rows
from embeddings.static.table import StaticTable, StaticTableEncoder, load_table, weigh_title
from embeddings.torch_model import load_table_as_model
from embeddings.vectors import quantise_sums

LENGTHS = (40, 128, 256, 512)
BATCH = 64  # articles handed to a table at once, the embed stage's default
MODEL_BATCH = 16  # to a transformer, for which 64 long ones take a quarter of a minute
Encode = Callable[[list[EncoderText]], object]


def main() -> None:
    """Print two Markdown tables."""
    model, seconds = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 8.0
    table = load_table("newsfold-static-en")
    words = whole_words(table)
    print(f"| Backend | articles/s at {' / '.join(map(str, LENGTHS))} tokens |\n|---|---|")
    show("static, cached words", StaticTableEncoder(table).encode, words, seconds)
    show("static, real tokeniser", encode_without_cache(table), words, seconds)
    show("static, by sentence-transformers", encode_by_library(table), words, seconds)
    multilingual = load_table("newsfold-static-multilingual")
    show("multilingual static, cached words", StaticTableEncoder(multilingual).encode, words, seconds)
    show("multilingual static, real tokeniser", encode_without_cache(multilingual), words, seconds)
    encoders = {
        budget: load_encoder(
            EncoderSettings(model=model, max_tokens=512, batch_tokens=budget, remembered_texts=0)
        )
        for budget in (1, 2_048, 8_192)
    }
    for budget, encoder in encoders.items():
        show(
            f"{Path(model).name}, fp32, batches of {budget} tokens",
            encoder.encode,
            words,
            seconds,
            MODEL_BATCH,
        )
    compare_batches(encoders, words)


def whole_words(table: StaticTable) -> list[str]:
    """Return the vocabulary's English words, the most frequent first."""
    vocabulary = table.tokenizer.get_vocab()
    return [
        word for word in sorted(vocabulary, key=vocabulary.__getitem__) if word.isascii() and word.isalpha()
    ]


def draw(words: list[str], length: int, seed: int, count: int) -> list[EncoderText]:
    """Return `count` texts of `length` words, Zipf-distributed."""
    chance = 1.0 / np.arange(1, len(words) + 1)
    drawn = np.random.default_rng([length, seed]).choice(
        len(words), size=(count, length), p=chance / chance.sum()
    )
    return [EncoderText(title="", text=" ".join(words[word] for word in row)) for row in drawn]


def batches(words: list[str], length: int, size: int) -> Iterator[list[EncoderText]]:
    """Yield batches of `size` new texts for ever."""
    seed = 0
    while True:
        seed += 1
        yield draw(words, length, seed, size)


def show(name: str, encode: Encode, words: list[str], seconds: float, size: int = BATCH) -> None:
    """Print a backend's row: articles a second of CPU time, after one batch to warm up."""
    rates = []
    for length in LENGTHS:
        source = batches(words, length, size)
        encode(next(source))
        spent, articles = 0.0, 0
        while spent < seconds / len(LENGTHS):
            batch = next(source)
            start = time.process_time()
            encode(batch)
            spent += time.process_time() - start
            articles += len(batch)
        rates.append(f"{articles / spent:,.0f}" if articles > 20 * spent else f"{articles / spent:.1f}")
    print(f"| {name} | {' / '.join(rates)} |", flush=True)


def encode_without_cache(table: StaticTable) -> Encode:
    """Tokenise every text by the real tokeniser, then add up as ever."""

    def encode(texts: list[EncoderText]) -> object:
        found = table.tokenizer.encode_batch_fast(
            [weigh_title(text) for text in texts], add_special_tokens=False
        )
        ends = np.cumsum([len(one.ids) for one in found], dtype=np.int64)
        return quantise_sums(
            sum_rows(table.rows, np.concatenate([np.array(one.ids, np.int32) for one in found]), ends)
        )

    return encode


def encode_by_library(table: StaticTable) -> Encode:
    """Encode by StaticEmbedding over the same rows."""
    model = load_table_as_model(table)
    return lambda texts: model.encode([weigh_title(text) for text in texts], show_progress_bar=False)


def compare_batches(encoders: dict[int, Encoder], words: list[str]) -> None:
    """Print how far vectors in batches differ from those of texts alone."""
    texts = [text for length in (12, 40, 90, 200) for text in draw(words, length, 0, 16)]
    alone = encoders[1].encode(texts).astype(int)
    print("\n| Batches of | components that differ from the text alone | by at most |\n|---|---|---|")
    for budget, encoder in encoders.items():
        step = np.abs(encoder.encode(texts).astype(int) - alone)
        print(f"| {budget} tokens | {np.mean(step > 0):.4%} | {step.max()} |")


if __name__ == "__main__":
    main()
