"""Names and numbers by rule: capitalised spans, their parts, and figures; of a language only its function words.

In scripts without capitals only numbers are found; their names weigh as ordinary words.
"""

import re
from collections import Counter

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from stream.stories.words import MAX_CHARACTERS

_UPPER = "".join(chr(c) for c in range(0x2000) if chr(c).isupper())
_NAME_WORD = rf"[{re.escape(_UPPER)}][\w’'&-]*"
_LINK = r"(?:\s(?:of|de|da|do|dos|del|der|den|di|du|la|le|van|von|bin|al|y))?\s"
_SPAN = re.compile(rf"(?<![\w’'])(?:{_NAME_WORD})(?:{_LINK}{_NAME_WORD})*")
_NUMBER = re.compile(r"\b\d[\d.,]*\d\b|\b\d(?=%)")
_SENTENCE_ENDS = frozenset(".!?:;\n\"“”'‘’-–—•(")
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
    names: Counter[str] = Counter()
    openers: Counter[str] = Counter()
    words = title.split()
    if words:
        capitalised = sum(word[0].isupper() for word in words)
        if capitalised >= HEADLINE_SHARE * len(words):
            names.update(_plain(word) for word in words if word[0].isupper() and len(word) > 3)
        else:
            _spans(title, function_words, names, names)
    _spans(text[:MAX_CHARACTERS], function_words, names, openers)
    for word, count in openers.items():
        if word in names:
            names[word] += count
    for word in names.keys() & (function_words | {""}):
        del names[word]
    numbers = Counter(
        match.replace(",", "") for match in _NUMBER.findall(f"{title}\n{text[:MAX_CHARACTERS]}")
    )
    return names, numbers


def _spans(text: str, function_words: frozenset[str], names: Counter[str], openers: Counter[str]) -> None:
    for match in _SPAN.finditer(text):
        parts = [_plain(part) for part in match.group().split()]
        before = text[max(0, match.start() - 3) : match.start()].rstrip(" ")
        opens = not before or before[-1] in _SENTENCE_ENDS
        while parts and (parts[0] in ENGLISH_STOP_WORDS or parts[0] in function_words):
            parts.pop(0)
            opens = False
        long = [part for part in parts if len(part) > 2 and part not in function_words]
        if not long or len(long) > MAX_SPAN_WORDS:
            continue
        if opens and len(long) == 1:
            openers[long[0]] += 1
            continue
        names.update(long)
        if len(long) > 1:
            names[" ".join(long)] += 1


def _plain(word: str) -> str:
    return word.strip("’'\"“”.,:;!?()-").lower().replace("’", "'").removesuffix("'s")
