"""All formats: which one a message is in, and the message in Newsfold's own."""

import json
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from stream.articles.formats import (
    connect,
    feed_item,
    gdelt,
    news_please,
    newsapi,
    ninjs,
    schema_org,
    webz,
)
from stream.errors import InvalidArticleError


class FormatName(StrEnum):
    """What the messages of a topic, or the articles of a file, are written in."""

    AUTO = "auto"
    NEWSFOLD = "newsfold"
    SCHEMA_ORG = "schema-org"
    NINJS = "ninjs"
    NEWSAPI = "newsapi"
    WEBZ = "webz"
    GDELT = "gdelt"
    FEED = "feed"
    NEWS_PLEASE = "news-please"


class Format(NamedTuple):
    """One format: its name, what people call it, and how it is recognised and read.

    `signs`: one of these fields, as JSON has them, is in every message of the format; most messages have none and are
    spared a closer look.
    """

    name: FormatName
    title: str
    signs: Sequence[bytes]
    recognises: Callable[[Any], bool]
    read: Callable[[Any], dict[str, Any]]


FORMATS = (
    Format(FormatName.SCHEMA_ORG, "schema.org", schema_org.SIGNS, schema_org.recognises, schema_org.read),
    Format(FormatName.NINJS, "IPTC ninjs", ninjs.SIGNS, ninjs.recognises, ninjs.read),
    Format(FormatName.WEBZ, "webz.io", webz.SIGNS, webz.recognises, webz.read),
    Format(FormatName.GDELT, "GDELT", gdelt.SIGNS, gdelt.recognises, gdelt.read),
    Format(
        FormatName.NEWS_PLEASE, "news-please", news_please.SIGNS, news_please.recognises, news_please.read
    ),
    Format(FormatName.NEWSAPI, "NewsAPI", newsapi.SIGNS, newsapi.recognises, newsapi.read),
    Format(FormatName.FEED, "feed item", feed_item.SIGNS, feed_item.recognises, feed_item.read),
)
_BY_NAME = {one.name: one for one in FORMATS}
_SIGNS = (*connect.SIGNS, *(sign for one in FORMATS for sign in one.signs))
_FIELDS = frozenset(sign.decode().strip('"') for sign in _SIGNS)
_fields_of = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Adapted(NamedTuple):
    """A message in Newsfold's own format; `read_as`: what it was read as, None where it came so."""

    value: bytes
    read_as: str | None


def adapted(value: bytes, wanted: FormatName = FormatName.AUTO) -> Adapted:
    """Return a message in Newsfold's own format.

    `wanted`: the format, or AUTO to recognise it by the fields that only it has.

    Raises:
        InvalidArticleError: it is recognised, or of the format wanted, and cannot be read as such.
    """
    if wanted is FormatName.NEWSFOLD:
        return Adapted(value, None)
    if wanted in (FormatName.AUTO, FormatName.FEED) and value.lstrip()[:1] == b"<":
        title = _BY_NAME[FormatName.FEED].title
        return Adapted(_encoded(feed_item.read_xml(value)), title)
    if wanted is FormatName.AUTO and not _may_be_foreign(value):
        return Adapted(value, None)
    message = decoded(value)
    if message is None:
        return Adapted(value, None)  # refused as any other message that is no JSON
    enveloped = connect.recognises(message)
    if enveloped:
        message = connect.unwrapped(message)
    found = recognised(message) if wanted is FormatName.AUTO else _BY_NAME[wanted]
    if found is not None:
        return Adapted(_encoded(_read(found, message)), found.title)
    if enveloped:
        return Adapted(_encoded(message), "Kafka Connect")
    return Adapted(value, None)


def _may_be_foreign(value: bytes) -> bool:
    """Whether a message has a field that its own format has not, or is no plain object."""
    try:
        fields = _fields_of.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return any(sign in value for sign in _SIGNS)
    return not _FIELDS.isdisjoint(fields)


def decoded(value: bytes) -> Any:
    """The JSON of a message, or None."""
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return json.loads(value)  # takes a byte order mark, NaN, half of a surrogate pair
    except (ValueError, RecursionError):
        return None


def recognised(message: Any) -> Format | None:
    """The foreign format that a message is in, or None."""
    return next((one for one in FORMATS if one.recognises(message)), None)


def explained(error: InvalidArticleError, read_as: str | None) -> InvalidArticleError:
    """The same refusal, with what the message was read as."""
    return InvalidArticleError(error.reason, f"read as {read_as}: {error}") if read_as else error


def _read(found: Format, message: Any) -> dict[str, Any]:
    if not isinstance(message, dict) and not (
        found.name is FormatName.SCHEMA_ORG and isinstance(message, list)
    ):
        raise InvalidArticleError("invalid", f"read as {found.title}: an object is expected")
    try:
        return found.read(message)
    except InvalidArticleError as error:
        raise explained(error, found.title) from None
    except (
        TypeError,
        ValueError,
        LookupError,
        AttributeError,
        RecursionError,
    ) as error:  # a field of another shape
        cause = f"a field is not of the form it should be ({type(error).__name__})"
        raise InvalidArticleError("invalid", f"read as {found.title}: {cause}") from error


def _encoded(fields: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(fields)
    except UnicodeEncodeError:  # half of a surrogate pair: left for the cleaning of the text
        return json.dumps(fields).encode()
