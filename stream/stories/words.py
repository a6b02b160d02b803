"""From text to terms: words that may be evidence, and the numbers they are hashed to.

Words are hashed with MurmurHash3 as scikit-learn's HashingVectorizer does, into 2^20 buckets: two of the some
200,000 words of a busy stream rarely share one, and a shared bucket only blurs one weight.
"""

import re
import unicodedata
from functools import cache, lru_cache

from sklearn.utils import murmurhash3_32
from stopwordsiso import stopwords

TERM_BUCKETS = 1 << 20
TERM_SEED = 0
NAME_SEED = 1
MAX_CHARACTERS = 24_000  # of text read for evidence: some 4,000 words; the 99th percentile of news is below
MAX_CACHED = 1 << 18  # words whose bucket is remembered; bounds the memory of a worker

# Vowel signs and accents: part of their word, though `\w` leaves them out. Hindi is written with them.
_MARKS = "".join(chr(c) for c in range(0x10000) if unicodedata.category(chr(c)) in ("Mn", "Mc"))
_LETTERS = rf"[^\W_]+(?:[{_MARKS}]+[^\W_]*)*"
_WORD = re.compile(rf"{_LETTERS}(?:['’]{_LETTERS})*")
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

# What pages say about themselves, not about events. Told by these words, a sentence or line is dropped ...
_NOTICE = re.compile(
    r"java ?script|cookies?\b|ad ?block|your browser|privacy policy|terms of (?:service|use)|all rights reserved"
    r"|consent|(?:by )?entering your (?:e-?mail|name)|(?:signed|sign) up (?:for|to)\b|content provided by"
    r"|ask for your permission|to view this (?:content|video)|marketing messages|advertising partners"
    r"|free newsletters?|our newsletters?|subscribe (?:now|to|today)|enable it"
)
MAX_NOTICE_CHARACTERS = 320  # ... if it is no longer than this: longer ones are prose about cookies
# ... and a short line by these as well.
_PAGE_LINE = re.compile(
    r"related (?:article|stor|content|topic|coverage)|read (?:more|next|also)|more (?:from|on this)|see also"
    r"|copyright|advertisement|click here|follow us|share (?:this|on)|sign in|log in|view (?:comments|gallery)"
    r"|continue reading|story continues|photo ?:|image (?:source|caption)|getty images|you may (?:also )?like"
    r"|recommended|most (?:read|popular)|trending|loading|newsletter|subscri"
)
MAX_PAGE_LINE_CHARACTERS = 90
_SENTENCES = re.compile(r"(?<=[.!?…。！？])\s+")


# One of these is in whatever a notice matches: plain search is many times faster than the pattern.
_NOTICE_SIGNS = (
    *("javascript", "java script", "cookie", "adblock", "ad block", "your browser", "privacy policy"),
    *("terms of service", "terms of use", "all rights reserved", "consent", "entering your ", "sign up "),
    *("signed up ", "content provided by", "your permission", "to view this ", "marketing messages"),
    *("advertising partners", "newsletter", "subscribe ", "enable it"),
)


def without_boilerplate(text: str) -> str:
    """The text without the sentences in which a page talks about itself; paragraphs stay apart."""
    lowered = text.lower()
    signs = [sign for sign in _NOTICE_SIGNS if sign in lowered]
    return "\n".join(_told(line, signs) for line in text.split("\n"))


def _told(line: str, signs: list[str]) -> str:
    """What a line tells beside its notices; `signs` are those in the whole text."""
    if len(line) <= MAX_PAGE_LINE_CHARACTERS and _PAGE_LINE.search(line.lower()):
        return ""
    if not signs:
        return line
    lowered = line.lower()
    if not any(sign in lowered for sign in signs):
        return line
    return " ".join(sentence for sentence in _SENTENCES.split(line) if not _is_notice(sentence))


def _is_notice(sentence: str) -> bool:
    if len(sentence) > MAX_NOTICE_CHARACTERS:
        return False
    return _NOTICE.search(sentence.lower()) is not None


def plain_text(text: str, language: str | None) -> str:
    """The text with its words as a dictionary has them: without elided articles and without endings of names.

    `language` is an ISO 639 code, or None. English text comes back as it is, but for a capital I with a dot: in
    lower case that would fall into two characters.
    """
    if not text.isascii():
        text = text.replace("İ", "I").replace("i\u0307", "i")
    tied = _TIED.get(language or "")
    return tied.sub("", text) if tied else text


@cache
def function_words(language: str | None) -> frozenset[str]:
    """Words of a language that tell nothing about events, lower case; from the lists of Stopwords ISO.

    None of English, whose common words the background table knows from counting, nor of a language without a list.
    """
    if language is None or language == "en":
        return frozenset()
    return frozenset(stopwords(_LISTED_AS.get(language, language)))


def words_of(text: str) -> list[str]:
    """The words of a text in order, lower case; runs of an unspaced script as pairs of characters."""
    lowered = text.lower()
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
    return int(murmurhash3_32(_stem(word), seed=TERM_SEED, positive=True)) % TERM_BUCKETS


@lru_cache(maxsize=MAX_CACHED)
def name_bucket(name: str) -> int:
    """The bucket of a name or a number, in a space of its own."""
    return int(murmurhash3_32(name, seed=NAME_SEED, positive=True)) % TERM_BUCKETS


def _stem(word: str) -> str:
    """The word without the English possessive and the plural s: enough to let most inflections meet."""
    word = word.replace("’", "'").removesuffix("'s")
    if len(word) > 4 and word.isascii() and word.endswith("s") and word[-2] not in "sui":
        return word[:-1]
    return word
