"""The state of the story index: arrays, grouped by what they describe, so that a checkpoint is their bytes.

Similarities are stored as float64 multiples of 2^-28, so sums of them are exact in any order.
"""

from typing import NamedTuple

import numpy as np

from stream.stories.index.exemplar_rows import LENGTHS, ROW_STEP, USED
from stream.stories.index.slot_list import SlotList, free_slots, no_slots
from stream.stories.text.document_frequencies import background
from stream.stories.text.language_codes import language_code

MAX_EXEMPLARS = 24  # kept of a story: the cost of scoring a story is bounded by it
CHANNELS = 5  # mixed, whole text, lead, names, dense
MIXED, WHOLE, LEAD, NAMES, DENSE = range(CHANNELS)
MEASURES, HEADLINE = CHANNELS + 1, CHANNELS  # what a comparison measures: the channels, and the headlines

FIRST_NUMBERS = 1 << 18  # of the rows of exemplars: a megabyte
POSTING_BUCKETS = 1 << 18
POSTINGS = 64  # stories a list of one term holds: the most recent; a term in more of them says little
RECENT = 512  # stories changed last, whose dense centre is compared with every article
MAX_LINKS = 16  # neighbouring stories a story counts its links with
SAMPLED_TIMES = (
    512  # event times kept of all dated articles, for the gaps in time that are typical of the stream
)
GAP_BINS = 9
SEVERAL_LANGUAGES = -1
UNKNOWN_LANGUAGE = 0
LANGUAGES = 64  # counted apart; those that come later share the last row
FREE = -1  # number of the story or the article in a slot that is free
WITHDRAWN = -2  # number of an article that was withdrawn, where its evidence is still needed

# What the shipped document frequencies count for beside the stream's own: little enough that a stream shows what its
# own pages say within some hundred articles (with 2,000, unrelated articles chained up to 15 in a story; decision
# 0004).
BACKGROUND_ARTICLES = 500
# Articles without any known word that another language begins with. With 500 its commonest words look rare for long:
# 375 Spanish headlines of og on 68 events were one story. F1 of its Spanish part with 500 .62, with 200 .68, with 100
# .70, with 20 .69 (benchmarks/stories/results/cases.md).
UNTABLED_ARTICLES = 100
DAY = 86_400_000

# Indices into `counters`: articles that the document frequencies count, the number of the next story, stream time in
# milliseconds, dated articles so far, articles weighed so far.
COUNTERS = 5
ARTICLES, NEXT_STORY, STREAM_TIME, DATED_ARTICLES, WEIGHED = range(COUNTERS)
# Rows and columns of `baselines`
BASELINES = 5
COHESION_BASELINE, SIZE_BASELINE, RIVAL_BASELINE, OTHERS_BASELINE, CONFIDENT_BASELINE = range(BASELINES)
BASELINE_SUM, BASELINE_COUNT = range(2)
# Rows of `gap_counts`
BETWEEN_ALL, TO_NEAREST = range(2)
# Columns of `join_scores`
JOINS, SCORE_SUM, SQUARE_SUM = range(3)


class Languages(NamedTuple):
    """The languages of the stream in the order in which they came; English, with the shipped table, first."""

    codes: np.ndarray  # int32 [LANGUAGES]: UNKNOWN_LANGUAGE where there is none yet
    articles: np.ndarray  # int64 [LANGUAGES]: that the document frequencies count


class StreamStatistics(NamedTuple):
    """What is known of the stream as a whole."""

    counters: np.ndarray  # int64 [COUNTERS]
    baselines: np.ndarray  # float64 [BASELINES, 2]: sum and count of what is typical in this stream
    languages: Languages
    word_frequencies: np.ndarray  # int32 [TERM_BUCKETS]: articles that hold a word of the bucket
    name_frequencies: np.ndarray  # int32 [TERM_BUCKETS]
    gap_counts: np.ndarray  # float64 [2, GAP_BINS]: gaps to all earlier articles; to the most similar one
    sampled_times: np.ndarray  # int64 [SAMPLED_TIMES]: event times of dated articles


class Postings(NamedTuple):
    """For each bucket of words and names the stories that hold one among their heaviest."""

    stories: np.ndarray  # int32 [POSTING_BUCKETS, POSTINGS]: story slots, the most recent last
    lengths: np.ndarray  # int32 [POSTING_BUCKETS]


class StoryLinks(NamedTuple):
    """For each story the neighbours in which the articles nearest to its own lie."""

    number: np.ndarray  # int64 [S, MAX_LINKS]: numbers of those stories, FREE where there is none
    slot: np.ndarray  # int32 [S, MAX_LINKS]: their slots
    links: np.ndarray  # int32 [S, MAX_LINKS]: how many


class Stories(NamedTuple):
    """What is kept of each story, by slot."""

    number: np.ndarray  # int64 [S]: story number, FREE where the slot is free
    size: np.ndarray  # int32 [S]: reports that joined, kept as exemplars or not
    dated_size: np.ndarray  # int32 [S]: those of them with a date
    first_time: np.ndarray  # int64 [S]: earliest and
    last_time: np.ndarray  # int64 [S]: latest event time of dated articles
    last_arrival: np.ndarray  # int64 [S]: stream time at which the last article came
    language: np.ndarray  # int32 [S]: language code, UNKNOWN_LANGUAGE or SEVERAL_LANGUAGES
    exemplars: np.ndarray  # int32 [S, MAX_EXEMPLARS]: exemplar slots, founders first, then by arrival
    exemplar_count: np.ndarray  # int32 [S]
    pair_sums: np.ndarray  # float64 [S, CHANNELS]: similarity summed over pairs of exemplars
    channel_sizes: np.ndarray  # int32 [S, CHANNELS]: exemplars that have anything in the channel
    join_scores: (
        np.ndarray
    )  # float64 [S, 3]: count, sum and sum of squares of the similarities articles joined at
    background_sums: (
        np.ndarray
    )  # float64 [S, CHANNELS]: its articles' similarity to unrelated stories, summed
    centre: np.ndarray  # int8 [S, d]: direction of the exemplars' dense sum
    links: StoryLinks
    free: SlotList


class Exemplars(NamedTuple):
    """What is kept of each exemplar, by slot: an article that stands for its story in comparisons."""

    article: np.ndarray  # int64 [E]: article number, FREE where the slot is free, or WITHDRAWN
    form: np.ndarray  # int64 [E]: number of the first article found of the form that it fills, else its own
    row: np.ndarray  # int64 [E]: where its row begins in `terms`
    terms: (
        np.ndarray
    )  # uint32 [numbers]: the rows: words, names and what else comparisons need (exemplar_rows.py)
    free_rows: np.ndarray  # int64 [LENGTHS]: those that were given back
    vector: np.ndarray  # int8 [E, d]
    event_time: np.ndarray  # int64 [E]
    dated: np.ndarray  # int32 [E]: 1 where the event time is evidence, else 0
    free: SlotList


class StoryState(NamedTuple):
    """Every array of the index. First dimension: S story slots, E exemplar slots; d dimensions."""

    stream: StreamStatistics
    postings: Postings
    recent: SlotList  # stories, the one changed last at the end
    stories: Stories
    exemplars: Exemplars


def new_state(dimensions: int, stories: int = 256, exemplars: int = 1024) -> StoryState:
    """An empty state with room for so many stories and exemplars, warm-started with the shipped frequencies."""
    return StoryState(
        stream=_new_statistics(),
        postings=Postings(
            stories=np.zeros((POSTING_BUCKETS, POSTINGS), np.int32),
            lengths=np.zeros(POSTING_BUCKETS, np.int32),
        ),
        recent=no_slots(RECENT),
        stories=_new_stories(stories, dimensions),
        exemplars=_new_exemplars(exemplars, dimensions),
    )


def _new_statistics() -> StreamStatistics:
    table = background()
    scale = BACKGROUND_ARTICLES / table.articles
    counters = np.zeros(COUNTERS, np.int64)
    counters[ARTICLES] = BACKGROUND_ARTICLES
    languages = Languages(
        codes=np.zeros(LANGUAGES, np.int32),
        articles=np.zeros(LANGUAGES, np.int64),
    )
    languages.codes[0] = language_code("en")
    languages.articles[0] = BACKGROUND_ARTICLES
    languages.articles[-1] = UNTABLED_ARTICLES
    return StreamStatistics(
        counters=counters,
        languages=languages,
        baselines=np.zeros((BASELINES, 2)),
        word_frequencies=np.rint(table.terms * scale).astype(np.int32),
        name_frequencies=np.rint(table.names * scale).astype(np.int32),
        gap_counts=np.zeros((2, GAP_BINS)),
        sampled_times=np.zeros(SAMPLED_TIMES, np.int64),
    )


def _new_stories(slots: int, dimensions: int) -> Stories:
    return Stories(
        number=np.full(slots, FREE, np.int64),
        size=np.zeros(slots, np.int32),
        dated_size=np.zeros(slots, np.int32),
        first_time=np.zeros(slots, np.int64),
        last_time=np.zeros(slots, np.int64),
        last_arrival=np.zeros(slots, np.int64),
        language=np.zeros(slots, np.int32),
        exemplars=np.zeros((slots, MAX_EXEMPLARS), np.int32),
        exemplar_count=np.zeros(slots, np.int32),
        pair_sums=np.zeros((slots, CHANNELS)),
        channel_sizes=np.zeros((slots, CHANNELS), np.int32),
        join_scores=np.zeros((slots, 3)),
        background_sums=np.zeros((slots, CHANNELS)),
        centre=np.zeros((slots, dimensions), np.int8),
        links=StoryLinks(
            number=np.full((slots, MAX_LINKS), FREE, np.int64),
            slot=np.zeros((slots, MAX_LINKS), np.int32),
            links=np.zeros((slots, MAX_LINKS), np.int32),
        ),
        free=free_slots(0, slots, slots),
    )


def _new_exemplars(slots: int, dimensions: int) -> Exemplars:
    free_rows = np.zeros(LENGTHS, np.int64)
    free_rows[USED] = ROW_STEP  # 0 is where no row is
    return Exemplars(
        article=np.full(slots, FREE, np.int64),
        form=np.zeros(slots, np.int64),
        row=np.zeros(slots, np.int64),
        terms=np.zeros(FIRST_NUMBERS, np.uint32),
        free_rows=free_rows,
        vector=np.zeros((slots, dimensions), np.int8),
        event_time=np.zeros(slots, np.int64),
        dated=np.zeros(slots, np.int32),
        free=free_slots(0, slots, slots),
    )
