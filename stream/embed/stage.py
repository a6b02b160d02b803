"""The embed stage without Kafka: raw messages in, records of the log (or refusals) out, one for each.

Stateless. Reads and validates, cleans the text, fingerprints it for copies, gathers its evidence for stories and
encodes it. One article that cannot be processed is refused alone and never holds up the others.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeVar

import msgspec
import xxhash

from embeddings.encoder import Encoder, EncoderText
from stream.articles.cleaning import clean_texts
from stream.articles.formats.registry import FormatName
from stream.articles.language import language_of
from stream.articles.lead import leads_of
from stream.articles.message import Article, Retraction
from stream.articles.page import reports_of
from stream.articles.reading import read_message
from stream.articles.standing_headline import is_standing
from stream.copies.fingerprint import FINGERPRINT_VERSION, Fingerprint, fingerprints_of
from stream.embed.record import EmbeddedArticle, Origin
from stream.errors import InvalidArticleError
from stream.observability.metrics import Metrics
from stream.stories.text.evidence import EVIDENCE_VERSION, Evidence, evidence_of_each
from stream.stories.text.written_names import written_names_of_each

SHOWN_TITLE_CHARACTERS = 500  # a headline; longer ones are boilerplate
UNTITLED_CHARACTERS = 120  # of the text stand in for a missing title
Given = TypeVar("Given")
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


class _Clean(msgspec.Struct):
    """What an article says to readers, the name of its outlet, and a digest of both its text and its address."""

    text: EncoderText
    source: str | None
    content: bytes

    @property
    def compared(self) -> EncoderText:
        """What it is compared by: without its headline, where that says nothing and a text does."""
        text = self.text
        if text.text and is_standing(text.title, text.language):
            return msgspec.structs.replace(text, title="")
        return text


class _Prepared(msgspec.Struct):
    """An article that has become text; all else is made of that, in batches."""

    incoming: Incoming
    article: Article
    clean: _Clean


def cleaned(article: Article) -> EncoderText:
    """The readable title of an article, the text of its report, and its language.

    What else stands on the page is no part of it: other reports, notices, text in another language. A text that has
    nothing to do with the headline is none.
    """
    return _cleaned([article])[0].text


def _cleaned(articles: Sequence[Article]) -> list[_Clean]:
    titles = [title.replace("\n", " ") for title in clean_texts([article.title for article in articles])]
    texts = clean_texts([article.text or article.summary for article in articles])
    languages = [
        language_of(article.language, title, text)
        for article, title, text in zip(articles, titles, texts, strict=True)
    ]
    reports = reports_of([*zip(titles, texts, languages, strict=True)])
    sources = clean_texts([article.source or "" for article in articles])
    made = []
    for article, title, report, language, source in zip(
        articles, titles, reports, languages, sources, strict=True
    ):
        text = EncoderText(title=title, text=report, language=language)
        made.append(_Clean(text, source if article.source else None, _content_hash(article, text)))
    return made


@cache
def _harmless() -> list[_Clean]:
    return _cleaned([PROBE])


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
        for make in (_leads, _names, _fingerprints, _evidence, self._vectors):
            make(_harmless())

    def embed(self, messages: Sequence[Incoming]) -> list[EmbeddedArticle | Refused]:
        """Return a record or a refusal for each message, in order.

        Each step takes the batch as a whole: compiled code then runs for long without the interpreter's lock.

        Raises:
            Exception: the work fails on a harmless text too, so it is not the article's fault: end the process.
        """
        with self._metrics.timed("clean"):
            read = [self._read_or_refuse(message) for message in messages]
            clean = iter(_each(_cleaned, [one for one in read if isinstance(one, Article)], [PROBE]))
            results = [
                self._with_text(message, one, next(clean)) if isinstance(one, Article) else one
                for message, one in zip(messages, read, strict=True)
            ]
            texts = [one.clean for one in results if isinstance(one, _Prepared)]
            made = [_each(make, texts, _harmless()) for make in (_leads, _names, _fingerprints, _evidence)]
        with self._metrics.timed("encode"):
            made.append(_each(self._vectors, texts, _harmless()))
        self._metrics.batch_size.observe(len(texts))
        parts = zip(*made, strict=True)
        return [self._finished(one, *next(parts)) if isinstance(one, _Prepared) else one for one in results]

    def _read_or_refuse(self, message: Incoming) -> Article | EmbeddedArticle | Refused:
        try:
            read = read_message(message.value, message.key, self._max_article_bytes, self._wanted)
        except InvalidArticleError as error:
            return Refused(message, error.reason, error)
        except Exception as error:  # noqa: BLE001 - a library's bug on one article must not stop the stream
            return Refused(message, "failed", error)
        if isinstance(read, Retraction):
            return EmbeddedArticle(
                id=read.id, origin=message.origin, ingested=message.ingested, retracted=True
            )
        self._metrics.dates_refused.inc(read.dates_refused)
        self._metrics.fields_refused.inc(read.fields_refused)
        return read

    def _with_text(
        self, message: Incoming, article: Article, clean: _Clean | Exception
    ) -> _Prepared | Refused:
        if isinstance(clean, Exception):
            return Refused(message, "failed", clean)
        self._metrics.languages_overruled.inc(article.language not in (None, clean.text.language))
        if not (clean.text.title or clean.text.text):
            error = InvalidArticleError("no_text", f"article {article.id!r} holds no text once cleaned")
            return Refused(message, error.reason, error)
        return _Prepared(message, article, clean)

    def _vectors(self, articles: Sequence[_Clean]) -> list[bytes]:
        reused = self._encoder.reused
        vectors = self._encoder.encode([one.compared for one in articles])
        self._metrics.vectors_reused.inc(self._encoder.reused - reused)
        return [vector.tobytes() for vector in vectors]

    def _finished(
        self,
        one: _Prepared,
        lead: str | Exception,
        names: tuple[str, ...] | Exception,
        fingerprint: Fingerprint | Exception,
        evidence: Evidence | Exception,
        vector: bytes | Exception,
    ) -> EmbeddedArticle | Refused:
        if (
            isinstance(lead, Exception)
            or isinstance(names, Exception)
            or isinstance(fingerprint, Exception)
            or isinstance(evidence, Exception)
            or isinstance(vector, Exception)
        ):
            made = (lead, names, fingerprint, evidence, vector)
            return Refused(one.incoming, "failed", next(part for part in made if isinstance(part, Exception)))
        article, text = one.article, one.clean.text
        shown = text.title or text.text[:UNTITLED_CHARACTERS].replace("\n", " ")
        return EmbeddedArticle(
            id=article.id,
            origin=one.incoming.origin,
            ingested=one.incoming.ingested,
            url=article.url,
            title=shown[:SHOWN_TITLE_CHARACTERS],
            source=one.clean.source,
            language=text.language,
            published=article.published,
            updated=article.updated,
            content=one.clean.content,
            model=self.model,
            vector=vector,
            fingerprint=fingerprint,
            evidence=evidence,
            fingerprint_version=FINGERPRINT_VERSION,
            evidence_version=EVIDENCE_VERSION,
            lead=lead,
            names=names,
            image=article.image,
        )


def _leads(articles: Sequence[_Clean]) -> list[str]:
    return leads_of([one.text.text for one in articles])


def _names(articles: Sequence[_Clean]) -> list[tuple[str, ...]]:
    return written_names_of_each([(one.text.title, one.text.text, one.text.language) for one in articles])


def _fingerprints(articles: Sequence[_Clean]) -> list[Fingerprint]:
    return fingerprints_of([(one.text.title, one.text.text) for one in articles])


def _evidence(articles: Sequence[_Clean]) -> list[Evidence]:
    compared = [one.compared for one in articles]
    return evidence_of_each([(text.title, text.text, text.language) for text in compared])


def _each(
    make: Callable[[Sequence[Given]], Sequence[Made]], given: Sequence[Given], harmless: Sequence[Given]
) -> list[Made | Exception]:
    """What `make` makes of each; after a failure of each alone, so that one cannot sink the rest."""
    if not given:
        return []
    try:
        return [*make(given)]
    except Exception:  # noqa: BLE001 - the cause is looked for below
        make(harmless)  # raises where it is no article's fault
        return [_alone(make, one) for one in given]


def _alone(make: Callable[[Sequence[Given]], Sequence[Made]], one: Given) -> Made | Exception:
    try:
        return make([one])[0]
    except Exception as error:  # noqa: BLE001 - this one alone is refused
        return error


def _content_hash(article: Article, text: EncoderText) -> bytes:
    """16 bytes that change when the article's content or its address does; not what each poll sets anew.

    That is the time of updating, and what follows a `?` or `#` in a url: sessions, counters of visitors.
    """
    parts = (text.title, text.text, re.split("[?#]", article.url or "", maxsplit=1)[0])
    return xxhash.xxh3_128_digest("\x00".join(parts).encode())
