"""Made-up news without end: reports, copies, corrections and retractions of events that come and go.

Seeded, so that a run can be repeated. The words are the sample corpus's, the sentences mean
nothing; stories and copies form, grow and end all the same.
"""

import json
import re
from collections import Counter, deque
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from random import Random

from stream.corpus import ARTICLES as CORPUS

SHORTEST_WORD = 5  # letters; shorter ones mean little
OUTLETS = 30
EVENT_WORDS, EVENT_SHARE, COMMON_SHARE = 16, 10, 2  # words of an event; of them, and of any, in a sentence
NAMES, NAME_SYLLABLES = (
    4,
    ("Bar", "cel", "dim", "for", "gul", "hav", "jen", "kir", "lom", "mut", "nar", "pel"),
)
ACTIVE_EVENTS = 40
APART = 3  # first reports of an event, which report one side of it or the other: two stories that later merge
OF_BOTH_SIDES = 2  # words of an event that the reports of either side have
RECENT_TEXTS = 200  # from which copies, corrections and retractions are chosen
NEW_EVENT, COPY, CORRECTION, RETRACTION = 0.10, 0.25, 0.02, 0.01  # shares of the messages

Message = tuple[bytes, bytes | None]


@dataclass
class _Sent:
    id: str
    title: str
    text: str
    source: str


@dataclass
class _Event:
    words: list[str]
    reports: int = 0


@dataclass
class Feed:
    """Messages for the articles topic. `clock` is the published time in milliseconds, `step` what each adds."""

    seed: int
    clock: int
    step: int
    articles: int = 0
    corrections: int = 0
    retracted: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self._words = _vocabulary()
        self._events: deque[_Event] = deque(maxlen=ACTIVE_EVENTS)
        self._recent: deque[_Sent] = deque(maxlen=RECENT_TEXTS)

    def expected(self) -> Counter[str]:
        """Every article sent so far, once."""
        return Counter(f"n{number}" for number in range(self.articles))

    def take(self, number: int) -> list[Message]:
        """The next messages."""
        return [self._next() for _ in range(number)]

    def _next(self) -> Message:
        self.clock += self.step
        chance = self._random.random()
        if self._recent and chance < RETRACTION:
            return self._retraction()
        if self._recent and chance < RETRACTION + CORRECTION:
            self.corrections += 1
            earlier = self._random.choice(self._recent)
            return self._message(replace(earlier, text=f"{earlier.text} Corrected at {self.clock}."))
        if self._recent and chance < RETRACTION + CORRECTION + COPY:
            earlier = self._random.choice(self._recent)
            kept = len(earlier.text) if self._random.random() < 0.5 else int(len(earlier.text) * 0.7)
            return self._new(earlier.title, earlier.text[:kept], keep=False)
        return self._new(*self._report(), keep=True)

    def _retraction(self) -> Message:
        position = self._random.randrange(len(self._recent))
        gone = self._recent[position]
        del self._recent[position]
        self.retracted.add(gone.id)
        if self._random.random() < 0.5:
            return gone.id.encode(), None
        return gone.id.encode(), json.dumps({"id": gone.id, "status": "canceled"}).encode()

    def _report(self) -> tuple[str, str]:
        if not self._events or self._random.random() < NEW_EVENT / (1 - COPY):
            names = ["".join(self._random.choices(NAME_SYLLABLES, k=3)).capitalize() for _ in range(NAMES)]
            words = self._random.sample(self._words, EVENT_WORDS) + names
            self._random.shuffle(words)
            self._events.append(_Event(words))
        event = self._random.choice(self._events)
        event.reports += 1
        of_one = (len(event.words) + OF_BOTH_SIDES) // 2
        sides = (event.words[:of_one], event.words[-of_one:])
        known = self._random.choice(sides) if event.reports <= APART else event.words
        title = " ".join(self._random.sample(known, 6)).capitalize()
        sentences = []
        for _ in range(self._random.randint(4, 9)):
            words = self._random.sample(known, EVENT_SHARE) + self._random.sample(self._words, COMMON_SHARE)
            self._random.shuffle(words)
            sentences.append(" ".join(words).capitalize() + ".")
        return title, " ".join(sentences)

    def _new(self, title: str, text: str, keep: bool) -> Message:
        sent = _Sent(f"n{self.articles}", title, text, f"Outlet {self._random.randrange(OUTLETS)}")
        self.articles += 1
        if keep:
            self._recent.append(sent)
        return self._message(sent)

    def _message(self, sent: _Sent) -> Message:
        published = datetime.fromtimestamp(self.clock / 1000, UTC).isoformat()
        article = asdict(sent) | {"language": "en", "published_at": published}
        return sent.id.encode(), json.dumps(article).encode()


def _vocabulary() -> list[str]:
    """The longer words of the sample corpus in their alphabetical order."""
    found: set[str] = set()
    for line in CORPUS.read_text().splitlines():
        article = json.loads(line)
        found.update(re.findall(rf"\b[a-z]{{{SHORTEST_WORD},}}\b", article.get("text") or ""))
    return sorted(found)
