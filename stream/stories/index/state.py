"""The state of the story index: flat arrays only, so that kernels read them and a checkpoint is their bytes.

Similarities are stored as float64 multiples of 2^-28, so sums of them are exact in any order.
"""

from typing import NamedTuple

import numpy as np

from stream.stories.text.document_frequencies import background

MAX_MEMBERS = 24  # exemplars kept of a story: the cost of scoring a story is bounded by it
MAX_TERMS = 128  # words kept of an exemplar: the heaviest by running rarity
MAX_NAMES = 48  # names and numbers kept of an exemplar
CHANNELS = 5  # mixed, whole text, lead, names, dense
MIXED, WHOLE, LEAD, NAMES, DENSE = range(CHANNELS)

POSTING_BUCKETS = 1 << 18
POSTINGS = 64  # stories a list of one term holds: the most recent; a term in more of them tells little
RECENT = 512  # stories touched last, whose dense centre is compared with every article
MAX_LINKS = 16  # neighbouring stories a story counts its links with
SAMPLE = 512  # event times kept of all dated articles, for the tempo of the stream
TEMPO_BINS = 9

# What the shipped document frequencies count for beside the stream's own: little enough that a stream tells what its
# own pages say within some hundred articles (with 2,000, strangers chained up to 15 in a story; decision 0004).
BACKGROUND_ARTICLES = 500
DAY = 86_400_000

# Indices into `totals`
ARTICLES, NEXT_STORY, NOW, DATED, RECENT_COUNT = range(5)
# Rows of `levels`
LEVELS = 5
COHESION_LEVEL, SIZE_LEVEL, RIVAL_LEVEL, CROWD_LEVEL, SURE_LEVEL = range(LEVELS)


class Tables(NamedTuple):
    """Every array of the index. First dimension: S story slots, E exemplar slots; d dimensions."""

    totals: np.ndarray  # int64 [8]
    levels: np.ndarray  # float64 [LEVELS, 2]: of what is usual in this stream, sum and count
    word_frequency: np.ndarray  # int32 [TERM_BUCKETS]
    name_frequency: np.ndarray  # int32 [TERM_BUCKETS]
    gaps: np.ndarray  # float64 [2, TEMPO_BINS]: of all earlier articles; of the nearest one
    sampled_times: np.ndarray  # int64 [SAMPLE]
    postings: np.ndarray  # int32 [POSTING_BUCKETS, POSTINGS]: story slots, the most recent last
    posted: np.ndarray  # int32 [POSTING_BUCKETS]: how many of them
    recent: np.ndarray  # int32 [RECENT]: story slots, the one touched last at the end
    story: np.ndarray  # int64 [S]: story number, -1 where the slot is free
    size: np.ndarray  # int32 [S]: reports that joined, kept as exemplars or not
    dated: np.ndarray  # int32 [S]: those of them with a date
    first: np.ndarray  # int64 [S]: earliest and
    last: np.ndarray  # int64 [S]: latest event time of dated articles
    seen: np.ndarray  # int64 [S]: stream time at which the last article came
    tongue: np.ndarray  # int32 [S]: language code, 0 unknown, -1 several
    members: np.ndarray  # int32 [S, MAX_MEMBERS]: exemplar slots, founders first, then by arrival
    kept: np.ndarray  # int32 [S]: how many exemplars
    pairs: np.ndarray  # float64 [S, CHANNELS]: sums of similarity over pairs of exemplars
    filled: np.ndarray  # int32 [S, CHANNELS]: exemplars that have anything in the channel
    joined: np.ndarray  # float64 [S, 3]: count, sum and sum of squares of the scores its articles joined at
    around: np.ndarray  # float64 [S, CHANNELS]: sums of its articles' background similarity
    near_story: (
        np.ndarray
    )  # int64 [S, MAX_LINKS]: numbers of the stories its articles' nearest lie in, -1 empty
    near_slot: np.ndarray  # int32 [S, MAX_LINKS]: the slots of those stories
    near_links: np.ndarray  # int32 [S, MAX_LINKS]: how many links
    centre: np.ndarray  # int8 [S, d]: direction of the exemplars' dense sum
    words: np.ndarray  # uint32 [E, MAX_TERMS]: by falling weight
    whole: np.ndarray  # int16 [E, MAX_TERMS]: unit-length weights times 2^14
    lead: np.ndarray  # int16 [E, MAX_TERMS]
    word_count: np.ndarray  # int32 [E]
    names: np.ndarray  # uint32 [E, MAX_NAMES]: by falling weight
    name: np.ndarray  # int16 [E, MAX_NAMES]
    name_count: np.ndarray  # int32 [E]
    vector: np.ndarray  # int8 [E, d]
    norm: np.ndarray  # float64 [E]: length of the vector
    time: np.ndarray  # int64 [E]: event time
    when: np.ndarray  # int32 [E]: 1 dated, 0 not
    language: np.ndarray  # int32 [E]
    article: np.ndarray  # int64 [E]: article number, -1 where the slot is free
    free_stories: np.ndarray  # int32 [S]: stack of free slots; its height is in `heights`
    free_exemplars: np.ndarray  # int32 [E]
    heights: np.ndarray  # int64 [2]


_BY_STORY = (
    *("story", "size", "dated", "first", "last", "seen", "tongue", "members", "kept", "pairs", "filled"),
    *("joined", "around", "near_story", "near_slot", "near_links", "centre"),
)
_BY_EXEMPLAR = (
    *("words", "whole", "lead", "word_count", "names", "name", "name_count"),
    *("vector", "norm", "time", "when", "language", "article"),
)


def new_tables(dimensions: int, stories: int = 256, exemplars: int = 1024) -> Tables:
    """Empty tables with room for so many stories and exemplars, warm-started with the shipped frequencies."""
    table = background()
    scale = BACKGROUND_ARTICLES / table.articles
    return Tables(
        totals=np.array([BACKGROUND_ARTICLES, 0, 0, 0, 0, 0, 0, 0], np.int64),
        levels=np.zeros((LEVELS, 2)),
        word_frequency=np.rint(table.terms * scale).astype(np.int32),
        name_frequency=np.rint(table.names * scale).astype(np.int32),
        gaps=np.zeros((2, TEMPO_BINS)),
        sampled_times=np.zeros(SAMPLE, np.int64),
        postings=np.zeros((POSTING_BUCKETS, POSTINGS), np.int32),
        posted=np.zeros(POSTING_BUCKETS, np.int32),
        recent=np.zeros(RECENT, np.int32),
        story=np.full(stories, -1, np.int64),
        size=np.zeros(stories, np.int32),
        dated=np.zeros(stories, np.int32),
        first=np.zeros(stories, np.int64),
        last=np.zeros(stories, np.int64),
        seen=np.zeros(stories, np.int64),
        tongue=np.zeros(stories, np.int32),
        members=np.zeros((stories, MAX_MEMBERS), np.int32),
        kept=np.zeros(stories, np.int32),
        pairs=np.zeros((stories, CHANNELS)),
        filled=np.zeros((stories, CHANNELS), np.int32),
        joined=np.zeros((stories, 3)),
        around=np.zeros((stories, CHANNELS)),
        near_story=np.full((stories, MAX_LINKS), -1, np.int64),
        near_slot=np.zeros((stories, MAX_LINKS), np.int32),
        near_links=np.zeros((stories, MAX_LINKS), np.int32),
        centre=np.zeros((stories, dimensions), np.int8),
        words=np.zeros((exemplars, MAX_TERMS), np.uint32),
        whole=np.zeros((exemplars, MAX_TERMS), np.int16),
        lead=np.zeros((exemplars, MAX_TERMS), np.int16),
        word_count=np.zeros(exemplars, np.int32),
        names=np.zeros((exemplars, MAX_NAMES), np.uint32),
        name=np.zeros((exemplars, MAX_NAMES), np.int16),
        name_count=np.zeros(exemplars, np.int32),
        vector=np.zeros((exemplars, dimensions), np.int8),
        norm=np.zeros(exemplars),
        time=np.zeros(exemplars, np.int64),
        when=np.zeros(exemplars, np.int32),
        language=np.zeros(exemplars, np.int32),
        article=np.full(exemplars, -1, np.int64),
        free_stories=np.arange(stories - 1, -1, -1, dtype=np.int32),
        free_exemplars=np.arange(exemplars - 1, -1, -1, dtype=np.int32),
        heights=np.array([stories, exemplars], np.int64),
    )


def with_room(tables: Tables) -> Tables:
    """The same tables, doubled where the next article might find no free slot."""
    if tables.heights[0] < 2:
        tables = _doubled(tables, _BY_STORY, "free_stories", 0)
    if tables.heights[1] < 2:
        tables = _doubled(tables, _BY_EXEMPLAR, "free_exemplars", 1)
    return tables


def _doubled(tables: Tables, fields: tuple[str, ...], free: str, height: int) -> Tables:
    grown = {}
    for field in fields:
        old = getattr(tables, field)
        fill = -1 if field in ("story", "article", "near_story") else 0
        grown[field] = np.concatenate([old, np.full_like(old, fill)])
    stack = getattr(tables, free)
    slots = len(stack)
    bigger = np.zeros(2 * slots, np.int32)
    left = int(tables.heights[height])
    bigger[:slots] = np.arange(2 * slots - 1, slots - 1, -1)
    bigger[slots : slots + left] = stack[:left]
    tables.heights[height] = slots + left
    return tables._replace(**grown, **{free: bigger})
