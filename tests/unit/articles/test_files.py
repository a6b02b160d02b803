"""Articles in a file of any kind, each with its place in it."""

import gzip
import json
from pathlib import Path

import pytest

from stream.articles import files
from stream.articles.files import pieces
from stream.articles.message import Article
from stream.articles.reading import read_message
from stream.errors import ArticlesFileError, InvalidArticleError
from tests.support.feed_samples import SAMPLES, TEXT, TITLE, URL

LIMIT = 1_048_576
RSS = f"""<?xml version="1.0"?>
<rss version="2.0"><channel><title>Halden Press</title><language>en-gb</language>
<item><title>{TITLE}</title><link>{URL}</link><guid>same</guid><pubDate>Tue, 03 Mar 2026 10:15:00 GMT</pubDate></item>
<item><title>Pilots walk out</title><link>{URL}2</link><guid>same</guid><description>{TEXT}</description></item>
</channel></rss>"""
PAGE = f"""<html lang="en"><head><title>Ferry - Halden Press</title>
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{TITLE}", "url": "{URL}",
"datePublished": "2026-03-03T10:15:00Z", "publisher": {{"name": "Halden Press"}}}}</script></head>
<body><nav><a href="/">Home</a></nav><article><h1>{TITLE}</h1><p>{TEXT}</p><p>{TEXT.replace("Monday", "Tuesday")}</p>
</article><footer>All rights reserved</footer></body></html>"""


def articles(path: Path) -> list[Article]:
    found = [read_message(piece.value, None, LIMIT) for piece in pieces(path)]
    assert all(isinstance(one, Article) for one in found)
    return found  # type: ignore[return-value]


def written(tmp_path: Path, text: str | bytes, name: str = "file") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def warc_of(*pages: tuple[str, str, str]) -> bytes:
    """A WARC of responses: (url, status line and headers, body)."""
    records = []
    for url, head, body in pages:
        http = f"HTTP/1.1 {head}\r\n\r\n{body}".encode()
        headers = (
            "WARC/1.0\r\nWARC-Type: response\r\n"
            f"WARC-Target-URI: {url}\r\nWARC-Date: 2026-03-03T11:00:00Z\r\n"
            "WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
        )
        records.append(headers.encode() + http + b"\r\n\r\n")
    return b"".join(records)


def test_lines_keep_their_numbers_and_their_bytes(tmp_path: Path):
    path = written(tmp_path, '{"id": "a",  "title": "A"}\n\n{"id": "b", "title": "B"}\nnot json\n')
    assert [(piece.number, piece.value) for piece in pieces(path)] == [
        (1, b'{"id": "a",  "title": "A"}'),
        (3, b'{"id": "b", "title": "B"}'),
        (4, b"not json"),
    ]


def test_gzip_and_a_byte_order_mark_do_not_matter(tmp_path: Path):
    path = written(tmp_path, gzip.compress(b"\xef\xbb\xbf" + b'{"id": "a", "title": "A"}\n'), "file.gz")
    assert [one.id for one in articles(path)] == ["a"]


@pytest.mark.parametrize("name", ["articles", "posts", "items"])
@pytest.mark.parametrize("indent", [None, 2])
def test_an_answer_of_a_news_service_is_split(name: str, indent: int | None, tmp_path: Path):
    parts = [{"url": f"{URL}{n}", "title": TITLE, "publishedAt": None} for n in range(3)]
    path = written(tmp_path, json.dumps({"status": "ok", name: parts}, indent=indent))
    assert [one.id for one in articles(path)] == [f"{URL}{n}" for n in range(3)]


def test_a_json_array_over_lines_is_split(tmp_path: Path):
    path = written(tmp_path, json.dumps([{"id": n, "title": TITLE} for n in "ab"], indent=1))
    assert [one.id for one in articles(path)] == ["a", "b"]


def test_a_graph_of_several_articles_keeps_what_they_refer_to(tmp_path: Path):
    graph = [{"@type": "Organization", "@id": "#p", "name": "Halden Press"}]
    graph += [
        {"@type": "NewsArticle", "url": f"{URL}{n}", "headline": TITLE, "publisher": {"@id": "#p"}}
        for n in range(2)
    ]
    found = articles(written(tmp_path, json.dumps({"@context": "https://schema.org", "@graph": graph})))
    assert [(one.id, one.source) for one in found] == [
        (f"{URL}0", "Halden Press"),
        (f"{URL}1", "Halden Press"),
    ]


def test_a_feed_is_read_item_by_item_although_all_share_a_guid(tmp_path: Path):
    first, second = articles(written(tmp_path, RSS, "feed.xml"))
    assert (first.id, first.title, first.source, first.language) == (URL, TITLE, "Halden Press", "en")
    assert (second.id, second.summary, second.published) == (f"{URL}2", TEXT, None)


def test_a_json_feed_is_split_and_names_its_source(tmp_path: Path):
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Halden Press",
        "items": [{"id": "1", "url": URL, "title": TITLE, "content_text": TEXT}],
    }
    (one,) = articles(written(tmp_path, json.dumps(feed, indent=1)))
    assert (one.id, one.source) == (URL, "Halden Press")


def test_news_pages_of_a_warc_archive_are_articles(tmp_path: Path):
    html = "200 OK\r\nContent-Type: text/html; charset=utf-8"
    archive = warc_of(
        (URL, html, PAGE),
        (f"{URL}/missing", "404 Not Found\r\nContent-Type: text/html", PAGE),
        (f"{URL}.json", "200 OK\r\nContent-Type: application/json", "{}"),
        (f"{URL}/login", html, "<html><body><p>Log in</p></body></html>"),
    )
    for path in (
        written(tmp_path, archive, "news.warc"),
        written(tmp_path, gzip.compress(archive), "news.warc.gz"),
    ):
        (one,) = articles(path)
        assert (one.id, one.title, one.source, one.published) == (
            URL,
            TITLE,
            "Halden Press",
            1_772_532_900_000,
        )
        assert one.text.startswith("The night ferry")
        assert "All rights reserved" not in one.text


def test_every_sample_is_a_file_of_one_article(tmp_path: Path):
    for sample in SAMPLES:
        (one,) = articles(written(tmp_path, sample.value))
        assert one.id == sample.expected["id"]


def test_a_line_without_an_end_costs_itself_only_and_is_refused_as_oversized(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(files, "MAX_LINE_BYTES", 2 * LIMIT)
    bomb = gzip.compress(b'{"id": "a", "text": "' + b"x" * 20 * LIMIT + b'"}\n{"id": "b", "title": "B"}\n')
    assert len(bomb) < 100_000
    first, second = pieces(written(tmp_path, bomb))
    assert len(first.value) == 2 * LIMIT
    with pytest.raises(InvalidArticleError) as refused:
        read_message(first.value, None, LIMIT)
    assert refused.value.reason == "oversized"
    assert (second.number, second.value) == (2, b'{"id": "b", "title": "B"}')


@pytest.mark.parametrize("beginning", [b"<rss>", b'{\n"articles": ['])
def test_a_document_that_does_not_fit_into_memory_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beginning: bytes
):
    monkeypatch.setattr(files, "MAX_DOCUMENT_BYTES", LIMIT)
    bomb = gzip.compress(beginning + b" " * 20 * LIMIT)
    with pytest.raises(ArticlesFileError, match=r"more than 1,048,576 bytes.*JSON Lines"):
        list(pieces(written(tmp_path, bomb)))
