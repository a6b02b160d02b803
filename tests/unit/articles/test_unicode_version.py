"""Texts read alike on every Python: golden values over all code points, which each supported Python must give."""

import hashlib
import sys
import unicodedata
from collections.abc import Iterable, Iterator

from hypothesis import given
from hypothesis import strategies as st

from stream.articles.unicode_version import (
    ADDED_AFTER_14,
    UNASSIGNED,
    category,
    combining,
    normalize,
    without_newer_characters,
)
from stream.copies.char_classes import ASCII_WORDS, CLASSES, LOWER
from stream.copies.fingerprint import fingerprints_of
from stream.stories.text.entities import names_of
from stream.stories.text.tokenizer import plain_text, words_of

BLOCK = 1024
SURROGATES = range(0xD800, 0xE000)
SHAKING_FACE = "\U0001fae8"  # Unicode 15.0
NEW_SUPERSCRIPT = "\U0001e030"  # Unicode 15.0, where NFKC makes a Cyrillic а of it
NEW_MARK = "\U00010efd"  # Unicode 15.0, combining class 220 there


def digest(values: Iterable[object]) -> str:
    found = hashlib.sha256()
    for value in values:
        found.update(ascii(value).encode())  # repr escapes what a Python cannot print, and each prints more
    return found.hexdigest()[:16]


def blocks() -> Iterator[list[str]]:
    """All code points but surrogates, in their order."""
    for first in range(0, sys.maxunicode + 1, BLOCK):
        yield [chr(code) for code in range(first, first + BLOCK) if code not in SURROGATES]


def test_properties_of_all_code_points_are_those_of_unicode_14():
    assert (
        digest((category(code), combining(code)) for code in range(sys.maxunicode + 1)) == "53fa41f4b906fb6b"
    )


def test_normalised_forms_of_all_code_points_are_those_of_unicode_14():
    texts = [" ".join(f"a{char}\u0323\u0301" for char in block) for block in blocks()]
    assert digest(normalize(form, text) for form in ("NFC", "NFKC") for text in texts) == "5fa5dded8340223d"


def test_words_and_names_of_all_code_points_are_those_of_unicode_14():
    texts = [plain_text(" ".join(f"x{char}y {char}z" for char in block), None) for block in blocks()]
    assert digest(words_of(text) for text in texts) == "30680a4a6e4e4661"
    assert digest(sorted(names_of("", text)[0].items()) for text in texts) == "5976185e24044b9c"


def test_fingerprints_of_all_code_points_are_those_of_unicode_14():
    assert digest((CLASSES.tobytes(), LOWER.tobytes(), ASCII_WORDS.tobytes())) == "86f6245a258d928c"
    texts = [("", " ".join(f"x{char}y {char}z" for char in block)) for block in blocks()]
    assert digest(found.digest for found in fingerprints_of(texts)) == "2488386617ecf57a"


def test_the_characters_that_this_python_knows_beyond_unicode_14_are_in_the_table():
    """Stands for the whole when a newer Python is added: the golden values do not say which character differs."""
    added = {code for first, last in ADDED_AFTER_14 for code in range(first, last + 1)}
    assert len(added) == 4489 + 627
    assert all(unicodedata.category(chr(code)) != "Cn" for code in added) or sys.version_info < (3, 13)


def test_a_newer_character_is_no_letter_and_stays_apart_from_its_neighbours():
    assert without_newer_characters(f"shaking {SHAKING_FACE} face é") == f"shaking {UNASSIGNED} face é"
    assert normalize("NFC", f"e{NEW_MARK}\u0301") == f"e{NEW_MARK}\u0301"
    assert normalize("NFKC", f"{NEW_SUPERSCRIPT}ﬁ") == f"{NEW_SUPERSCRIPT}fi"
    assert category(ord(SHAKING_FACE)) == "Cn"
    assert combining(ord(NEW_MARK)) == 0


@given(st.text(st.characters(codec="utf-8")))
def test_a_text_without_newer_characters_is_left_alone(text: str):
    if without_newer_characters(text) == text:
        assert normalize("NFKC", text) == unicodedata.normalize("NFKC", text)
    assert len(without_newer_characters(text)) == len(text)
