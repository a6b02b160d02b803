"""The fingerprint of an article's text: what copy detection keeps of it, computed once and carried in the log."""

import html
import struct
import unicodedata
from typing import Any

import msgspec
import numpy as np

from stream.copies.reading import ASCII_WORDS, CLASSES, LOWER, read_text

_DIGEST = struct.Struct("<QQ")
MAX_CHARACTERS = 100_000  # read of one text, as many as the clean-up keeps


class Fingerprint(msgspec.Struct, frozen=True, array_like=True):
    """A text in at most about 2.2 KB, whatever its length.

    `digest`: 16 bytes, equal for texts equal in all but case, punctuation and spacing. `words`: length of the text
    in words; a Chinese or Japanese character counts as half a word, a Thai letter as a quarter. `sample`: hashes of
    sampled word triples in text order, little-endian uint64.
    """

    digest: bytes
    words: int
    sample: bytes
    lead: bytes
    lead_start: int
    lead_end: int


def fingerprint_of(title: str, text: str) -> Fingerprint:
    """Return the fingerprint of one article. The title counts only where there is no text: outlets rewrite it.

    Takes any string, lone surrogates included, and never raises.
    """
    text = (text if text.strip() else title)[:MAX_CHARACTERS]
    if "&" in text:
        text = html.unescape(text)
    sample, lead, lead_start, lead_end, words, first, second, unstable = _read(text)
    if unstable:
        sample, lead, lead_start, lead_end, words, first, second, _ = _read(
            unicodedata.normalize("NFKC", text)
        )
    return Fingerprint(
        digest=_DIGEST.pack(first, second),
        words=words,
        sample=sample.tobytes(),
        lead=lead.tobytes(),
        lead_start=lead_start,
        lead_end=lead_end,
    )


def _read(text: str) -> Any:
    data = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
    return read_text(data, CLASSES, LOWER, ASCII_WORDS)
