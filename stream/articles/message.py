"""The article as its producer sends it: JSON in, one validated record out.

Little is required (an id or a url, and some text); unknown fields are ignored; the names that feeds use for the
same thing are accepted (body, description, lang). What cannot be read raises InvalidArticleError with a reason.
"""

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from stream.articles.addresses import address_of
from stream.articles.dates import read_date
from stream.articles.decoding import decode_fields, is_tombstone
from stream.articles.language import language_code
from stream.errors import InvalidArticleError

MAX_ID_CHARACTERS = 1024  # an id is a Kafka key and a log field; feeds use urls at most
MAX_URL_CHARACTERS = 4096  # beyond what browsers and servers accept in practice
MAX_NAME_CHARACTERS = 256  # of a source or a language
_WEB_ADDRESS = re.compile(r"https?://[^\s/]", re.IGNORECASE)
WITHDRAWN_STATUSES = frozenset({"canceled", "cancelled", "withheld"})  # IPTC ninjs pubStatus


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """One valid article. `published` and `updated` are the source's word; None where it says nothing."""

    id: str
    url: str | None = None
    title: str = ""
    text: str = ""
    summary: str = ""
    source: str | None = None
    language: str | None = None
    published: int | None = None
    updated: int | None = None
    image: str | None = None
    dates_refused: int = 0
    fields_refused: int = 0


class Retraction(msgspec.Struct, frozen=True, kw_only=True):
    """The word that an article no longer stands: status `canceled`, or a null value under its key."""

    id: str
    tombstone: bool


Text = Annotated[str | None, Meta(description="Plain text or HTML.")]
Moment = Annotated[
    str | int | float | dict[str, Any] | None,
    Meta(
        description="ISO 8601, RFC 822 or another unambiguous date, seconds or milliseconds since 1970, or MongoDB's "
        "`{$date}`; a time without a zone is UTC. What is open (`03/04/2026`) leaves the article undated."
    ),
]


class SentArticle(msgspec.Struct, kw_only=True):
    """An article as its producer sends it. Needed: `id` or `url`, and some text; unknown fields are ignored."""

    id: Annotated[
        str | int | None,
        Meta(
            description="Your id, string or number. Where it is missing `url` serves, without what differs between "
            "forms of one address: tracking parameters, AMP and mobile hosts, `www.`, http or https."
        ),
    ] = None
    url: Annotated[str | None, Meta(description="Address of the article.")] = None
    title: Text = None
    text: Text = None
    body: Annotated[str | None, Meta(description="Another name of `text`.")] = None
    summary: Annotated[
        str | None, Meta(description="Plain text or HTML; counts as the text where there is none.")
    ] = None
    description: Annotated[str | None, Meta(description="Another name of `summary`.")] = None
    source: Annotated[
        str | dict[str, Any] | None, Meta(description="The outlet: a string, or an object with `name`.")
    ] = None
    language: Annotated[str | None, Meta(description="BCP 47 tag; detected where missing.")] = None
    lang: Annotated[str | None, Meta(description="Another name of `language`.")] = None
    published_at: Moment = None
    updated_at: Moment = None
    image: Annotated[
        str | None, Meta(description="Address (http or https) of a picture; others are ignored.")
    ] = None
    status: Annotated[
        str | None, Meta(description="`canceled` or `withheld` retracts the article (IPTC pubStatus).")
    ] = None


_decoder = msgspec.json.Decoder(SentArticle)


def read_article(value: bytes | None, key: bytes | None, max_bytes: int) -> Article | Retraction:
    """Decode and validate one message of the articles topic.

    Raises:
        InvalidArticleError: reason is one of oversized, no_value, undecodable, invalid, no_id, no_text.
    """
    if value is None or is_tombstone(value):
        return Retraction(id=_key_as_id(key), tombstone=True)
    if len(value) > max_bytes:
        raise InvalidArticleError("oversized", f"{len(value)} bytes, the limit is {max_bytes}")
    sent, fields_refused = decode_fields(value, _decoder, SentArticle)
    article_id = _id_of(sent)
    if (sent.status or "").lower() in WITHDRAWN_STATUSES:
        return Retraction(id=article_id, tombstone=False)
    article = _article(article_id, sent, fields_refused)
    if not (article.title.strip() or article.text.strip() or article.summary.strip()):
        raise InvalidArticleError("no_text", f"article {article_id!r} has no title, text or summary")
    return article


def _article(article_id: str, sent: SentArticle, fields_refused: int) -> Article:
    published, published_refused = _moment(sent.published_at)
    updated, updated_refused = _moment(sent.updated_at)
    return Article(
        id=article_id,
        url=(sent.url or "")[:MAX_URL_CHARACTERS] or None,
        title=sent.title or "",
        text=sent.text or sent.body or "",
        summary=sent.summary or sent.description or "",
        source=_source_name(sent.source),
        language=language_code(sent.language or sent.lang),
        published=published,
        updated=updated,
        image=_web_address(sent.image),
        dates_refused=published_refused + updated_refused,
        fields_refused=fields_refused,
    )


def _id_of(sent: SentArticle) -> str:
    article_id = str(sent.id) if sent.id not in (None, "") else address_of(sent.url or "")
    if not article_id.strip():
        raise InvalidArticleError("no_id", "neither id nor url is given")
    if len(article_id) > MAX_ID_CHARACTERS:
        raise InvalidArticleError(
            "no_id", f"the id has {len(article_id)} characters, limit {MAX_ID_CHARACTERS}"
        )
    return article_id


def _key_as_id(key: bytes | None) -> str:
    try:
        article_id = (key or b"").decode()
    except UnicodeDecodeError:
        article_id = ""
    if not article_id.strip() or len(article_id) > MAX_ID_CHARACTERS:
        raise InvalidArticleError("no_value", "a message without a value needs the article id as its key")
    return article_id


def _web_address(image: str | None) -> str | None:
    """An address that a page may load a picture from, or None."""
    address = (image or "").strip()
    return address if _WEB_ADDRESS.match(address) and len(address) <= MAX_URL_CHARACTERS else None


def _source_name(source: str | dict[str, Any] | None) -> str | None:
    """The outlet's name; NewsAPI and schema.org send an object with `name`."""
    name = source.get("name") or source.get("id") if isinstance(source, dict) else source
    return name.strip()[:MAX_NAME_CHARACTERS] or None if isinstance(name, str) else None


def _moment(sent: Any) -> tuple[int | None, int]:
    """A time in milliseconds and 0, or None and 1 where the date was given but cannot be believed."""
    if sent is None or sent == "":
        return None, 0
    moment = read_date(sent)
    return moment, int(moment is None)
