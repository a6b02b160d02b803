"""From text to terms: words that may be evidence, and the numbers they are hashed to.

Words are hashed with MurmurHash3 as scikit-learn's HashingVectorizer does, into 2^20 buckets: two of the some
200,000 words of a busy stream rarely share one, and a shared bucket only blurs one weight.
"""

import re
from functools import lru_cache

from sklearn.utils import murmurhash3_32

TERM_BUCKETS = 1 << 20
TERM_SEED = 0
NAME_SEED = 1
MAX_CHARACTERS = 24_000  # of text read for evidence: some 4,000 words; the 99th percentile of news is below
MAX_CACHED = 1 << 18  # words whose bucket is remembered; bounds the memory of a worker

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# Scripts written without spaces: every two neighbouring characters make a term.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")

# What pages say about themselves. A line (or sentence, where it is short) with one of these is not evidence.
_BOILERPLATE = re.compile(
    r"java ?script|cookies?\b|ad ?block|your browser|subscri(?:be|ption|ber)|newsletter|sign (?:up|in)\b|log ?in\b"
    r"|related (?:articles?|stor|content|topics|coverage)|read (?:more|next|also)|more (?:from|on this)|see also"
    r"|all rights reserved|copyright|terms (?:of|and)|privacy policy|advertis|click here|follow us|share (?:this|on)"
    r"|view (?:comments|gallery|image)|story continues|continue reading|photo ?:|image (?:copyright|caption)"
    r"|getty images|you may (?:also )?like|recommended|most (?:read|popular)|trending|loading|enable",
    re.IGNORECASE,
)
MAX_BOILERPLATE_CHARACTERS = 160  # longer lines with such words are prose about cookies, not a cookie notice


def without_boilerplate(text: str) -> str:
    """The text without the lines in which a page talks about itself."""
    if not _BOILERPLATE.search(text):
        return text
    lines = text.split("\n")
    return "\n".join(
        line for line in lines if len(line) > MAX_BOILERPLATE_CHARACTERS or not _BOILERPLATE.search(line)
    )


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
