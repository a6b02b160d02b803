"""Invented news for tests: each event has words and names of its own, all articles share a common vocabulary."""

import random
from collections.abc import Collection

import numpy as np

from stream.stories.results import StoryDecision
from stream.stories.settings import StorySettings
from stream.stories.story_index import StoryIndex
from stream.stories.text.evidence import Evidence, evidence_of

HOUR = 3_600_000
START = 1_700_000_000_000
DIMENSIONS = 256
SYLLABLES = ["ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo"]


def word(rng: random.Random, syllables: int = 3) -> str:
    return "".join(rng.choice(SYLLABLES) for _ in range(syllables))


COMMON = [word(random.Random(n)) for n in range(400)]


def report(event: int, number: int) -> Evidence:
    """Report `number` of an event: half of the event's words, two of its three names, and common words."""
    of_event, of_report = random.Random(event), random.Random(event * 1_000_003 + number)
    own = [word(of_event, 5) for _ in range(24)]
    names = [word(of_event, 5).capitalize() for _ in range(3)]
    drawn_words = of_report.sample(own, 14) + of_report.choices(COMMON, k=40)
    of_report.shuffle(drawn_words)
    first, second = of_report.sample(names, 2)
    title = f"{' '.join(of_report.sample(own, 5))} in {first}"
    return evidence_of(title, f"It is said that {first} and {second} " + " ".join(drawn_words) + ".", "en")


def direction(event: int, number: int) -> np.ndarray:
    """A vector near the event's own."""
    vector = np.random.default_rng(event).normal(size=DIMENSIONS)
    vector = vector + 0.5 * np.random.default_rng([event, number]).normal(size=DIMENSIONS)
    return np.rint(vector / np.linalg.norm(vector) * 120).astype(np.int8)


def schedule(events: int, articles: int, seed: int) -> list[tuple[int, int]]:
    """(event, hours) of articles in order of time: each event fades within some days of its beginning."""
    rng = random.Random(seed)
    begins = [rng.uniform(0, 24 * 30) for _ in range(events)]
    drawn = [rng.randrange(events) for _ in range(articles)]
    return sorted(((event, begins[event] + rng.expovariate(1 / 30)) for event in drawn), key=lambda x: x[1])


def send(index: StoryIndex, number: int, event: int, hours: float) -> StoryDecision:
    """Assign one report of an event."""
    moment = START + int(hours * HOUR)
    index.close_idle(moment)
    return index.assign(number, report(event, number), direction(event, number), moment, True, "en")


BRIDGE_WORDS = [word(random.Random(7000 + n), 5) for n in range(40)]


def send_bridge(index: StoryIndex) -> list[StoryDecision]:
    """Two reports of one side of an affair, two of the other, then twelve that report both.

    The sides share few words, but their meaning is a little alike, as that of one event's reports is.
    """
    rng = random.Random(1)
    one, other, both = BRIDGE_WORDS[:20], BRIDGE_WORDS[17:37], BRIDGE_WORDS[:37]
    parties = {id(one): "Talvara", id(other): "Orsenia", id(both): "Talvara and Orsenia"}
    decisions = []
    for number, (drawn_words, count) in enumerate([(one, 12)] * 2 + [(other, 12)] * 2 + [(both, 24)] * 12):
        text = f"talks of {parties[id(drawn_words)]} on {' '.join(rng.sample(drawn_words, count))}"
        first, apart = direction(1, number).astype(int), direction(2, number).astype(int)
        second = 0.96 * apart + 0.29 * first
        vector = first if drawn_words is one else second if drawn_words is other else (first + second) / 1.4
        int8 = np.rint(vector).clip(-127, 127).astype(np.int8)
        moment = START + number * HOUR
        decisions.append(index.assign(number, evidence_of(text, text, "en"), int8, moment, True, "en"))
    return decisions


TWIN_REPORTS = 16


def twin_report(number: int, words: int = 14) -> tuple[int, str, str, np.ndarray]:
    """Side, title, text and vector of a report of one of two events nearly alike, as two earthquakes: most words are
    of both, the place and `words` more of one. The first two are of side 0, the others of both.
    """
    drawn = random.Random(5_000 + number)
    side = 0 if number < 2 else drawn.randrange(2)
    both, of_side = random.Random(90), random.Random(91 + side)
    kind = [word(both, 4) for _ in range(22)]
    own = [word(of_side, 5) for _ in range(14)]
    place, region = (word(of_side, 5).capitalize() for _ in range(2))
    drawn_words = [
        *drawn.sample(kind, words),
        *drawn.sample(own, min(words, 10)),
        *drawn.choices(COMMON, k=words),
    ]
    title = f"{' '.join(drawn.sample(kind, 4))} in {place}"
    vector = direction(1, number) + 0.45 * direction(50 + side, number)
    int8 = np.rint(vector / np.linalg.norm(vector) * 120).astype(np.int8)
    return side, title, f"It is said that {place} and {region} saw {' '.join(drawn_words)}.", int8


def send_twins(
    index: StoryIndex, words: int = 14, restart_at: int | None = None, withdrawn: Collection[int] = ()
) -> list[StoryDecision]:
    """Thirty reports of other events, then the reports of the two, some of which are withdrawn at once."""
    for event in range(30):
        send(index, 1_000 + event, 200 + event, 0)
    decisions = []
    for number in range(TWIN_REPORTS):
        if number == restart_at:
            index = StoryIndex.restore(StorySettings(), DIMENSIONS, index.snapshot())
        _, title, text, vector = twin_report(number, words)
        moment = START + number * HOUR
        decisions.append(index.assign(number, evidence_of(title, text, "en"), vector, moment, False, "en"))
        if number in withdrawn:
            index.withdraw(decisions[-1].story, number)
    return decisions
