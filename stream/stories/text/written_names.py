"""The names of an article as it writes them, for readers; the evidence has them in lower case, for comparing."""

from calendar import day_name, month_name
from collections import Counter

from stream.stories.text.entities import name_spans
from stream.stories.text.stop_words import ENGLISH_STOP_WORDS
from stream.stories.text.tokenizer import function_words

MAX_WRITTEN_NAMES = 12  # of an article: a story shows 8 that most of its articles share
READ_CHARACTERS = 6_000  # a thousand words; who matters in a report comes up in them
TITLE_WEIGHT = 2
DATES = frozenset(name.lower() for name in (*day_name, *month_name))
NOUNS_CAPITALISED = frozenset({"de", "lb"})  # there a single capitalised word is any noun


def written_names(title: str, text: str, language: str | None) -> tuple[str, ...]:
    """The most frequent names of a cleaned title and text, as they are written, at most MAX_WRITTEN_NAMES.

    A word that is part of a longer name of the article is not named again.
    """
    unsaid = function_words(language) | ENGLISH_STOP_WORDS
    single = language not in NOUNS_CAPITALISED
    counts: Counter[str] = Counter()
    openers: Counter[str] = Counter()
    for part, weight in ((title, TITLE_WEIGHT), (text[:READ_CHARACTERS], 1)):
        for span, opens in name_spans(part):
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
