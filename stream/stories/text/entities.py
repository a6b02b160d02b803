"""Names and numbers by rule: capitalised spans, their parts, and figures; of a language only its function words.

In scripts without capitals only numbers are found; their names weigh as ordinary words.
"""

import re
from collections import Counter
from functools import lru_cache

from stream.stories.text.stop_words import ENGLISH_STOP_WORDS
from stream.stories.text.tokenizer import MAX_CACHED, MAX_CHARACTERS

_UPPER = "".join(chr(c) for c in range(0x2000) if chr(c).isupper())
_CAPITAL = rf"[{re.escape(_UPPER)}]"
_REST = r"[\w’'&-]*"
LINKING_WORDS = (
    *("of", "de", "da", "do", "dos", "del", "der", "den", "di"),
    *("du", "la", "le", "van", "von", "bin", "al", "y"),
)
_LINK = rf"(?:\s(?:{'|'.join(LINKING_WORDS)}))?\s"
# The first letter or digit comes before what must not precede it: the search for a class of characters is fast.
SPAN = re.compile(rf"{_CAPITAL}(?<![\w’'].){_REST}(?:{_LINK}{_CAPITAL}{_REST})*")
_NUMBER = re.compile(r"\d(?<!\w\d)(?:[\d.,]*\d\b|(?=%))")
SENTENCE_ENDS = ".!?:;\n\"“”'‘’-–—•("
STRIPPED_SIGNS = "’'\"“”.,:;!?()-"  # cut off both ends of a name
MAX_SPAN_WORDS = 5  # longer spans are headlines in capitals, not names
HEADLINE_SHARE = 0.6  # of a title's words capitalised: from here on capitals say nothing about names


def names_of(
    title: str, text: str, function_words: frozenset[str] = frozenset()
) -> tuple[Counter[str], Counter[str]]:
    """Return names (joined spans and their parts, lower case) with counts, and numbers with counts.

    A single capitalised word at the start of a sentence is counted only where the text has it inside a
    sentence too; a title in headline capitals gives single words, no spans. `function_words` of the language, lower
    case, are never part of a name.
    """
    text = text[:MAX_CHARACTERS]
    found: list[str] = []
    openers: list[str] = []
    words = title.split()
    if sum(word[0].isupper() for word in words) >= HEADLINE_SHARE * len(words):
        found += [_plain(word) for word in words if word[0].isupper() and len(word) > 3]
    else:
        _read_spans(title, function_words, found, found)
    _read_spans(text, function_words, found, openers)
    names = Counter(found)
    for word, count in Counter(openers).items():
        if word in names:
            names[word] += count
    for word in names.keys() & (function_words | {""}):
        del names[word]
    numbers = Counter(number.replace(",", "") for number in _NUMBER.findall(f"{title}\n{text}"))
    return names, numbers


def opens_sentence(text: str, start: int) -> bool:
    """Whether nothing, or what ends a sentence, stands before a place, spaces aside."""
    before = text[max(0, start - 3) : start].rstrip(" ")
    return not before or before[-1] in SENTENCE_ENDS


def _read_spans(text: str, function_words: frozenset[str], found: list[str], openers: list[str]) -> None:
    for match in SPAN.finditer(text):
        parts, whole = _parts(match.group(), function_words)
        if not parts:
            continue
        if whole and len(parts) == 1 and opens_sentence(text, match.start()):
            openers.append(parts[0])
            continue
        found += parts
        if len(parts) > 1:
            found.append(" ".join(parts))


@lru_cache(maxsize=MAX_CACHED)
def _parts(span: str, function_words: frozenset[str]) -> tuple[tuple[str, ...], bool]:
    """The names in a span, none where it is a headline, and whether it begins with one of them."""
    words = [_plain(word) for word in span.split()]
    begins = 0
    while begins < len(words) and (words[begins] in ENGLISH_STOP_WORDS or words[begins] in function_words):
        begins += 1
    parts = tuple(word for word in words[begins:] if len(word) > 2 and word not in function_words)
    return (parts if len(parts) <= MAX_SPAN_WORDS else ()), begins == 0


def _plain(word: str) -> str:
    return word.strip(STRIPPED_SIGNS).lower().replace("’", "'").removesuffix("'s")
