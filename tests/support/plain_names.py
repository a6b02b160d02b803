"""Names as they are written in plain Python, by regular expressions: what the compiled reading is held to."""

import re
from collections import Counter
from collections.abc import Iterator

from stream.stories.text.compiled.written_names import MAX_WRITTEN_NAMES, TITLE_WEIGHT
from stream.stories.text.entities import MAX_SPAN_WORDS, SPAN, opens_sentence
from stream.stories.text.stop_words import ENGLISH_STOP_WORDS
from stream.stories.text.tokenizer import function_words
from stream.stories.text.written_names import DATES, NOUNS_CAPITALISED, READ_CHARACTERS

_LINKED = re.compile(r"\s(?=[a-z])\S+\s")


def plain_written_names(title: str, text: str, language: str | None) -> tuple[str, ...]:
    """The most frequent names of a cleaned title and text, as they are written, at most MAX_WRITTEN_NAMES.

    A word that is part of a longer name of the article is not named again.
    """
    unsaid = function_words(language) | ENGLISH_STOP_WORDS
    single = language not in NOUNS_CAPITALISED
    counts: Counter[str] = Counter()
    openers: Counter[str] = Counter()
    for part, weight in ((title, TITLE_WEIGHT), (text[:READ_CHARACTERS], 1)):
        for span, opens in _name_spans(part):
            name = _as_written(span, unsaid)
            if name and (single or " " in name):
                (openers if opens and " " not in name else counts)[name] += weight
    for name, count in openers.items():
        if name in counts or count > TITLE_WEIGHT:  # at the beginning of a sentence any word may stand once
            counts[name] += count
    longer = {word for name in counts if " " in name for word in name.split()}
    named = [name for name in counts if name not in longer and name.lower() not in DATES]
    return tuple(sorted(named, key=lambda name: (-counts[name], name))[:MAX_WRITTEN_NAMES])


def _as_written(span: str, unsaid: frozenset[str]) -> str:
    """The name in a span: without function words around it, punctuation and possessive; empty where none is left."""
    words = [word.strip("’'\"“”.,:;!?()-") if len(word) > 2 else word for word in span.split()]
    while words and words[0].lower() in unsaid:
        del words[0]
    while words and words[-1].lower() in unsaid:
        del words[-1]
    name = " ".join(words).removesuffix("'s").removesuffix("’s")
    if name.isupper() and " " in name:
        name = name.title()
    return name if len(name) > 2 and not name[0].isdigit() else ""


def _name_spans(text: str) -> Iterator[tuple[str, bool]]:
    """Each capitalised span as it is written, and whether it opens a sentence.

    One of more words than a name has is taken apart where a small word links it; a headline in capitals is left out.
    """
    for match in SPAN.finditer(text):
        spans, opens = [match.group()], opens_sentence(text, match.start())
        if len(spans[0].split()) > MAX_SPAN_WORDS:
            spans = _LINKED.split(spans[0])
        for span in spans:
            if len(span.split()) <= MAX_SPAN_WORDS:
                yield span, opens
            opens = False
