"""The fingerprint of an article's text: what copy detection keeps of it, computed once and carried in the log."""

import html
import re
from collections.abc import Sequence

import msgspec
import numpy as np
from stopwordsiso import stopwords

from stream.articles.boilerplate import is_boilerplate
from stream.articles.spelling import one_spelling
from stream.articles.unicode_version import normalize
from stream.copies.char_classes import ASCII_WORDS, CLASSES, LOWER
from stream.copies.shingling import read_texts

FINGERPRINT_VERSION = 4  # raise it with every change that gives a text another fingerprint: records carry it
MAX_CHARACTERS = 100_000  # read of one text, as many as the clean-up keeps
MAX_HEADLINE = 500  # characters
CONTENT_LETTERS = 4  # shorter words of a headline are mostly articles, prepositions and verbs
_FUNCTION_WORDS = frozenset(stopwords("en"))
HEADLINE_TOKENS = 12  # kept of a headline; nine in ten have fewer
TOKEN_BYTES = 2
_FIGURE = re.compile(r"\d")


class Fingerprint(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A text in at most about 2.2 KB, whatever its length.

    `digest`: 16 bytes, equal for texts equal in all but case, punctuation and spacing. `words`: length of the text
    in words; a Chinese or Japanese character counts as half a word, a Thai letter as a quarter. `sample`: hashes of
    sampled word triples in text order, little-endian uint64. `lead`: the first tokens of the report, `headline`: the
    content words of its headline, both uint16.
    """

    digest: bytes
    words: int
    sample: bytes
    lead: bytes
    lead_start: int
    lead_end: int
    headline: bytes = b""


def fingerprint_of(title: str, text: str) -> Fingerprint:
    """Return the fingerprint of one article. The title is the text only where there is none: outlets rewrite it.

    A page that is about nothing but itself (a cookie notice) has that of an empty text, which is no copy of anything:
    it is the same on every site. Takes any string, lone surrogates included, and never raises.
    """
    return fingerprints_of([(title, text)])[0]


def fingerprints_of(articles: Sequence[tuple[str, str]]) -> list[Fingerprint]:
    """Return the fingerprints of (title, text) pairs: those of fingerprint_of, with less work for each."""
    texts = [_text_of(title, text) for title, text in articles]
    texts += [_headline_of(title) for title, _ in articles]
    fingerprints, unstable = _read(texts)
    if unstable:
        again, _ = _read([normalize("NFKC", texts[n]) for n in unstable])
        for n, fingerprint in zip(unstable, again, strict=True):
            fingerprints[n] = fingerprint
    count = len(articles)
    return [
        msgspec.structs.replace(text, headline=headline.lead[: TOKEN_BYTES * HEADLINE_TOKENS])
        for text, headline in zip(fingerprints[:count], fingerprints[count:], strict=True)
    ]


def _text_of(title: str, text: str) -> str:
    chosen = (text if text.strip() else title)[:MAX_CHARACTERS]
    if is_boilerplate(chosen):
        return ""
    return one_spelling(html.unescape(chosen) if "&" in chosen else chosen)


def _headline_of(title: str) -> str:
    """The content words of a headline, those that the text under it is likely to have too."""
    words = (
        word.removesuffix("'s").removesuffix("’s") for word in one_spelling(title[:MAX_HEADLINE]).split()
    )
    return " ".join(word for word in words if _is_content(word))


def _is_content(word: str) -> bool:
    if not word.isascii() or _FIGURE.search(word):
        return True
    return len(word) >= CONTENT_LETTERS and word.lower() not in _FUNCTION_WORDS


def _read(texts: list[str]) -> tuple[list[Fingerprint], list[int]]:
    """Return the fingerprints of texts, and which of the texts must be normalised first."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    ends = np.cumsum([len(data) for data in encoded], dtype=np.int64)
    data = np.frombuffer(b"".join(encoded), np.uint8)
    samples, leads, digests, lines = (
        part.tobytes() if part.dtype != np.int64 else part.tolist()
        for part in read_texts(data, ends, CLASSES, LOWER, ASCII_WORDS)
    )
    fingerprints = []
    unstable = []
    sampled = led = 0
    for n, (size, led_by, lead_start, lead_end, words, is_unstable) in enumerate(lines):
        fingerprints.append(
            Fingerprint(
                digests[16 * n : 16 * n + 16],
                words,
                samples[sampled : sampled + 8 * size],
                leads[led : led + 2 * led_by],
                lead_start,
                lead_end,
            )
        )
        if is_unstable:
            unstable.append(n)
        sampled += 8 * size
        led += 2 * led_by
    return fingerprints, unstable
