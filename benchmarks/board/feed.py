"""Stories for the load on a board: as many as asked for, growing at a steady pace, on the public topics."""

import asyncio
import random
from time import monotonic

import msgspec
from aiokafka import AIOKafkaProducer

from stream.kafka.clients import connected, connection
from stream.settings import Settings
from tests.support.board import assignment_of, report_of, story_of

WORDS = tuple(
    "harbour council ferry glacier railway minister verdict flood bridge museum strike vaccine orchard tribunal "  # noqa: SIM905
    "satellite budget wildfire archive stadium reactor".split()
)
NAMES = (
    "Halden",
    "Vestmark",
    "Castovia",
    "Sarn",
    "Talvara",
    "Orsenia",
    "Lindhavn",
    "Marosh",
    "Keldra",
    "Norrland",
)
SOURCES = tuple(f"The {name} {kind}" for name in NAMES for kind in ("Post", "Courier", "Ledger", "Observer"))
LANGUAGES = ("en", "en", "en", "de", "fr", "es", "tr")
LISTED = 20  # reports that a snapshot lists
TRANSACTION = 500  # stories written at once while the topics are filled


class Feed:
    """Growing stories; each step adds a report to one of them, or begins one."""

    def __init__(self, settings: Settings, seed: int = 1) -> None:
        self._settings, self._rng = settings, random.Random(seed)
        self._reports: list[list[dict]] = []
        self._versions: list[int] = []
        self._made = 0

    def new_story(self) -> int:
        """Begin a story; return its number."""
        self._reports.append([])
        self._versions.append(0)
        return len(self._reports) - 1

    def grow(self, number: int) -> list[tuple[str, str, bytes]]:
        """Add a report to a story: what goes out, as topic, key and value."""
        rng, topics = self._rng, self._settings.topics
        self._made += 1
        self._versions[number] += 1
        title = f"{rng.choice(NAMES)} {' '.join(rng.sample(WORDS, 6))}"
        report = report_of(
            f"article-{self._made}",
            title.capitalize(),
            self._made / 100,
            source=rng.choice(SOURCES),
            language=rng.choice(LANGUAGES),
        )
        reports = self._reports[number]
        reports.append(report)
        del reports[1 : len(reports) - LISTED + 1]  # the first stands for the story, then the newest
        name = f"story-{number:05}"
        counts = {"articles": self._versions[number], "reports": self._versions[number], "copies": 0}
        counts["sources"] = min(self._versions[number], len(SOURCES))
        keywords = rng.sample(WORDS, 8)
        version = self._versions[number]
        story = story_of(name, *reports, version=version, counts=counts, keywords=keywords)
        assignment = assignment_of(report, name, "joined" if version > 1 else "new")
        return [
            (topics.stories, story.key, story.value or b""),
            (topics.assignments, assignment.key, assignment.value or b""),
        ]

    async def fill(self, stories: int, reports: int) -> None:
        """Write stories of about so many reports each."""
        numbers = [self.new_story() for _ in range(stories)]
        numbers += [self._rng.choice(numbers) for _ in range(stories * (reports - 1))]
        async with self._producer("fill") as producer:
            for begin in range(0, len(numbers), TRANSACTION):
                async with producer.transaction():
                    for number in numbers[begin : begin + TRANSACTION]:
                        await self._send(producer, number)

    async def update(self, seconds: float, a_second: int) -> int:
        """Update stories at a steady pace; return how many updates went out."""
        sent, begin = 0, monotonic()
        async with self._producer("update") as producer:
            while (passed := monotonic() - begin) < seconds:
                due = int(passed * a_second) - sent
                if due:
                    async with producer.transaction():
                        for _ in range(due):
                            await self._send(producer, self._rng.randrange(len(self._reports)))
                    sent += due
                await asyncio.sleep(0.05)
        return sent

    async def _send(self, producer: AIOKafkaProducer, number: int) -> None:
        for topic, key, value in self.grow(number):
            await producer.send(topic, value, key=key.encode())

    def _producer(self, name: str):
        kafka = self._settings.kafka
        transactional_id = f"{self._settings.topics.stories}-{name}"
        return connected(AIOKafkaProducer(**connection(kafka), transactional_id=transactional_id), kafka)

    def last(self) -> dict[str, int]:
        """The last version of each story."""
        return {f"story-{number:05}": version for number, version in enumerate(self._versions)}


class Figures(msgspec.Struct):
    """What was measured. Times in milliseconds, memory in MB."""

    stories: int
    seconds: float
    updates: int
    load_seconds: float
    first_paint: list[float] = []
    interactions: dict[str, list[float]] = {}
    memory: list[float] = []
    lag_after_seconds: float = 0.0
    browser_equals_topic: bool = False
    store_equals_topic: bool = False
    kills: int = 0
