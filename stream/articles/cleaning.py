"""Text clean-up: what a feed calls text, into what a reader would read.

Feeds carry plain text, HTML fragments, escaped HTML, whole pages, and text decoded with the wrong encoding.
resiliparse turns HTML into text, ftfy mends the encoding; the rest here is bounds, control characters and
whitespace. Every step is linear in the text but for tags with thousands of attributes, which the bound on the
input keeps near a second.
"""

import html
import re
from collections.abc import Sequence

import ftfy
from resiliparse.extract.html2text import extract_plain_text

from embeddings.inputs import MAX_CLEAN_CHARACTERS
from stream.articles.damage import (
    COMPOSABLE,
    HARMLESS,
    MARKUP,
    MOJIBAKE,
    MOJIBAKE_ALONE,
    SURROGATE,
    UNSEEN,
    UNTIDY,
    damage_in,
    damage_in_each,
)
from stream.articles.unicode_version import normalize

MAX_RAW_CHARACTERS = (
    200_000  # read of one field, markup included; the HTML parser's worst case stays near 1 s
)

# A tag: one of HTML in any case, or any other name in lower case; `<Reuters>` and `<3` are text.
_BLOCKS = (
    r"p|br|div|ul|ol|li|dl|dt|dd|h[1-6]|table|tr|td|th|blockquote|pre|article|section|main|header|footer|hr"
)
_TAG = re.compile(
    rf"</?(?:(?i:{_BLOCKS}|span|a|b|i|u|em|strong|small|img|script|style|figure|picture|video|iframe|nav|form|html|head"
    r"|body|title|font|center)|[a-z][a-z0-9]*(?:-[a-z0-9]+)*)(?:\s[^<>]*)?/?>"
)
_BLOCK = re.compile(rf"</?(?:{_BLOCKS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
MAX_ESCAPES = 4  # times a text is unescaped: once for each system it came through; three were seen
_WHOLE_PAGE = re.compile(r"<(?:html|body)[\s>]", re.IGNORECASE)
_UNREAD_ELEMENTS = ["script", "style", "noscript", "template", "iframe", "svg", "button", "select"]

_MAY_BE_MOJIBAKE = re.compile(rf"[{MOJIBAKE_ALONE}]|[^{HARMLESS}][^\x00-\x7f]|[^\x00-\x7f][^{HARMLESS}]")
_REPAIR = ftfy.TextFixerConfig(
    unescape_html=False,  # done here, before the HTML is read
    uncurl_quotes=False,  # a typographer's quotes are no damage
    fix_character_width=False,  # nor are the full-width forms of Chinese and Japanese
    explain=False,
)

_UNSEEN = re.compile(f"[{UNSEEN}]")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean_text(raw: str) -> str:
    """Return the readable text of `raw`: paragraphs apart by a blank line, at most MAX_CLEAN_CHARACTERS.

    Takes any string, lone surrogates included, and never raises; what is beyond MAX_RAW_CHARACTERS is not read.
    """
    return clean_texts([raw])[0]


def clean_texts(raw: Sequence[str]) -> list[str]:
    """Return the readable text of each: that of clean_text, with less work for each."""
    texts = [one[:MAX_RAW_CHARACTERS] for one in raw]
    return [_clean(text, damage) for text, damage in zip(texts, damage_in_each(texts), strict=True)]


def _clean(text: str, damage: int) -> str:
    if damage & SURROGATE:
        text = _replace_lone_surrogates(text)
    if damage & MARKUP:
        text = _extract_from_html(text)
    if damage & (SURROGATE | MARKUP):
        damage = damage_in(text)
    if damage & (MOJIBAKE | COMPOSABLE):
        text = normalize("NFC", _repair_encoding(text))
        damage = UNTIDY
    if damage & UNTIDY:
        text = _tidy_whitespace(text)
    return text[:MAX_CLEAN_CHARACTERS].rstrip()


def _replace_lone_surrogates(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _repair_encoding(text: str) -> str:
    """Mend text that was decoded with the wrong encoding, line by line as ftfy does."""
    lines = text.split("\n")
    return "\n".join(
        ftfy.fix_text(line, _REPAIR) if _MAY_BE_MOJIBAKE.search(line) else line for line in lines
    )


def _extract_from_html(text: str) -> str:
    """Return the text of HTML, also of HTML that was escaped, as a whole or in part, once or several times."""
    text = _CDATA.sub("", text)
    for _ in range(MAX_ESCAPES):
        before = text
        if "<" in text and _TAG.search(text):
            text = _read_markup(text)
        elif "&" in text:
            text = html.unescape(text)
        if text == before:
            break
        text = _CDATA.sub("", text)
    return text


def _read_markup(text: str) -> str:
    """Read a text with tags; where none of them makes paragraphs, its lines do."""
    if "\n" not in text or _BLOCK.search(text):
        return _read_html(text)
    return "\n".join(_read_html(line) if "<" in line or "&" in line else line for line in text.split("\n"))


def _read_html(text: str) -> str:
    """The text of one piece of HTML, of a whole page its article."""

    def extract(main_content: bool) -> str:
        return extract_plain_text(
            text,
            main_content=main_content,
            list_bullets=False,
            alt_texts=False,
            skip_elements=_UNREAD_ELEMENTS,
        )

    if _WHOLE_PAGE.search(text):
        return extract(main_content=True) or extract(main_content=False)
    return extract(main_content=False)


def _tidy_whitespace(text: str) -> str:
    lines = (" ".join(line.split()) for line in _UNSEEN.sub("", text).splitlines())
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
