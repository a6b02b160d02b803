"""The fingerprint of an article's text: what copy detection keeps of it, computed once and carried in the log."""

import html
import unicodedata

import msgspec
import numpy as np

from stream.copies.reading import CLASSES, LOWER, read_lead, read_sample, read_tokens

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
    data = _normalised(text if text.strip() else title)
    tokens, marks, quarters, lead = read_tokens(np.frombuffer(data, np.uint8), CLASSES, LOWER)
    sample, lead_start, lead_end, first, second = read_sample(tokens, lead)
    digest = int(first).to_bytes(8, "little") + int(second).to_bytes(8, "little")
    return Fingerprint(
        digest=digest,
        words=quarters // 4,
        sample=sample.tobytes(),
        lead=read_lead(tokens, marks, lead).tobytes(),
        lead_start=lead_start,
        lead_end=lead_end,
    )


def _normalised(text: str) -> bytes:
    text = text[:MAX_CHARACTERS]
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return text.encode("utf-8", "surrogatepass")
