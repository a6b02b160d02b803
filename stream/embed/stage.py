"""The embed stage without Kafka: raw messages in, records of the log (or refusals) out, one for each.

Stateless. Reads and validates, cleans the text, fingerprints it for copies, gathers its evidence for stories and
encodes it. One article that cannot be processed is refused alone and never holds up the others.
"""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec
import xxhash

from embeddings.encoder import Encoder, EncoderText
from stream.articles.cleaning import clean_text
from stream.articles.formats.registry import FormatName
from stream.articles.language import language_of
from stream.articles.lead import lead_of
from stream.articles.message import Article, Retraction
from stream.articles.page import report_of
from stream.articles.reading import read_message
from stream.copies.fingerprint import FINGERPRINT_VERSION, Fingerprint, fingerprints_of
from stream.embed.record import EmbeddedArticle, Origin
from stream.errors import InvalidArticleError
from stream.observability.metrics import Metrics
from stream.stories.text.evidence import EVIDENCE_VERSION, Evidence, evidence_of_each
from stream.stories.text.written_names import written_names

SHOWN_TITLE_CHARACTERS = 500  # a headline; longer ones are boilerplate
UNTITLED_CHARACTERS = 120  # of the text stand in for a missing title
Made = TypeVar("Made")
PROBE = Article(
    id="probe", title="Talks resume", text="Delegations met again on Monday."
)  # harmless by any measure


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
    """A record that still lacks what is made in batches, and the text that is made of."""

    incoming: Incoming
    record: EmbeddedArticle
    text: EncoderText


def cleaned(article: Article) -> EncoderText:
    """The readable title of an article, the text of its report, and its language.

    What else stands on the page is no part of it: other reports, notices, text in another language. A text that has
    nothing to do with the headline is none.
    """
    title = clean_text(article.title).replace("\n", " ")
    text = clean_text(article.text or article.summary)
    language = language_of(article.language, title, text)
    return EncoderText(title=title, text=report_of(title, text, language), language=language)


class Embedder:
    """Turns messages into records. Not thread-safe: call it from one thread."""

    def __init__(
        self,
        encoder: Encoder,
        max_article_bytes: int,
        metrics: Metrics,
        wanted: FormatName = FormatName.AUTO,
    ) -> None:
        """`wanted`: the format of all messages, AUTO to recognise each."""
        self._encoder = encoder
        self._max_article_bytes = max_article_bytes
        self._metrics = metrics
        self._wanted = wanted
        self.model = f"{encoder.name}@{encoder.version}"

    def warm_up(self) -> None:
        """Compile and load what the first article would otherwise wait for."""
        _try_on_probe()
        probe = [cleaned(PROBE)]
        _fingerprints(probe)
        _evidence(probe)
        self._vectors(probe)

    def embed(self, messages: Sequence[Incoming]) -> list[EmbeddedArticle | Refused]:
        """Return a record or a refusal for each message, in order.

        Raises:
            Exception: the work fails on a harmless text too, so it is not the article's fault: end the process.
        """
        with self._metrics.timed("clean"):
            results = [self._prepare_or_refuse(message) for message in messages]
            texts = [one.text for one in results if isinstance(one, _Prepared)]
            fingerprints = iter(_each(_fingerprints, texts))
            evidence = iter(_each(_evidence, texts))
        with self._metrics.timed("encode"):
            vectors = iter(_each(self._vectors, texts))
        self._metrics.batch_size.observe(len(texts))
        return [
            _finished(one, next(fingerprints), next(evidence), next(vectors))
            if isinstance(one, _Prepared)
            else one
            for one in results
        ]

    def _vectors(self, texts: Sequence[EncoderText]) -> list[bytes]:
        return [vector.tobytes() for vector in self._encoder.encode(texts)]

    def _prepare_or_refuse(self, message: Incoming) -> _Prepared | EmbeddedArticle | Refused:
        try:
            return self._prepare(message)
        except InvalidArticleError as error:
            return Refused(message, error.reason, error)
        except Exception as error:  # noqa: BLE001 - a library's bug on one article must not stop the stream
            _try_on_probe()  # raises where it is not this article's fault
            return Refused(message, "failed", error)

    def _prepare(self, message: Incoming) -> _Prepared | EmbeddedArticle:
        read = read_message(message.value, message.key, self._max_article_bytes, self._wanted)
        if isinstance(read, Retraction):
            return EmbeddedArticle(
                id=read.id, origin=message.origin, ingested=message.ingested, retracted=True
            )
        self._metrics.dates_refused.inc(read.dates_refused)
        self._metrics.fields_refused.inc(read.fields_refused)
        text = cleaned(read)
        self._metrics.languages_overruled.inc(read.language not in (None, text.language))
        if not (text.title or text.text):
            raise InvalidArticleError("no_text", f"article {read.id!r} holds no text once cleaned")
        return _Prepared(message, self._record(message, read, text), text)

    def _record(self, message: Incoming, article: Article, text: EncoderText) -> EmbeddedArticle:
        shown = text.title or text.text[:UNTITLED_CHARACTERS].replace("\n", " ")
        return EmbeddedArticle(
            id=article.id,
            origin=message.origin,
            ingested=message.ingested,
            url=article.url,
            title=shown[:SHOWN_TITLE_CHARACTERS],
            source=clean_text(article.source) if article.source else None,
            language=text.language,
            published=article.published,
            updated=article.updated,
            content=_content_hash(article, text),
            model=self.model,
            fingerprint_version=FINGERPRINT_VERSION,
            evidence_version=EVIDENCE_VERSION,
            lead=lead_of(text.text),
            names=written_names(text.title, text.text, text.language),
            image=article.image,
        )


def _finished(
    one: _Prepared,
    fingerprint: Fingerprint | Exception,
    evidence: Evidence | Exception,
    vector: bytes | Exception,
) -> EmbeddedArticle | Refused:
    for made in (fingerprint, evidence, vector):
        if isinstance(made, Exception):
            return Refused(one.incoming, "failed", made)
    return msgspec.structs.replace(one.record, fingerprint=fingerprint, evidence=evidence, vector=vector)


def _try_on_probe() -> None:
    """Do with a harmless article what is done with each alone."""
    text = cleaned(PROBE)
    written_names(text.title, lead_of(text.text), text.language)


def _fingerprints(texts: Sequence[EncoderText]) -> list[Fingerprint]:
    return fingerprints_of([(text.title, text.text) for text in texts])


def _evidence(texts: Sequence[EncoderText]) -> list[Evidence]:
    return evidence_of_each([(text.title, text.text, text.language) for text in texts])


def _each(
    make: Callable[[Sequence[EncoderText]], Sequence[Made]], texts: Sequence[EncoderText]
) -> list[Made | Exception]:
    """What `make` makes of each text; after a failure of each text alone, so that one cannot sink the rest."""
    if not texts:
        return []
    try:
        return [*make(texts)]
    except Exception:  # noqa: BLE001 - the cause is looked for below
        make([cleaned(PROBE)])  # raises where it is not the texts' fault
        return [_alone(make, text) for text in texts]


def _alone(make: Callable[[Sequence[EncoderText]], Sequence[Made]], text: EncoderText) -> Made | Exception:
    try:
        return make([text])[0]
    except Exception as error:  # noqa: BLE001 - this text alone is refused
        return error


def _content_hash(article: Article, text: EncoderText) -> bytes:
    """16 bytes that change when the article's content or its address does; not what each poll sets anew.

    That is the time of updating, and what follows a `?` or `#` in a url: sessions, counters of visitors.
    """
    parts = (text.title, text.text, re.split("[?#]", article.url or "", maxsplit=1)[0])
    return xxhash.xxh3_128_digest("\x00".join(parts).encode())
