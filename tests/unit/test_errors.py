"""An error names the input it is about and what the operator does about it."""

from types import SimpleNamespace

import msgspec
import pytest

from stream import errors
from stream.copies.fingerprint import fingerprint_of
from stream.embed.record import EmbeddedArticle, Origin, encode_record
from stream.errors import FoldError, LogFormatError, ModelMismatchError, NewsfoldError, operator_action
from stream.fold.fold import Fold
from stream.kafka.folding import fold_records
from stream.settings import Settings
from stream.stories.text.evidence import evidence_of

OWN = [kind for kind in vars(errors).values() if isinstance(kind, type) and kind is not NewsfoldError]
PLACE = r"articles\.embedded-3@41: "
ARTICLE = EmbeddedArticle(
    id="n1",
    origin=Origin(0, 1),
    ingested=0,
    title="Ferry returns",
    content=bytes(16),
    vector=b"\x01" * 16,
    fingerprint=fingerprint_of("Ferry returns", ""),
    evidence=evidence_of("Ferry returns", "", "en"),
)


@pytest.mark.parametrize("kind", OWN)
def test_every_error_names_what_the_operator_does(kind: type[NewsfoldError]):
    assert len(operator_action(kind.__new__(kind))) > 20


def test_an_error_of_others_has_no_action_of_ours():
    assert operator_action(KeyError("x")) == ""


def record(value: bytes | None) -> SimpleNamespace:
    return SimpleNamespace(topic="articles.embedded", partition=3, offset=41, timestamp=1_000, value=value)


def folded(fold: Fold, value: bytes | None) -> None:
    fold_records(fold, [record(value)], is_skipped=lambda _: False)


def test_a_record_that_cannot_be_read_is_named():
    for value in (None, b"foreign"):
        with pytest.raises(LogFormatError, match=PLACE):
            folded(Fold.empty(Settings()), value)


def test_a_record_of_another_model_is_named():
    fold = Fold.empty(Settings())
    folded(fold, encode_record(ARTICLE))
    with pytest.raises(ModelMismatchError, match=f"{PLACE}article 'n2' was encoded by 'other@1'"):
        folded(fold, encode_record(msgspec.structs.replace(ARTICLE, id="n2", model="other@1")))


def test_a_record_that_the_fold_fails_on_is_named():
    class Broken:
        def take_in(self, *_: object) -> None:
            raise KeyError("story")

    with pytest.raises(FoldError, match=f"{PLACE}KeyError: 'story'"):
        folded(Broken(), encode_record(ARTICLE))
