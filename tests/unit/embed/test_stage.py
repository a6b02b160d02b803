"""The embed stage: every message becomes a record or a refusal, whatever stands beside it in its batch."""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.encoder import EncoderSettings, EncoderText, load_encoder
from stream.articles.lead import leads_of
from stream.embed.record import EmbeddedArticle, Origin
from stream.embed.stage import Embedder, Incoming, Refused
from stream.errors import InvalidArticleError
from stream.observability.metrics import Metrics
from stream.stories.text.evidence import Evidence, evidence_of_each

TEXTS = st.sampled_from(
    [
        "The night ferry crosses the strait again after the storm.",
        "La grève des aiguilleurs continue dans toute la vallée.",
        "By using this site you agree to our use of cookies.",
        "\ud800 <p>half a page",
        "",
    ]
)


class FailingEncoder:
    """The shipped encoder, but that it cannot stand one word, or any text at all."""

    def __init__(self, word: str) -> None:
        self._encoder = load_encoder(EncoderSettings())
        self._word = word
        self.name, self.version, self.dimensions = "failing", "1", self._encoder.dimensions

    reused = 0

    def encode(self, texts: Sequence[EncoderText]) -> np.ndarray:
        if any(self._word in text.text for text in texts):
            raise RuntimeError("the model cannot stand this text")
        return self._encoder.encode(texts)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder(load_encoder(EncoderSettings()), 1 << 20, Metrics())


def message(offset: int, text: str) -> Incoming:
    value = {"id": f"a{offset}", "title": "", "text": text.encode("utf-8", "replace").decode()}
    return Incoming(None, msgspec.json.encode(value), Origin(0, offset), 1_770_000_000_000)


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS, max_size=8))
def test_a_record_does_not_depend_on_its_batch(embedder: Embedder, texts: list[str]) -> None:
    messages = [message(offset, text) for offset, text in enumerate(texts)]
    together = embedder.embed(messages)
    alone = [result for one in messages for result in embedder.embed([one])]
    for one, other in zip(together, alone, strict=True):
        if isinstance(one, Refused):
            assert isinstance(other, Refused)
            assert one.reason == other.reason
        else:
            assert one == other


def test_a_text_that_the_encoder_fails_on_is_refused_alone() -> None:
    embedder = Embedder(FailingEncoder("quagga"), 1 << 20, Metrics())
    first, second, third = embedder.embed(
        [message(0, "The dam gave way."), message(1, "A quagga was seen."), message(2, "The dam holds.")]
    )
    assert isinstance(first, EmbeddedArticle)
    assert isinstance(second, Refused)
    assert second.reason == "failed"
    assert isinstance(third, EmbeddedArticle)
    assert first.fingerprint is not None
    assert first.vector != third.vector


def test_an_encoder_that_fails_on_anything_ends_the_work() -> None:
    embedder = Embedder(FailingEncoder(""), 1 << 20, Metrics())
    with pytest.raises(RuntimeError, match="cannot stand"):
        embedder.embed([message(0, "The dam gave way.")])


def test_a_text_in_a_language_that_no_table_knows_has_words_but_no_vector(embedder: Embedder) -> None:
    (record,) = embedder.embed(
        [message(0, "Công nhân đường sắt ngừng làm việc hôm thứ Năm trên toàn thung lũng.")]
    )
    assert isinstance(record, EmbeddedArticle)
    assert record.language == "vi"
    assert not any(record.vector)
    assert record.evidence is not None
    assert record.evidence.terms


def failing_on(word: str):
    """The gathering of evidence in batches, but that it fails on one word."""

    def evidence(articles: Sequence[tuple[str, str, str | None]]) -> list[Evidence]:
        if any(word in text for _, text, _ in articles):
            raise RecursionError("a library's bug")
        return evidence_of_each(articles)

    return evidence


def lead_failing_on(word: str):
    """The choice of leads in batches, but that it fails on one word."""

    def leads(texts: Sequence[str]) -> list[str]:
        if any(word in text for text in texts):
            raise RecursionError("a library's bug")
        return leads_of(texts)

    return leads


BUGS = [("evidence_of_each", failing_on), ("leads_of", lead_failing_on)]


@pytest.mark.parametrize(("step", "failing"), BUGS)
def test_an_article_that_a_library_fails_on_is_refused_alone(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch, step: str, failing: Callable[[str], object]
) -> None:
    monkeypatch.setattr(f"stream.embed.stage.{step}", failing("glacier"))
    messages = [message(0, "A ferry sails."), message(1, "The glacier thins."), message(2, "A ferry lands.")]
    before, refused, after = embedder.embed(messages)
    assert isinstance(refused, Refused)
    assert (refused.incoming, refused.reason) == (messages[1], "failed")
    assert isinstance(refused.error, RecursionError)
    assert [one.id for one in (before, after) if isinstance(one, EmbeddedArticle)] == ["a0", "a2"]


@pytest.mark.parametrize(("step", "failing"), BUGS)
def test_a_library_that_fails_on_a_harmless_article_too_ends_the_work(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch, step: str, failing: Callable[[str], object]
) -> None:
    monkeypatch.setattr(f"stream.embed.stage.{step}", failing(""))
    with pytest.raises(RecursionError):
        embedder.embed([message(0, "A ferry sails.")])


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"not json", "undecodable"),
        (b"[1]", "invalid"),
        (b'{"title": "A ferry"}', "no_id"),
        (b'{"id": "x"}', "no_text"),
        (b'{"id": "x", "title": "<p> </p>"}', "no_text"),
        (b'{"id": "x", "title": "A ferry", "text": "' + b"word " * 300_000 + b'"}', "oversized"),
        (None, "no_value"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(
    embedder: Embedder, value: bytes | None, reason: str
) -> None:
    (refused,) = embedder.embed([Incoming(None, value, Origin(0, 7), 0)])
    assert isinstance(refused, Refused)
    assert refused.reason == reason
    assert isinstance(refused.error, InvalidArticleError)


@pytest.mark.parametrize(("key", "value"), [(b"x", None), (None, b'{"id": "x", "status": "canceled"}')])
def test_a_retraction_needs_no_text(embedder: Embedder, key: bytes | None, value: bytes | None) -> None:
    (record,) = embedder.embed([Incoming(key, value, Origin(0, 7), 0)])
    assert isinstance(record, EmbeddedArticle)
    assert (record.id, record.retracted) == ("x", True)
