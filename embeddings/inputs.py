"""What an encoder is given: the readable title and text of an article."""

import msgspec

MAX_CLEAN_CHARACTERS = 100_000  # kept of one field; some 16,000 words, ten times a long read


class EncoderText(msgspec.Struct, frozen=True):
    """The cleaned text of one article; either part may be empty. The encoder decides how to join them.

    `language` is its ISO 639 code, None where unknown.
    """

    title: str
    text: str
    language: str | None = None
