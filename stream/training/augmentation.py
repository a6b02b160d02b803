"""Varied streams out of labelled sets, so that a model fitted to them holds for streams it never saw.

Half lay two to four sets onto one timeline, half take one; about half are plain, the rest see only titles or
leads, miss articles or dates, or run faster or slower. A few hold unrelated articles
only, no two of one story; a few hold large stories, some reported in a rush, among small ones.
Recipe and measurements: docs/decisions/0004-stories.md.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain

import msgspec
import numpy as np

from stream.stories.index.state import DAY
from stream.stories.text.evidence import Evidence
from stream.stories.text.tokenizer import TERM_BUCKETS
from stream.training.self_training import StreamArticle

FULL, TITLE, LEAD = "full", "title", "lead"
ARTICLES = 320  # of a stream, about
LONG_ARTICLES = 1_300  # of each eighth stream, so that long stories and many open ones are seen too
SHORT_ARTICLES = 40  # of each fourth, so that a beginning is seen often
BOILERPLATE_SHARE = 0.25  # of streams in which the pages of one site carry the same words and names besides
BOILERPLATE_WORDS, BOILERPLATE_NAMES = (10, 60), (0, 6)  # so many of them
BOILERPLATE_KEPT = 0.8  # of it, on each page
SITE_SHARE = (0.2, 1.0)  # of the stream's articles that are of this site
UNRELATED_EVERY = 16  # of so many streams one is of unrelated articles only
UNRELATED = (320, 1_300, 2_000)  # articles of such streams in turn, or as many stories as there are
LARGE_EVERY = 16  # of so many streams one is of a few large stories among small stories, as in a burst
LARGE, MOST_LARGE = 60, 3  # articles of a large story at least, and so many of them at most
SMALL = 6  # articles of the stories beside them at most
LARGE_STRETCH = (0.003, 1.0)  # of a large story's time: an affair of a month may pass in two hours
SINGLES_SHARE = 0.1  # of streams in which most stories are one article, as in an unfiltered feed
MIXED_SHARE = 0.5
PLAIN_SHARE = 0.55
FAR = 120 * DAY  # from the story's median: beyond it a date in a mix is a background page's, and is dropped
LATE = 2 * DAY  # after its story began an undated article of a mix arrives at the latest
START = 1_704_067_200_000  # where mixed streams begin: 2024-01-01


class LabelledArticle(msgspec.Struct, frozen=True):
    """One labelled article: what each view of it is evidence of, as (evidence, vector): full, lead, title if any.

    `time`: milliseconds since the epoch, None where unknown; `clock`: whether it is more exact than the day.
    """

    label: str
    views: Mapping[str, tuple[Evidence, np.ndarray]]
    time: int | None
    clock: bool
    language: str | None = None


def varied_streams(
    sets: Mapping[str, Sequence[LabelledArticle]],
    count: int,
    seed: int,
    more_unrelated: Sequence[LabelledArticle] = (),
) -> list[list[StreamArticle]]:
    """Return `count` streams drawn from the labelled sets.

    `more_unrelated`: labelled articles of which streams of unrelated articles may take one a story besides.
    """
    rng = np.random.default_rng(seed)
    stories = {name: _by_story(articles) for name, articles in sets.items()}
    sizes = [
        SHORT_ARTICLES if i % 4 == 2 else LONG_ARTICLES if i % 8 == 7 else ARTICLES for i in range(count)
    ]
    streams = [_stream(stories, rng, size, rng.random() < MIXED_SHARE) for size in sizes]
    labelled = list(chain.from_iterable(stories.values()))
    everything = [*labelled, *_by_story(more_unrelated)]
    for turn, place in enumerate(range(UNRELATED_EVERY // 4, count, UNRELATED_EVERY)):
        streams[place] = _unrelated(everything, UNRELATED[turn % len(UNRELATED)], rng)
    for place in range(LARGE_EVERY // 2, count, LARGE_EVERY):
        streams[place] = _large_among_small(labelled, rng) or streams[place]
    return streams


def plain_stream(articles: Sequence[LabelledArticle], seed: int) -> list[StreamArticle]:
    """The articles with dates by time, ties shuffled (a day is one tie where no clock is known); others in place."""
    rng = np.random.default_rng(seed)
    return _in_order([(article, FULL, article.time, article.time) for article in articles], rng)


Story = list[LabelledArticle]
Placed = tuple[LabelledArticle, str, int | None, int | None]  # article, view, its date, when it arrives


def _by_story(articles: Sequence[LabelledArticle]) -> list[Story]:
    stories: dict[str, Story] = defaultdict(list)
    for article in articles:
        stories[article.label].append(article)
    return [stories[label] for label in sorted(stories)]


def _stream(
    stories: Mapping[str, list[Story]], rng: np.random.Generator, size: int, mixed: bool
) -> list[StreamArticle]:
    names = sorted(stories)
    mixed = mixed and len(names) > 1
    drawn = rng.choice(names, min(len(names), int(rng.integers(2, 5))) if mixed else 1, replace=False)
    plain = rng.random() < PLAIN_SHARE
    keep = 1.0 if plain else float(rng.choice([1.0, 1.0, 0.7, 0.4]))
    cap = int(rng.choice([10_000, 10_000, 60, 25, 10]))
    singles = rng.random() < SINGLES_SHARE
    view = FULL if plain else str(rng.choice([FULL, TITLE, LEAD, "each"], p=[0.4, 0.2, 0.2, 0.2]))
    stretch = 1.0 if plain else float(np.exp(rng.uniform(np.log(0.2), np.log(5.0))))
    chosen = [
        story
        for name in drawn.tolist()
        for story in _some(stories[name], size // len(drawn), keep, cap, singles, rng)
    ]
    days = len(chosen) * float(np.exp(rng.uniform(np.log(0.15), np.log(2.5))))
    undated = 1.0 if rng.random() < 0.1 else 0.25 if rng.random() < 0.25 else 0.0
    placed: list[Placed] = []
    for story in chosen:
        begin = START + int(rng.random() * days * DAY)
        placed.extend(_place(story, begin, mixed, view, stretch, undated, rng))
    stream = _in_order(placed, rng)
    return _with_boilerplate(stream, rng) if rng.random() < BOILERPLATE_SHARE else stream


def _unrelated(stories: Sequence[Story], size: int, rng: np.random.Generator) -> list[StreamArticle]:
    """One article each of so many stories, spread evenly over minutes to months; half the time with boilerplate."""
    chosen = [stories[i] for i in rng.permutation(len(stories))[:size]]
    view = str(rng.choice([FULL, TITLE, LEAD], p=[0.5, 0.25, 0.25]))
    undated = 1.0 if rng.random() < 0.2 else 0.1
    days = len(chosen) * float(np.exp(rng.uniform(np.log(0.002), np.log(1.0))))
    placed: list[Placed] = []
    for story in chosen:
        arrival = START + int(rng.random() * days * DAY)
        article = story[int(rng.integers(len(story)))]
        placed.append((article, view, None if rng.random() < undated else arrival, arrival))
    stream = _in_order(placed, rng)
    return _with_boilerplate(stream, rng) if rng.random() < 0.5 else stream


def _large_among_small(stories: Sequence[Story], rng: np.random.Generator) -> list[StreamArticle]:
    """A few large stories, each over minutes to months, among small ones; nothing where no story is large.

    Without such streams the model learns from the sets' own sizes that a story much larger than the others is a
    chain, and a burst falls apart.
    """
    shuffled = [stories[i] for i in rng.permutation(len(stories))]
    large = [story for story in shuffled if len(story) >= LARGE][: int(rng.integers(1, MOST_LARGE + 1))]
    if not large:
        return []
    small = [story[:SMALL] for story in shuffled if len(story) < LARGE]
    view = str(rng.choice([FULL, TITLE, LEAD], p=[0.5, 0.25, 0.25]))
    chosen = large + _some(small, LONG_ARTICLES, 1.0, SMALL, False, rng)
    days = len(chosen) * float(np.exp(rng.uniform(np.log(0.02), np.log(1.0))))
    placed: list[Placed] = []
    for story in chosen:
        begin = START + int(rng.random() * days * DAY)
        stretch = float(np.exp(rng.uniform(*np.log(LARGE_STRETCH)))) if len(story) >= LARGE else 1.0
        placed.extend(_place(story, begin, True, view, stretch, 0.0, rng))
    return _in_order(placed, rng)


def _with_boilerplate(stream: Sequence[StreamArticle], rng: np.random.Generator) -> list[StreamArticle]:
    """The stream with the same boilerplate, most of it, on the articles of one site."""
    words = rng.integers(0, TERM_BUCKETS, int(rng.integers(*BOILERPLATE_WORDS)))
    names = rng.integers(0, TERM_BUCKETS, int(rng.integers(*BOILERPLATE_NAMES)))
    of_site = rng.random(len(stream)) < rng.uniform(*SITE_SHARE)
    return [
        _page_of_site(article, words, names, rng) if of_site[i] else article
        for i, article in enumerate(stream)
    ]


def _page_of_site(
    article: StreamArticle, words: np.ndarray, names: np.ndarray, rng: np.random.Generator
) -> StreamArticle:
    words, names = (part[rng.random(len(part)) < BOILERPLATE_KEPT] for part in (words, names))
    given = article.evidence
    terms, counts, leads = _with_terms(words, given.terms, given.counts, given.leads)
    in_title = np.frombuffer(given.terms, "<u4")[np.frombuffer(given.titles, np.uint8) > 0]
    titles = np.isin(np.frombuffer(terms, "<u4"), in_title).astype(np.uint8).tobytes()
    named, name_counts = _with_terms(names, given.names, given.name_counts)
    evidence = msgspec.structs.replace(
        given,
        terms=terms,
        counts=counts,
        leads=leads,
        names=named,
        name_counts=name_counts,
        titles=titles,
    )
    return msgspec.structs.replace(article, evidence=evidence)


def _with_terms(more: np.ndarray, terms: bytes, *counts: bytes) -> tuple[bytes, ...]:
    """The terms and their counts, with more of them, once each."""
    kept, first = np.unique(
        np.concatenate([np.frombuffer(terms, "<u4"), more.astype("<u4")]), return_index=True
    )
    once = np.ones(len(more), np.uint8)
    joined = [np.concatenate([np.frombuffer(part, np.uint8), once])[first].tobytes() for part in counts]
    return kept.astype("<u4").tobytes(), *joined


def _some(
    stories: list[Story], size: int, keep: float, cap: int, singles: bool, rng: np.random.Generator
) -> list[Story]:
    """Whole stories at random until there are about `size` articles, thinned and capped."""
    chosen: list[Story] = []
    total = 0
    for i in rng.permutation(len(stories)):
        story = [article for article in stories[i] if rng.random() < keep]
        most = 1 if singles and rng.random() < 0.7 else cap
        if len(story) > most:
            story = [story[j] for j in sorted(rng.choice(len(story), most, replace=False))]
        if story and (total + len(story) <= 1.3 * size or not chosen):
            chosen.append(story)
            total += len(story)
        if total >= size:
            break
    return chosen


def _place(
    story: Story, begin: int, mixed: bool, view: str, stretch: float, undated: float, rng: np.random.Generator
) -> list[Placed]:
    """The articles with their times: their own, stretched from the story's first; in a mix moved to `begin`."""
    known = sorted(article.time for article in story if article.time is not None)
    middle = known[len(known) // 2] if known else 0
    first = min((time for time in known if abs(time - middle) <= FAR), default=0) // DAY * DAY
    placed: list[Placed] = []
    for article in story:
        shown = str(rng.choice([FULL, TITLE, LEAD])) if view == "each" else view
        moment = article.time
        if mixed and moment is not None and abs(moment - middle) > FAR:
            moment = None
        if moment is not None and (mixed or stretch != 1.0):
            moment = (begin if mixed else first) + int((moment - first) * stretch)
        if moment is not None and rng.random() < undated:
            moment = None
        arrival = begin + int(rng.integers(LATE)) if mixed and moment is None else moment
        placed.append((article, shown, moment, arrival))
    return placed


def _in_order(placed: Sequence[Placed], rng: np.random.Generator) -> list[StreamArticle]:
    """By arrival: days shuffled where no clock is known; an article without any keeps its place in the list."""
    arrivals = []
    last = START
    for article, view, moment, arrival in placed:
        arrives = last if arrival is None else arrival
        if moment is not None and not article.clock:
            arrives += int(rng.integers(DAY))
        last = arrives if arrival is not None else last
        tie = float(rng.random()) if arrival is not None else 1.0
        arrivals.append((arrives, tie, article, view, moment))
    arrivals.sort(key=lambda entry: entry[:2])
    stream = []
    now = 0
    for arrival, _, article, view, moment in arrivals:
        evidence, vector = article.views.get(view, article.views[LEAD])
        event_time = moment if moment is not None else max(now, arrival)
        now = max(now, event_time)
        stream.append(
            StreamArticle(evidence, vector, event_time, moment is not None, article.language, article.label)
        )
    return stream
