"""One message of the articles topic, in whatever known format, read into an article."""

from stream.articles.decoding import is_tombstone
from stream.articles.formats.registry import FormatName, adapted, explained
from stream.articles.message import Article, Retraction, read_article
from stream.errors import InvalidArticleError


def read_message(
    value: bytes | None, key: bytes | None, max_bytes: int, wanted: FormatName = FormatName.AUTO
) -> Article | Retraction:
    """Decode and validate one message. `wanted`: its format, AUTO to recognise it.

    Raises:
        InvalidArticleError: as of read_article; the message says what it was read as.
    """
    if value is None or is_tombstone(value) or len(value) > max_bytes:
        return read_article(value, key, max_bytes)
    native, read_as = adapted(value, wanted)
    try:
        return read_article(native, key, max(max_bytes, len(native)))
    except InvalidArticleError as error:
        raise explained(error, read_as) from None
