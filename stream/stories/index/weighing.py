"""Kernels that weigh an article's words and names by the stream's document frequencies, and count it in them."""

from math import floor, log, sqrt
from typing import NamedTuple

import numpy as np

from embeddings.jit import allocating_part, part
from stream.stories.index.exemplar_rows import (
    COUNTS,
    HEAD,
    LANGUAGE,
    LARGEST_BESIDE,
    MAX_NAMES,
    MAX_TERMS,
    MORE_COUNTS,
    PLACE_BITS,
    SERIAL,
    SQUARES,
    UNIT,
    WEIGHT_BITS,
    take_row,
)
from stream.stories.index.falling import falling
from stream.stories.index.languages import articles_in, count_article, frequency_bucket, halve_articles
from stream.stories.index.slot_list import take_last
from stream.stories.index.state import ARTICLES, WEIGHED

HORIZON = 1 << 17  # articles after which document frequencies are halved, so that they follow the times
COUNT_WEIGHT = np.array([0.0] + [1.0 + log(count) for count in range(1, 256)])
# A headline says what its report is about from so many words on, and a text of so many besides may say the same.
HEADLINE_WORDS, TEXT_WORDS = 2, 12
WHOLE, LEAD, TITLE = range(3)  # rows of the weights of words
SHORTEST = 1e-9  # squared length that a channel without weights is divided by


class ArticleArrays(NamedTuple):
    """An article as the kernels are given it."""

    number: int
    form: int  # number of the first article found of the form that it fills, else its own
    event_time: int  # milliseconds
    dated: bool  # whether that is the source's word
    language: int  # its code, UNKNOWN_LANGUAGE where unknown
    words: np.ndarray  # uint32 [n]: buckets
    word_counts: np.ndarray  # uint8 [n]: in the whole text
    lead_counts: np.ndarray  # uint8 [n]: in title and lead
    titles: np.ndarray  # uint8 [n]: 1 where the word is in the title; empty where that is not known
    names: np.ndarray  # uint32 [m]: buckets
    name_counts: np.ndarray  # uint8 [m]
    vector: np.ndarray  # int8 [d]


@part
def rarity(articles: int, holding: int) -> float:
    """Inverse document frequency, smoothed as in scikit-learn's TfidfTransformer; 1 for what is in every article.

    `holding` may be more than there are: of a language with few articles, where its bucket is another's too.
    """
    return log((articles + 1.0) / (min(holding, articles) + 1.0)) + 1.0


@part
def take_in(stream, exemplars, article):  # type: ignore[no-untyped-def]
    """Weigh an article into a free exemplar slot by today's document frequencies, then count it in them.

    One without words or names (a page that only talks about itself) has no meaning to compare: its vector is 0.
    """
    slot = take_last(exemplars.free)
    exemplars.article[slot] = article.number
    exemplars.form[slot] = article.form
    exemplars.event_time[slot] = article.event_time
    exemplars.dated[slot] = article.dated
    squares = np.int64(0)
    meaningful = len(article.words) + len(article.names) > 0
    for i in range(len(article.vector)):
        exemplars.vector[slot, i] = article.vector[i] if meaningful else 0
        squares += np.int64(exemplars.vector[slot, i]) * np.int64(exemplars.vector[slot, i])
    _write_row(stream, exemplars, slot, article, squares)
    _count(stream, article)
    return slot


@allocating_part
def _write_row(stream, exemplars, slot, article, squares):  # type: ignore[no-untyped-def]
    """Weigh the words and names, and write them into a row."""
    words = np.empty((3, MAX_TERMS), np.int64)
    order, headline = _weigh_words(stream, article, words)
    names = np.empty(MAX_NAMES, np.int64)
    name_order = _weigh_names(stream, article, names)
    leads = titles = heavy_words = heavy_names = 0
    for place in range(len(order)):
        leads += words[LEAD, place] > 0
        titles += words[TITLE, place] > 0
        heavy_words += words[WHOLE, place] > LARGEST_BESIDE
    for place in range(len(name_order)):
        heavy_names += names[place] > LARGEST_BESIDE
    terms = exemplars.terms
    at = HEAD
    length = at + len(order) + leads + titles + heavy_words + len(name_order) + heavy_names
    row = take_row(exemplars, length)
    exemplars.row[slot] = row
    stream.counters[WEIGHED] += 1
    terms[row + SERIAL] = stream.counters[WEIGHED] & 0xFFFFFFFF
    terms[row + COUNTS] = len(order) | leads << 8 | titles << 16 | len(name_order) << 24
    terms[row + MORE_COUNTS] = heavy_words | heavy_names << 8 | np.int64(headline) << 16
    terms[row + LANGUAGE] = article.language
    terms[row + SQUARES] = squares
    at = _write_terms(terms, row + HEAD, article.words, order, words[WHOLE])
    at = _write_places(terms, at, words[LEAD], len(order), 0)
    at = _write_places(terms, at, words[TITLE], len(order), 0)
    at = _write_places(terms, at, words[WHOLE], len(order), LARGEST_BESIDE)
    at = _write_terms(terms, at, article.names, name_order, names)
    _write_places(terms, at, names, len(name_order), LARGEST_BESIDE)


@part
def _write_terms(terms, at, found, order, weights):  # type: ignore[no-untyped-def]
    """Write words or names with as much of their weights as stands beside them; return where they end."""
    for place in range(len(order)):
        beside = min(weights[place], LARGEST_BESIDE)
        terms[at + place] = np.int64(found[order[place]]) << WEIGHT_BITS | beside
    return at + len(order)


@part
def _write_places(terms, at, weights, count, above):  # type: ignore[no-untyped-def]
    """Write the places whose weight is above this, with the weight; return where they end."""
    for place in range(count):
        if weights[place] > above:
            terms[at] = place << PLACE_BITS | weights[place]
            at += 1
    return at


@part
def _count(stream, article):  # type: ignore[no-untyped-def]
    for bucket in article.words:
        stream.word_frequencies[frequency_bucket(bucket, article.language)] += 1
    for bucket in article.names:
        stream.name_frequencies[frequency_bucket(bucket, article.language)] += 1
    count_article(stream, article.language, 1)
    if stream.counters[ARTICLES] >= HORIZON:
        halve_articles(stream)
        for bucket in range(len(stream.word_frequencies)):
            stream.word_frequencies[bucket] //= 2
            stream.name_frequencies[bucket] //= 2


@part
def discount(stream, article):  # type: ignore[no-untyped-def]
    """Take an article that was counted out of the document frequencies again."""
    for bucket in article.words:
        at = frequency_bucket(bucket, article.language)
        stream.word_frequencies[at] = max(0, stream.word_frequencies[at] - 1)
    for bucket in article.names:
        at = frequency_bucket(bucket, article.language)
        stream.name_frequencies[at] = max(0, stream.name_frequencies[at] - 1)
    count_article(stream, article.language, -1)


@part
def to_rarities(stream, frequencies, language, buckets, count):  # type: ignore[no-untyped-def]
    """Let `buckets`, float64, hold how rare its first words or names are today in a language.

    All counts first, then the logarithms: so memory brings the counts side by side, not one after the other.
    """
    for i in range(count):
        buckets[i] = frequencies[frequency_bucket(np.uint32(buckets[i]), language)]
    articles = articles_in(stream, language)
    for i in range(count):
        buckets[i] = rarity(articles, buckets[i])


@part
def name_rarities(stream, language, names, count):  # type: ignore[no-untyped-def]
    """Let `names`, float64, hold how rare the first of them are today in a language; 0 for one in every article."""
    to_rarities(stream, stream.name_frequencies, language, names, count)
    for i in range(count):
        names[i] -= 1.0


@allocating_part
def _weigh_words(stream, article, weights):  # type: ignore[no-untyped-def]
    """Fill `weights` [3, MAX_TERMS] with those in the whole text, in the lead and in the title.

    Return the places of the words kept, in order, and whether they have a headline.
    """
    found = len(article.words)
    rare = article.words.astype(np.float64)
    to_rarities(stream, stream.word_frequencies, article.language, rare, found)
    whole, lead, both = np.empty(found), np.empty(found), np.empty(found)
    for i in range(found):
        whole[i] = COUNT_WEIGHT[article.word_counts[i]] * rare[i]
        lead[i] = COUNT_WEIGHT[article.lead_counts[i]] * rare[i]
        both[i] = whole[i] + lead[i]
    order = falling(both)[:MAX_TERMS]
    whole_length = SHORTEST
    lead_length = SHORTEST
    for i in order:
        whole_length += whole[i] * whole[i]
        lead_length += lead[i] * lead[i]
    whole_length = sqrt(whole_length)
    lead_length = sqrt(lead_length)
    for place in range(len(order)):
        i = order[place]
        weights[WHOLE, place] = _in_units(whole[i] / whole_length)
        weights[LEAD, place] = _in_units(lead[i] / lead_length)
    return order, _weigh_title(article, order, whole, weights[TITLE])


@part
def _weigh_title(article, order, whole, weights):  # type: ignore[no-untyped-def]
    """Weigh the words of the title by what they are in the text, together 1; 0 where it says nothing.

    Return whether it is a headline.
    """
    in_title = 0
    total = 0.0
    for place in range(len(order)):
        weights[place] = 0
        if len(article.titles) and article.titles[order[place]]:
            in_title += 1
            total += _title_weight(article, order[place], whole)
    is_headline = in_title >= HEADLINE_WORDS and len(article.words) - in_title >= TEXT_WORDS
    if is_headline:
        for place in range(len(order)):
            if article.titles[order[place]]:
                weights[place] = _in_units(_title_weight(article, order[place], whole) / total)
    return is_headline


@part
def _title_weight(article, i, whole):  # type: ignore[no-untyped-def]
    """Hardly anything for a word that is in every article, or in the title only: a label, or how an editor put it."""
    if article.word_counts[i] == 1:
        return SHORTEST
    return whole[i] - COUNT_WEIGHT[article.word_counts[i]] + SHORTEST


@allocating_part
def _weigh_names(stream, article, weights):  # type: ignore[no-untyped-def]
    """Fill `weights` [MAX_NAMES] with those of the names kept; return these, in order."""
    found = len(article.names)
    weight = article.names.astype(np.float64)
    to_rarities(stream, stream.name_frequencies, article.language, weight, found)
    for i in range(found):
        weight[i] *= COUNT_WEIGHT[article.name_counts[i]]
    order = falling(weight)[:MAX_NAMES]
    length = SHORTEST
    for i in order:
        length += weight[i] * weight[i]
    length = sqrt(length)
    for place in range(len(order)):
        weights[place] = _in_units(weight[order[place]] / length)
    return order


@part
def _in_units(weight):  # type: ignore[no-untyped-def]
    return max(np.int64(0), np.int64(floor(weight * UNIT + 0.5)))
