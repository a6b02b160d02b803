"""Document frequencies by language: how common a word is depends on how many articles its language has.

Counted over all languages together, the words of a language that is a tenth of the stream would all look rare, and
its common ones as telling as its rare ones. The counts of all languages share two tables: a language other than
English has its own order of the buckets.
"""

import numpy as np

from embeddings.jit import inlined, part
from stream.stories.index.state import ARTICLES, LANGUAGES, UNKNOWN_LANGUAGE, UNTABLED_ARTICLES
from stream.stories.text.language_codes import language_code
from stream.stories.text.tokenizer import TERM_BUCKETS

ENGLISH = language_code("en")
SPREAD = np.uint32(0x9E3779B1)  # Knuth's multiplicative hash: the golden ratio times 2^32
BUCKET_MASK = np.uint32(TERM_BUCKETS - 1)


@inlined
def frequency_bucket(bucket, language):  # type: ignore[no-untyped-def]
    """Where the articles of a language that hold a word or name are counted; an unknown one counts as English."""
    if language in (ENGLISH, UNKNOWN_LANGUAGE):
        return np.uint32(bucket)
    return (np.uint32(bucket) ^ np.uint32(np.uint32(language) * SPREAD)) & BUCKET_MASK


@part
def language_row(languages, language):  # type: ignore[no-untyped-def]
    """The row of a language; that of English where it is unknown, the last one for what finds no room.

    A new one begins with UNTABLED_ARTICLES that hold none of its words: only English has a table that ships.
    """
    sought = ENGLISH if language == UNKNOWN_LANGUAGE else language
    for row in range(LANGUAGES - 1):
        if languages.codes[row] == UNKNOWN_LANGUAGE:
            languages.codes[row] = sought
            languages.articles[row] = UNTABLED_ARTICLES
        if languages.codes[row] == sought:
            return row
    return LANGUAGES - 1


@part
def articles_in(stream, language):  # type: ignore[no-untyped-def]
    """Articles of a language that the document frequencies count."""
    return stream.languages.articles[language_row(stream.languages, language)]


@part
def count_article(stream, language, sign):  # type: ignore[no-untyped-def]
    """Count an article among those of its language, or take it out."""
    stream.counters[ARTICLES] += sign
    stream.languages.articles[language_row(stream.languages, language)] += sign


@part
def halve_articles(stream):  # type: ignore[no-untyped-def]
    """Forget half of the articles of each language."""
    stream.counters[ARTICLES] //= 2
    for row in range(LANGUAGES):
        stream.languages.articles[row] //= 2
