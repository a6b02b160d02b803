"""News pages of a WARC archive, as CC-NEWS publishes them (extra `feeds`).

The text comes from trafilatura. Title, outlet and dates come from the page's own schema.org description where it has
one, which gives the hour, else from trafilatura, which finds the day.
"""

import warnings
from collections.abc import Iterator
from typing import IO, Any

from fastwarc.warc import ArchiveIterator, WarcRecordType
from resiliparse.parse.html import HTMLTree

from stream.articles.formats import schema_org
from stream.articles.formats.fields import Native, native
from stream.articles.formats.registry import decoded
from stream.errors import InvalidArticleError

with warnings.catch_warnings():  # of proxies for its downloads, of which there are none here
    warnings.simplefilter("ignore")
    from trafilatura import bare_extraction

MAX_PAGE_BYTES = 4_194_304  # of a page that are read; news pages have a tenth of it
LEAST_CHARACTERS = 120  # of text: pages with less are lists, logins and errors
SUCCESS = range(200, 300)


def pages(file: IO[bytes]) -> Iterator[Native]:
    """The articles among the pages of an archive, in Newsfold's own format; what is none is left out."""
    for record in ArchiveIterator(file, record_types=WarcRecordType.response, parse_http=True):
        kind = (record.http_content_type or "").lower()
        status = record.http_headers.status_code if record.http_headers else None
        if "html" in kind and status in SUCCESS:
            article = article_of(
                record.reader.read(MAX_PAGE_BYTES), record.headers.get("WARC-Target-URI") or ""
            )
            if article is not None:
                yield article


def article_of(html: bytes, url: str) -> Native | None:
    """The article on a page, or None where there is none."""
    found: Any = bare_extraction(html, url=url, with_metadata=True, include_comments=False)
    if found is None or len(found.text or "") < LEAST_CHARACTERS:
        return None
    described = _described(html)
    title = described.get("title") or found.title
    return native(
        url=url or found.url,
        title=title,
        text=found.text.removeprefix(title or "").lstrip(),
        source=described.get("source") or found.sitename or found.hostname,
        language=described.get("language") or found.language,
        published_at=described.get("published_at") or found.date,
        updated_at=described.get("updated_at"),
        image=described.get("image") or found.image,
    )


def _described(html: bytes) -> Native:
    """What the page says of its article in JSON-LD; empty where it says nothing that can be read."""
    document = HTMLTree.parse_from_bytes(html).document
    if document is None:
        return {}
    for script in document.query_selector_all('script[type="application/ld+json"]'):
        message = decoded((script.text or "").encode(errors="replace"))
        try:
            if schema_org.recognises(message):
                return schema_org.read(message)
        except InvalidArticleError:
            continue
    return {}
