"""The shipped encoder: checked, offline, exact, and of use for news."""

import hashlib
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from embeddings.encoder import EncoderSettings, EncoderText, load_encoder
from embeddings.errors import ModelError
from embeddings.static import both_tables
from embeddings.static import table as static_table
from embeddings.static.both_tables import ENGLISH, MULTILINGUAL, BothTablesEncoder
from embeddings.static.table import (
    PINS,
    ROWS_FILE,
    SHIPPED,
    TOKENIZER_FILE,
    StaticTable,
    StaticTableEncoder,
    is_table,
    load_table,
    read_pins,
    weigh_title,
)

NEWS = [
    EncoderText(
        title="Talks resume in Istanbul", text="Delegations returned to the table on Monday to discuss grain."
    ),
    EncoderText(
        title="Istanbul talks open again",
        text="Negotiators met in Turkey over grain exports, a diplomat said.",
    ),
    EncoderText(
        title="Late goal wins the cup",
        text="A header in the last minute gave the visitors the football final.",
    ),
    EncoderText(title="", text="Central bank raises rates by half a point to slow inflation."),
    EncoderText(title="Rates up half a point", text=""),
    EncoderText(title="", text=""),
    EncoderText(title="会谈在伊斯坦布尔重新开始", text="Переговоры возобновились. استؤنفت المحادثات"),
]


@pytest.fixture(scope="module")
def table() -> StaticTable:
    return load_table(ENGLISH)


@pytest.fixture(scope="module")
def encoder(table: StaticTable) -> StaticTableEncoder:
    return StaticTableEncoder(table)


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    one, other = one.astype(float), other.astype(float)
    return float(one @ other / np.sqrt((one @ one) * (other @ other)))


def test_the_default_encoder_is_both_shipped_tables() -> None:
    encoder = load_encoder(EncoderSettings())
    assert (encoder.name, encoder.dimensions) == ("newsfold-static", 256 + 160)
    assert len(encoder.version) == 12


def test_each_language_has_the_vector_of_its_table_in_a_place_of_its_own() -> None:
    languages = ("en", "de", None, "vi", "zh")
    texts = [msgspec.structs.replace(NEWS[0], language=language) for language in languages]
    both = load_encoder(EncoderSettings()).encode(texts)
    english, others = (
        StaticTableEncoder(load_table(name)).encode(NEWS[:1])[0] for name in (ENGLISH, MULTILINGUAL)
    )
    blank = (np.zeros_like(english), np.zeros_like(others))
    expected = {"en": (english, blank[1]), None: (english, blank[1]), "vi": blank}
    for language, vector in zip(languages, both, strict=True):
        assert np.array_equal(vector, np.concatenate(expected.get(language, (blank[0], others)))), language


def test_the_multilingual_table_is_loaded_when_a_text_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(both_tables, "load_table", lambda name: loaded.append(name) or load_table(name))
    encoder = BothTablesEncoder("newsfold-static")
    encoder.encode(NEWS)
    encoder.encode([EncoderText("Gespräche", "in Istanbul", "de"), EncoderText("Cuộc họp", "ở Huế", "vi")])
    encoder.encode([EncoderText("Les pourparlers", "à Istanbul", "fr")])
    assert loaded == [ENGLISH, MULTILINGUAL]


def test_reports_of_one_event_are_near_and_others_are_not(encoder: StaticTableEncoder) -> None:
    talks, talks_again, cup, rates, rates_again = encoder.encode(NEWS[:5])
    assert cosine(talks, talks_again) > 0.4
    assert cosine(rates, rates_again) > 0.4
    assert max(cosine(talks, cup), cosine(talks, rates), cosine(cup, rates)) < 0.2


def test_a_text_without_words_is_zeros(encoder: StaticTableEncoder) -> None:
    assert not encoder.encode([EncoderText(title="", text="")]).any()
    assert encoder.encode([]).shape == (0, 256)


def test_a_vector_does_not_depend_on_batch_order_or_what_came_before(table: StaticTable) -> None:
    expected = StaticTableEncoder(table).encode(NEWS).tolist()
    warm = StaticTableEncoder(table)
    warm.encode(NEWS[::-1])
    assert warm.encode(NEWS[::-1])[::-1].tolist() == expected
    assert [warm.encode([text])[0].tolist() for text in NEWS] == expected


def test_a_vector_is_the_sum_of_rows_by_the_rule_of_the_note(
    encoder: StaticTableEncoder, table: StaticTable
) -> None:
    ids = table.tokenizer.encode(weigh_title(NEWS[0]), add_special_tokens=False).ids
    total = table.rows[ids].astype(np.int64).sum(axis=0)
    expected = np.clip(np.rint(total * 254 / np.sqrt(np.float64((total * total).sum()))), -127, 127)
    assert encoder.encode([NEWS[0]])[0].tolist() == expected.astype(int).tolist()


def test_vectors_are_the_ones_this_version_has_always_made(encoder: StaticTableEncoder) -> None:
    """A log holds vectors for weeks: other bytes under the same version would mix two models in one shard."""
    digest = hashlib.sha256(encoder.encode(NEWS).tobytes()).hexdigest()[:16]
    assert (encoder.version, digest) == ("75ff5c0f0d0a", "00d18f1cbda4adf8")


def test_a_text_in_a_language_the_table_was_not_made_for_has_no_meaning(encoder: StaticTableEncoder) -> None:
    """Pieces of foreign words make all texts of one language alike: nothing is better than that."""
    french = EncoderText(title="Grève à Lyon", text="Les aiguilleurs ont cessé le travail.", language="fr")
    unknown, english = (msgspec.structs.replace(french, language=language) for language in (None, "en"))
    vectors = encoder.encode([french, unknown, english])
    assert not vectors[0].any()
    assert vectors[1].any()
    assert (vectors[1] == vectors[2]).all()


def test_a_word_in_brackets_is_no_control_token(table: StaticTable) -> None:
    ids = table.tokenizer.encode("[SEP]", add_special_tokens=False).ids
    assert [table.tokenizer.id_to_token(one) for one in ids] == ["[", "sep", "]"]


def test_the_title_counts_twice() -> None:
    assert weigh_title(EncoderText(title="A", text="b")) == "A. A. b"
    assert weigh_title(EncoderText(title="", text="b")) == "b"


@pytest.mark.parametrize(("name", "most"), [(ENGLISH, 10_000_000), (MULTILINGUAL, 26_000_000)])
def test_the_shipped_tables_are_small_licensed_and_pinned(name: str, most: int) -> None:
    folder = SHIPPED / name
    assert sum(file.stat().st_size for file in folder.iterdir()) < most
    assert "Apache License" in (folder / "LICENSE").read_text(encoding="utf-8")
    assert set(read_pins(name)) == {ROWS_FILE, TOKENIZER_FILE}
    for file, pin in read_pins(name).items():
        assert hashlib.sha256((folder / file).read_bytes()).hexdigest() == pin


def copy_of_shipped(to: Path) -> Path:
    folder = to / ENGLISH
    folder.mkdir(parents=True)
    for file in (ROWS_FILE, TOKENIZER_FILE):
        (folder / file).write_bytes((SHIPPED / ENGLISH / file).read_bytes())
    return folder


@pytest.mark.parametrize("file", [ROWS_FILE, TOKENIZER_FILE])
def test_an_altered_table_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    folder = copy_of_shipped(tmp_path)
    content = bytearray((folder / file).read_bytes())
    content[-2] ^= 1
    (folder / file).write_bytes(content)
    monkeypatch.setattr(static_table, "SHIPPED", tmp_path)
    with pytest.raises(ModelError, match=rf"{file} is not the file that was pinned"):
        load_table(ENGLISH)


def test_a_table_without_its_tokenizer_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (copy_of_shipped(tmp_path) / TOKENIZER_FILE).unlink()
    monkeypatch.setattr(static_table, "SHIPPED", tmp_path)
    with pytest.raises(ModelError, match="cannot be read"):
        load_table(ENGLISH)


def test_only_pinned_names_are_tables() -> None:
    assert is_table("newsfold-static-en")
    assert not is_table("sentence-transformers/all-MiniLM-L6-v2")
    assert not is_table("newsfold-static")
    assert PINS.is_file()


def test_encoding_with_a_table_imports_no_torch() -> None:
    script = (
        "import sys; from embeddings.encoder import *; "
        "load_encoder(EncoderSettings()).encode([EncoderText('Talks resume', 'in Istanbul')]); "
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
