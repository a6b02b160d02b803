"""Kernels that weigh an article's words and names by the stream's document frequencies, and count it in them."""

from math import floor, log, sqrt
from typing import NamedTuple

import numpy as np

from embeddings.jit import allocating_part, part
from stream.stories.index.languages import articles_in, count_article, frequency_bucket, halve_articles
from stream.stories.index.similarity import UNIT
from stream.stories.index.slot_list import take_last
from stream.stories.index.state import ARTICLES, MAX_NAMES, MAX_TERMS

HORIZON = 1 << 17  # articles after which document frequencies are halved, so that they follow the times
COUNT_WEIGHT = np.array([0.0] + [1.0 + log(count) for count in range(1, 256)])
# A headline says what its report is about from so many words on, and a text of so many besides may say the same.
HEADLINE_WORDS, TEXT_WORDS = 2, 12
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
    exemplars.language[slot] = article.language
    _weigh_words(stream, exemplars, slot, article)
    _weigh_names(stream, exemplars, slot, article)
    squares = np.int64(0)
    meaningful = len(article.words) + len(article.names) > 0
    for i in range(len(article.vector)):
        exemplars.vector[slot, i] = article.vector[i] if meaningful else 0
        squares += np.int64(exemplars.vector[slot, i]) * np.int64(exemplars.vector[slot, i])
    exemplars.length[slot] = sqrt(float(squares))
    _count(stream, article)
    return slot


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
def name_rarity(stream, exemplars, slot, i):  # type: ignore[no-untyped-def]
    """How rare the i-th name of an exemplar is today; 0 for one in every article."""
    language = exemplars.language[slot]
    holding = stream.name_frequencies[frequency_bucket(exemplars.names[slot, i], language)]
    return rarity(articles_in(stream, language), holding) - 1.0


@allocating_part
def heaviest(one, other, most):  # type: ignore[no-untyped-def]
    """The places of the largest sums one + other, falling, at most `most`; of equals the first."""
    sums = np.empty(len(one))
    for i in range(len(one)):
        sums[i] = -(one[i] + other[i])
    return np.argsort(sums, kind="mergesort")[:most]


@allocating_part
def _weigh_words(stream, exemplars, slot, article):  # type: ignore[no-untyped-def]
    articles = articles_in(stream, article.language)
    found = len(article.words)
    whole = np.zeros(found)
    lead = np.zeros(found)
    for i in range(found):
        rare = rarity(articles, stream.word_frequencies[frequency_bucket(article.words[i], article.language)])
        whole[i] = COUNT_WEIGHT[article.word_counts[i]] * rare
        lead[i] = COUNT_WEIGHT[article.lead_counts[i]] * rare
    order = heaviest(whole, lead, MAX_TERMS)
    whole_length = SHORTEST
    lead_length = SHORTEST
    for i in order:
        whole_length += whole[i] * whole[i]
        lead_length += lead[i] * lead[i]
    whole_length = sqrt(whole_length)
    lead_length = sqrt(lead_length)
    for place in range(len(order)):
        i = order[place]
        exemplars.words[slot, place] = article.words[i]
        exemplars.word_weights[slot, place] = _in_units(whole[i] / whole_length)
        exemplars.lead_weights[slot, place] = _in_units(lead[i] / lead_length)
    exemplars.word_count[slot] = len(order)
    _weigh_title(exemplars, slot, article, order, whole)


@part
def _weigh_title(exemplars, slot, article, order, whole):  # type: ignore[no-untyped-def]
    """Weigh the words of the title by what they are in the text, together 1; 0 where it says nothing."""
    in_title = 0
    total = 0.0
    for place in range(len(order)):
        exemplars.title_weights[slot, place] = 0
        if len(article.titles) and article.titles[order[place]]:
            in_title += 1
            total += _title_weight(article, order[place], whole)
    exemplars.has_headline[slot] = in_title >= HEADLINE_WORDS and len(article.words) - in_title >= TEXT_WORDS
    if exemplars.has_headline[slot]:
        for place in range(len(order)):
            if article.titles[order[place]]:
                exemplars.title_weights[slot, place] = _in_units(
                    _title_weight(article, order[place], whole) / total
                )


@part
def _title_weight(article, i, whole):  # type: ignore[no-untyped-def]
    """Hardly anything for a word that is in every article, or in the title only: a label, or how an editor put it."""
    if article.word_counts[i] == 1:
        return SHORTEST
    return whole[i] - COUNT_WEIGHT[article.word_counts[i]] + SHORTEST


@allocating_part
def _weigh_names(stream, exemplars, slot, article):  # type: ignore[no-untyped-def]
    articles = articles_in(stream, article.language)
    found = len(article.names)
    weight = np.zeros(found)
    for i in range(found):
        rare = rarity(articles, stream.name_frequencies[frequency_bucket(article.names[i], article.language)])
        weight[i] = COUNT_WEIGHT[article.name_counts[i]] * rare
    order = heaviest(weight, np.zeros(found), MAX_NAMES)
    length = SHORTEST
    for i in order:
        length += weight[i] * weight[i]
    length = sqrt(length)
    for place in range(len(order)):
        i = order[place]
        exemplars.names[slot, place] = article.names[i]
        exemplars.name_weights[slot, place] = _in_units(weight[i] / length)
    exemplars.name_count[slot] = len(order)


@part
def _in_units(weight):  # type: ignore[no-untyped-def]
    return np.int16(floor(weight * UNIT + 0.5))
