"""From text to terms: words that may be evidence, and the numbers they are hashed to.

Words are hashed with MurmurHash3 as scikit-learn's HashingVectorizer does, into 2^20 buckets: two of the some
200,000 words of a busy stream rarely share one, and a shared bucket only blurs one weight.
"""

import re
import unicodedata
from functools import cache, lru_cache

from mmh3 import hash as murmurhash3
from stopwordsiso import stopwords

from stream.articles.spelling import one_spelling
from stream.articles.unicode_version import without_newer_characters

TERM_BUCKETS = 1 << 20
TERM_SEED = 0
NAME_SEED = 1
MAX_CHARACTERS = 24_000  # of text read for evidence: some 4,000 words; the 99th percentile of news is below
MAX_CACHED = 1 << 18  # words whose bucket is remembered; bounds the memory of a worker

# Vowel signs and accents: part of their word, though `\w` leaves them out. Hindi is written with them.
_MARKS = "".join(chr(c) for c in range(0x10000) if unicodedata.category(chr(c)) in ("Mn", "Mc"))
_LETTERS = rf"[^\W_]+(?:[{_MARKS}]+[^\W_]*)*"
_WORD = re.compile(rf"{_LETTERS}(?:['’]{_LETTERS})*")
_ASCII_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")  # the same, where no other letters and marks are
# Scripts written without spaces: every two neighbouring characters make a term.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")

# What an apostrophe ties to a word: the article before it in French, Italian and Catalan, the ending after a name
# in Turkish. Elsewhere it stands inside words, as in English and Ukrainian.
_ELISION = re.compile(
    r"(?<![\w'’])(?:[ldjmtsnc]|qu|jusqu|lorsqu|puisqu|quoiqu|un|all|dall|dell|nell|sull|quest|quell)['’](?=\w)",
    re.IGNORECASE,
)
_ENDING = re.compile(r"(?<=\w\w)['’]\w+")
_TIED = {"fr": _ELISION, "it": _ELISION, "ca": _ELISION, "tr": _ENDING}
_LISTED_AS = {"nb": "no", "nn": "no"}  # written forms of a language whose words are listed under another code


def plain_text(text: str, language: str | None) -> str:
    """The text with its words as a dictionary has them: without elided articles and without endings of names.

    `language` is an ISO 639 code, or None. English text comes back as it is, but for a capital I with a dot: in
    lower case that would fall into two characters; and for characters newer than the version of Unicode that evidence
    is gathered by.
    """
    if not text.isascii():
        text = without_newer_characters(text).replace("İ", "I").replace("i\u0307", "i")
    tied = _TIED.get(language or "")
    return tied.sub("", text) if tied else text


@cache
def function_words(language: str | None) -> frozenset[str]:
    """Words of a language that say nothing about events, lower case; from the lists of Stopwords ISO.

    None of English, whose common words the background table knows from counting, nor of a language without a list.
    """
    if language is None or language == "en":
        return frozenset()
    return frozenset(stopwords(_LISTED_AS.get(language, language)))


def words_of(text: str) -> list[str]:
    """The words of a text in order, lower case; runs of an unspaced script as pairs of characters."""
    lowered = text.lower()
    if lowered.isascii():
        return _ASCII_WORD.findall(lowered)
    if _UNSPACED.search(lowered):
        lowered = _UNSPACED.sub(_pairs, lowered)
    return _WORD.findall(lowered)


def _pairs(run: re.Match[str]) -> str:
    characters = run.group()
    if len(characters) == 1:
        return f" {characters} "
    pairs = (characters[i : i + 2] for i in range(len(characters) - 1))
    return f" {' '.join(pairs)} "


@lru_cache(maxsize=MAX_CACHED)
def term_bucket(word: str) -> int:
    """The bucket of a word, or -1 for what is no evidence: a single letter."""
    if len(word) < 2 and word.isascii():
        return -1
    return int(murmurhash3(_stem(one_spelling(word)), TERM_SEED, signed=False)) % TERM_BUCKETS


@lru_cache(maxsize=MAX_CACHED)
def name_bucket(name: str) -> int:
    """The bucket of a name or a number, in a space of its own."""
    return int(murmurhash3(one_spelling(name), NAME_SEED, signed=False)) % TERM_BUCKETS


def _stem(word: str) -> str:
    """The word without the English possessive and the plural s: enough to let most inflections meet."""
    word = word.replace("’", "'").removesuffix("'s")
    if len(word) > 4 and word.isascii() and word.endswith("s") and word[-2] not in "sui":
        return word[:-1]
    return word
