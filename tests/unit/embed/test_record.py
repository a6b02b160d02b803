"""The record of articles.embedded: the same bytes for ever, and on every Python."""

import hashlib

import msgspec
import pytest

from embeddings.encoder import EncoderSettings, load_encoder
from stream.copies.fingerprint import FINGERPRINT_VERSION
from stream.embed.record import RECORD_VERSION, EmbeddedArticle, Origin, decode_record, encode_record
from stream.embed.stage import Embedder, Incoming
from stream.errors import LogFormatError
from stream.observability.metrics import Metrics
from stream.stories.text.evidence import EVIDENCE_VERSION

TEXTS = {
    "en": "The night ferry crossed the strait again on Monday, the Harbour Authority of Port Elsing said. Some 1,200 "
    "passengers had waited since the storm; “nobody was hurt”, Captain Ana Ruiz told reporters. \U0001fae8",
    "fr": "Les aiguilleurs ont cessé le travail jeudi dans toute la vallée de l’Arve, selon le syndicat Rail Uni.",
    "tr": "İstanbul'da görüşmeler pazartesi günü yeniden başladı; Işık Köprüsü trafiğe kapatıldı.",
    "ru": "Переговоры в Стамбуле возобновились в понедельник, сообщил посредник Орлов.",
    "hi": "इस्तांबुल में सोमवार को वार्ता फिर से शुरू हुई, मध्यस्थ ने कहा।",
    "zh": "伊斯坦布尔的会谈星期一恢复，双方代表讨论了铁路问题。",
    "th": "การเจรจาในอิสตันบูลเริ่มขึ้นอีกครั้งในวันจันทร์",
    "ar": "استؤنفت المحادثات في إسطنبول يوم الاثنين بحضور الوفدين.",
}
# The SHA-256 of each record, shortened. A change here is a change of what the log holds: raise FINGERPRINT_VERSION or
# EVIDENCE_VERSION with it (a test below refuses records of a newer one), or find out why a text reads otherwise.
GOLDEN = {
    "en": "21d3fa5fdfff01ec",
    "fr": "79d841156a57a897",
    "tr": "c5d5bff84481a4b9",
    "ru": "b2892afcfe71c63a",
    "hi": "44af18ba6e3f2735",
    "zh": "374597d34f290141",
    "th": "03e37907a958cf6e",
    "ar": "9600c10d11e03de9",
}


def record_of(language: str, text: str) -> EmbeddedArticle:
    embedder = Embedder(load_encoder(EncoderSettings()), 1 << 20, Metrics())
    sent = {
        "id": language,
        "title": text[:40],
        "text": text,
        "language": language,
        "url": "https://example.org/1",
    }
    (record,) = embedder.embed([Incoming(None, msgspec.json.encode(sent), Origin(0, 7), 1_770_000_000_000)])
    assert isinstance(record, EmbeddedArticle)
    return record


def test_records_are_the_same_bytes_on_every_machine_and_python():
    digests = {
        language: hashlib.sha256(encode_record(record_of(language, text))).hexdigest()[:16]
        for language, text in TEXTS.items()
    }
    assert digests == GOLDEN


def test_a_record_is_read_as_it_was_written():
    record = record_of("en", TEXTS["en"])
    assert decode_record(encode_record(record)) == record


@pytest.mark.parametrize(
    ("newer", "message"),
    [
        ({"v": RECORD_VERSION + 1}, "record version 2 is newer than 1"),
        ({"fingerprint_version": FINGERPRINT_VERSION + 1}, "fingerprint version 5 is newer than 4"),
        ({"evidence_version": EVIDENCE_VERSION + 1}, "evidence version 7 is newer than 6"),
    ],
)
def test_a_record_of_a_newer_version_is_refused_in_words(newer: dict[str, int], message: str):
    record = EmbeddedArticle(id="a", origin=Origin(0, 1), ingested=1, **newer)
    with pytest.raises(LogFormatError, match=f"{message}, the newest that this worker reads"):
        decode_record(encode_record(record))


def test_bytes_that_are_no_record_are_refused():
    with pytest.raises(LogFormatError, match="4 bytes are not an embedded article"):
        decode_record(b"junk")
