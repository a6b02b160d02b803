"""Full-text search over stories with SQLite's FTS5, in every script.

FTS5 splits words at blanks and punctuation. Chinese and Japanese have none, so each of their characters is a word of
its own here, in the text and in the query, and a word of several is searched as a phrase.
"""

import re

SPACELESS = re.compile(r"([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])")
WORD = re.compile(r"\w+", re.UNICODE)
MAX_WORDS = 12  # of a query; more narrow nothing


def indexed(text: str) -> str:
    """Text as it is put into the index."""
    return SPACELESS.sub(r" \1 ", text)


def match_query(sent: str) -> str | None:
    """What a reader typed as an FTS5 query: every word, the last one as a beginning; None where there is no word.

    Words in double quotes are a phrase. Nothing of it is read as FTS5's own syntax.
    """
    phrases = re.findall(r'"([^"]*)"', sent)
    loose = WORD.findall(re.sub(r'"[^"]*"?', " ", sent))[:MAX_WORDS]
    parts = [_phrase(phrase) for phrase in [*phrases, *loose]]
    parts = [part for part in parts if part]
    if not parts:
        return None
    if loose and not sent.rstrip().endswith('"'):
        parts[-1] += " *"
    return " ".join(parts)


def _phrase(text: str) -> str:
    words = WORD.findall(indexed(text))
    return f'"{" ".join(words)}"' if words else ""
