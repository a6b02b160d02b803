"""The embed stage without Kafka: raw messages in, records of the log (or refusals) out, one for each.

Stateless. Reads and validates, cleans the text, fingerprints it for copies, gathers its evidence for stories and
encodes it. One article that cannot be processed is refused alone and never holds up the others.
"""

from collections.abc import Iterator, Sequence

import msgspec
import xxhash

from embeddings.encoder import Encoder, EncoderText
from embeddings.text import clean_text
from stream.articles import Article, Retraction, read_article
from stream.copies import Fingerprint, fingerprint_of
from stream.embedded import EmbeddedArticle, Origin
from stream.errors import InvalidArticleError
from stream.language import detect_language
from stream.metrics import Metrics
from stream.stories import Evidence, evidence_of

SHOWN_TITLE_CHARACTERS = 500  # a headline; longer ones are page furniture
UNTITLED_CHARACTERS = 120  # of the text stand in for a missing title
PROBE = EncoderText(title="Talks resume", text="Delegations met again on Monday.")  # harmless by any measure


class Incoming(msgspec.Struct, frozen=True):
    """One message of the articles topic; `ingested` is its Kafka timestamp in milliseconds."""

    key: bytes | None
    value: bytes | None
    origin: Origin
    ingested: int


class Refused(msgspec.Struct, frozen=True):
    """A message that cannot become a record, and why."""

    incoming: Incoming
    reason: str
    error: Exception


class _Prepared(msgspec.Struct):
    incoming: Incoming
    record: EmbeddedArticle
    text: EncoderText | None


class Embedder:
    """Turns messages into records. Not thread-safe: call it from one thread."""

    def __init__(self, encoder: Encoder, max_article_bytes: int, metrics: Metrics) -> None:
        self._encoder = encoder
        self._max_article_bytes = max_article_bytes
        self._metrics = metrics
        self.model = f"{encoder.name}@{encoder.version}"

    def warm_up(self) -> None:
        """Compile and load what the first article would otherwise wait for."""
        _describe(PROBE.title, PROBE.text, None)
        self._encoder.encode([PROBE])

    def embed(self, messages: Sequence[Incoming]) -> list[EmbeddedArticle | Refused]:
        """Return a record or a refusal for each message, in order.

        Raises:
            Exception: the work fails on a harmless text too, so it is not the article's fault: end the process.
        """
        with self._metrics.timed("clean"):
            prepared = [self._prepare_or_refuse(message) for message in messages]
        waiting = [one for one in prepared if isinstance(one, _Prepared) and one.text is not None]
        with self._metrics.timed("encode"):
            vectors = self._encode([one.text for one in waiting if one.text is not None])
        self._metrics.batch_size.observe(len(waiting))
        encoded = iter(vectors)
        return [self._finish(one, encoded) for one in prepared]

    def _prepare_or_refuse(self, message: Incoming) -> _Prepared | Refused:
        try:
            return self._prepare(message)
        except InvalidArticleError as error:
            return Refused(message, error.reason, error)
        except Exception as error:  # noqa: BLE001 - a library's bug on one article must not stop the stream
            _describe(PROBE.title, PROBE.text, None)  # raises where it is not this article's fault
            return Refused(message, "failed", error)

    def _prepare(self, message: Incoming) -> _Prepared:
        read = read_article(message.value, message.key, self._max_article_bytes)
        if isinstance(read, Retraction):
            retraction = EmbeddedArticle(
                id=read.id, origin=message.origin, ingested=message.ingested, retracted=True
            )
            return _Prepared(message, retraction, None)
        self._metrics.dates_refused.inc(read.dates_refused)
        title = clean_text(read.title).replace("\n", " ")
        text = clean_text(read.text or read.summary)
        if not (title or text):
            raise InvalidArticleError("no_text", f"article {read.id!r} holds no text once cleaned")
        record = self._record(message, read, title, text)
        return _Prepared(message, record, EncoderText(title=title, text=text, language=record.language))

    def _record(self, message: Incoming, article: Article, title: str, text: str) -> EmbeddedArticle:
        language, fingerprint, evidence = _describe(title, text, article.language)
        return EmbeddedArticle(
            id=article.id,
            origin=message.origin,
            ingested=message.ingested,
            url=article.url,
            title=(title or text[:UNTITLED_CHARACTERS].replace("\n", " "))[:SHOWN_TITLE_CHARACTERS],
            source=article.source,
            language=language,
            published=article.published,
            updated=article.updated,
            content=_content_hash(article, title, text),
            model=self.model,
            fingerprint=fingerprint,
            evidence=evidence,
        )

    def _encode(self, texts: list[EncoderText]) -> list[bytes | Exception]:
        """The vectors as bytes; after a failure each text alone, so that one cannot sink the rest."""
        if not texts:
            return []
        try:
            return [vector.tobytes() for vector in self._encoder.encode(texts)]
        except Exception:  # noqa: BLE001 - told apart below
            self._encoder.encode([PROBE])  # raises where the encoder itself is broken
            return [self._encode_alone(text) for text in texts]

    def _encode_alone(self, text: EncoderText) -> bytes | Exception:
        try:
            vector: bytes = self._encoder.encode([text])[0].tobytes()
        except Exception as error:  # noqa: BLE001 - this text alone is refused
            return error
        return vector

    @staticmethod
    def _finish(one: _Prepared | Refused, vectors: Iterator[bytes | Exception]) -> EmbeddedArticle | Refused:
        if isinstance(one, Refused) or one.text is None:
            return one if isinstance(one, Refused) else one.record
        vector = next(vectors)
        if isinstance(vector, Exception):
            return Refused(one.incoming, "failed", vector)
        return msgspec.structs.replace(one.record, vector=vector)


def _describe(title: str, text: str, language: str | None) -> tuple[str | None, Fingerprint, Evidence]:
    language = language or detect_language(title, text)
    return language, fingerprint_of(title, text), evidence_of(title, text, language)


def _content_hash(article: Article, title: str, text: str) -> bytes:
    """16 bytes that change when the article's content, url or updated time does."""
    parts = (title, text, article.url or "", str(article.updated))
    return xxhash.xxh3_128_digest("\x00".join(parts).encode())
