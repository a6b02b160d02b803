"""Synthetic news as text: Zipf's law over English words, names from a shared pool, and the boilerplate of pages.

What articles share that says nothing about their event is meant to be as much as in real news, or more: one article
in forty has the same outlet and with it the same standing sentences, every page carries the same footer, and the few
names that are always in the news are in many articles. The sentences of pages are drawn like any other, so that no
rule knows them by their words.

Two articles are about as alike as two of different stories in labelled sets. Of a thousand pairs the most alike, by
cosine, here against allsides, wikinews, and five sets mixed: whole text .16 (.28, .26, .20), title and lead .15 (.29,
.20, .18), names .32 (.41, .22, .25), static vector .67 (.73, .89, .75); the median static vector .46 (.22, .36, .28).
"""

from collections.abc import Iterator
from functools import cached_property

import msgspec
import numpy as np

from embeddings.static.table import load_table

OUTLETS = 40
PLACES = 300
PEOPLE = 3_000
STANDING_SENTENCES = 4  # of an outlet, around every article
SHARED_SENTENCES = 3  # on every page of every outlet
SENTENCE = 14  # words
BODY = (8, 24)  # sentences of an article
SUBJECT_WORDS = 10  # that describe an event; a fifth of the words of its articles
COMMON = 300  # the most frequent words say nothing
UNDATED = 0.1


class Subject(msgspec.Struct, frozen=True):
    """What an event brings up in every article on it."""

    words: tuple[str, ...]
    people: tuple[str, ...]
    place: str


class NewsArticle(msgspec.Struct, frozen=True):
    """One article as it would come in, and what it was made of. `time`: milliseconds since the epoch."""

    value: bytes
    subject: Subject
    outlet: int
    time: int


class SyntheticNews:
    """A world of words, names and outlets; the same for the same seed."""

    def __init__(self, seed: int, body: tuple[int, int] = BODY) -> None:
        self._seed = seed
        self._body = body
        rng = np.random.default_rng([seed, 0])
        vocabulary = load_table("newsfold-static-en").tokenizer.get_vocab()
        by_frequency = sorted(vocabulary, key=vocabulary.__getitem__)
        self._words = [word for word in by_frequency if word.isascii() and word.isalpha() and len(word) > 1]
        self._zipf = _zipf(len(self._words))
        rare_words = self._words[COMMON:]
        names = [rare_words[k].capitalize() for k in rng.integers(0, len(rare_words), 2 * PEOPLE + PLACES)]
        self._people = [
            f"{first} {last}" for first, last in zip(names[:PEOPLE], names[PEOPLE:], strict=False)
        ]
        self._places = names[2 * PEOPLE :]
        self._people_zipf, self._places_zipf = _zipf(PEOPLE), _zipf(PLACES)
        self._outlets = [
            (f"{self._places[k]} {rare_words[k].capitalize()}", self._sentences(rng, STANDING_SENTENCES))
            for k in range(OUTLETS)
        ]
        self._footer = self._sentences(rng, SHARED_SENTENCES)

    @cached_property
    def _rare_zipf(self) -> np.ndarray:
        """Zipf's law without the words that say nothing."""
        rest = self._zipf[COMMON:] - self._zipf[COMMON - 1]
        return rest / rest[-1]

    def articles(self, events: Iterator[int], start: int, every: int) -> Iterator[NewsArticle]:
        """One article on each event in turn, `every` milliseconds apart; an event's number fixes its subject."""
        for number, event in enumerate(events):
            rng = np.random.default_rng([self._seed, 2, start, number])
            yield self._article(rng, f"{start}-{number}", self._subject(event), start + number * every)

    def _subject(self, event: int) -> Subject:
        rng = np.random.default_rng([self._seed, 1, event])
        rare_words = COMMON + np.searchsorted(self._rare_zipf, rng.random(SUBJECT_WORDS))
        people = np.searchsorted(self._people_zipf, rng.random(2))
        return Subject(
            words=tuple(self._words[k] for k in rare_words),
            people=tuple(self._people[k] for k in people),
            place=self._places[int(np.searchsorted(self._places_zipf, rng.random()))],
        )

    def _article(self, rng: np.random.Generator, name: str, subject: Subject, time: int) -> NewsArticle:
        outlet = int(rng.integers(OUTLETS))
        source, standing = self._outlets[outlet]
        body = self._sentences(rng, int(rng.integers(*self._body)), subject)
        headline = [subject.words[k] for k in rng.permutation(SUBJECT_WORDS)[:4]]
        fields = {
            "id": name,
            "title": f"{subject.people[0]} {' '.join(headline)} in {subject.place}".capitalize(),
            "text": "\n".join((standing[0], *body, *standing[1:], *self._footer)),
            "source": source,
            "lang": "en",
        }
        if rng.random() >= UNDATED:
            fields["published_at"] = str(np.datetime64(time, "ms")) + "Z"
        return NewsArticle(msgspec.json.encode(fields), subject, outlet, time)

    def _sentences(self, rng: np.random.Generator, count: int, subject: Subject | None = None) -> list[str]:
        words = [self._words[k] for k in np.searchsorted(self._zipf, rng.random(count * SENTENCE))]
        if subject is not None:
            chosen = (*subject.words, *subject.words, *subject.people, subject.place)
            for place in np.flatnonzero(rng.random(len(words)) < 0.2):
                words[place] = chosen[rng.integers(len(chosen))]
            for place in np.flatnonzero(
                rng.random(len(words)) < 0.02
            ):  # people in the news, beside the event
                words[place] = self._people[int(np.searchsorted(self._people_zipf, rng.random()))]
        lines = (words[k : k + SENTENCE] for k in range(0, len(words), SENTENCE))
        return [f"{line[0][0].upper()}{line[0][1:]} {' '.join(line[1:])}." for line in lines]


def _zipf(count: int) -> np.ndarray:
    """The cumulative chances of the first, second, ... of `count`."""
    chances = np.cumsum(1.0 / np.arange(1, count + 1))
    return chances / chances[-1]
