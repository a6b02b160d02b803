"""The record of `articles.embedded`: all that the fold needs to know of an article, computed once.

Internal to Newsfold, msgpack with named fields, versioned by `v`. New fields get defaults, so older records
stay readable; a record of a newer version is refused rather than guessed at. So is one whose fingerprint or evidence
was made by a newer algorithm: its hashes could be read, and would match nothing.
"""

import msgspec

from stream.copies.fingerprint import FINGERPRINT_VERSION, Fingerprint
from stream.errors import LogFormatError
from stream.stories.text.evidence import EVIDENCE_VERSION, Evidence

RECORD_VERSION = 1


class Origin(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where the article was read: partition and offset on the articles topic. A redelivery has the same."""

    partition: int
    offset: int


class EmbeddedArticle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One article, ready to fold. Times are milliseconds since the epoch; `vector` is int8 bytes.

    `lead`, `names` and `image` are for readers: how it begins, its names as written, the address of its picture.

    A retraction carries only `id`, `origin`, `ingested` and `retracted`.
    """

    id: str
    origin: Origin
    ingested: int
    v: int = RECORD_VERSION
    retracted: bool = False
    url: str | None = None
    title: str = ""
    source: str | None = None
    language: str | None = None
    published: int | None = None
    updated: int | None = None
    content: bytes = b""
    model: str = ""
    vector: bytes = b""
    fingerprint: Fingerprint | None = None
    evidence: Evidence | None = None
    fingerprint_version: int = 1  # left out of a record where it is 1
    evidence_version: int = 1
    lead: str = ""
    names: tuple[str, ...] = ()
    image: str | None = None


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(EmbeddedArticle)


def encode_record(record: EmbeddedArticle) -> bytes:
    """Return the record as it stands in the log."""
    return _encoder.encode(record)


def decode_record(value: bytes) -> EmbeddedArticle:
    """Read a record of the log.

    Raises:
        LogFormatError: the bytes are not a record of this version or an older one.
    """
    try:
        record = _decoder.decode(value)
    except msgspec.DecodeError as error:
        raise LogFormatError(f"{len(value)} bytes are not an embedded article: {error}") from error
    for what, found, known in (
        ("record", record.v, RECORD_VERSION),
        ("fingerprint", record.fingerprint_version, FINGERPRINT_VERSION),
        ("evidence", record.evidence_version, EVIDENCE_VERSION),
    ):
        if found > known:
            raise LogFormatError(
                f"{what} version {found} is newer than {known}, the newest that this worker reads"
            )
    return record
