"""schema.org NewsArticle as JSON-LD, as web pages carry it and crawlers pass it on.

    {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Ferry returns to the strait",
     "url": "https://press.example/ferry", "datePublished": "2026-03-03T10:15:00+03:00",
     "articleBody": "The night ferry crossed the strait again on Monday.",
     "publisher": {"@type": "NewsMediaOrganization", "name": "Halden Press"}}

An array of things, or a @graph of them, is read for the one article in it. A date without a zone is UTC.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from stream.articles.formats.fields import Message, Native, first, moment, named, native, text, texts
from stream.errors import InvalidArticleError

SIGNS = (b'"@type"', b'"@graph"', b'"@context"')
KINDS = ("Article", "BlogPosting", "Report", "SocialMediaPosting")  # ends of the types that are articles
DEPTH = 4  # of lists and graphs within each other


def recognises(message: Any) -> bool:
    """Whether a message is JSON-LD."""
    if isinstance(message, list):
        return any(isinstance(one, Mapping) and recognises(one) for one in message)
    return isinstance(message, Mapping) and ("@type" in message or "@graph" in message)


def read(message: Any) -> Native:
    """The one article of a JSON-LD document.

    Raises:
        InvalidArticleError: it holds none, or several.
    """
    found = articles_in(message)
    if not found:
        kinds = sorted({kind for thing in things_in(message) for kind in _kinds(thing)})
        raise InvalidArticleError(
            "invalid", f"it holds no article, only {', '.join(kinds) or 'no typed thing'}"
        )
    if len(found) > 1:
        raise InvalidArticleError("invalid", f"it holds {len(found)} articles; a message is one article")
    return _read_one(found[0], {str(thing["@id"]): thing for thing in things_in(message) if "@id" in thing})


def articles_in(message: Any) -> list[Message]:
    """The things in a JSON-LD document that are articles."""
    return [thing for thing in things_in(message) if any(kind.endswith(KINDS) for kind in _kinds(thing))]


def things_in(message: Any, depth: int = DEPTH) -> Iterator[Message]:
    """Everything in a JSON-LD document that has a type."""
    if isinstance(message, list) and depth:
        for one in message:
            yield from things_in(one, depth - 1)
    elif isinstance(message, Mapping):
        if "@type" in message:
            yield message
        if "@graph" in message and depth:
            yield from things_in(message["@graph"], depth - 1)


def _kinds(thing: Message) -> list[str]:
    kinds = thing.get("@type")
    found = kinds if isinstance(kinds, list) else [kinds]
    return [kind.rsplit("/", 1)[-1].removeprefix("schema:") for kind in found if isinstance(kind, str)]


def _read_one(article: Message, known: Mapping[str, Message]) -> Native:
    def followed(value: Any) -> Any:
        """What a reference to another thing of the document stands for."""
        if isinstance(value, list):
            return [followed(one) for one in value]
        if isinstance(value, Mapping) and value.keys() <= {"@id", "@type"}:
            return known.get(str(value.get("@id")), value)
        return value

    page = followed(article.get("mainEntityOfPage"))
    url = first(article, "url") or named(page, "@id", "url")
    return native(
        id=None if url else first(article, "@id") or named(article.get("identifier"), "value", "@id"),
        url=url,
        title=first(article, "headline", "name", "alternativeHeadline"),
        text=texts(article.get("articleBody")) or text(article.get("text")),
        summary=first(article, "description", "abstract", "backstory"),
        source=named(
            followed(
                article.get("publisher") or article.get("sourceOrganization") or article.get("provider")
            ),
            "name",
            "legalName",
        ),
        language=named(article.get("inLanguage"), "alternateName", "name"),
        published_at=moment(article, "datePublished", "dateCreated", "uploadDate"),
        updated_at=moment(article, "dateModified"),
        image=named(followed(article.get("image")), "url", "contentUrl", "@id")
        or first(article, "thumbnailUrl"),
    )
