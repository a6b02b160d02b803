"""Reading the dead-letter topic, and sending letters back to the articles topic once.

A replay sends the articles and, in the same Kafka transaction, a receipt for each to the dead-letter topic: a message
without a value whose header names the letter. A letter with a receipt is not sent again, whoever asks and however
often; a replay that was cut short left neither. Two replays at a time are fenced as two owners of one shard would be.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

import msgspec
from aiokafka import AIOKafkaProducer

from stream.kafka.clients import connected, connection
from stream.kafka.dead_letters import CONNECT
from stream.kafka.topic_reader import records_until_now
from stream.settings import Settings

RECEIPT = "newsfold.replayed"  # on the receipt: partition:offset of the letter
REPLAYED_FROM = "newsfold.replayed-from"  # on the article: topic:partition:offset of the letter
TRANSACTION = 100  # letters a transaction; of 1 MB at most each
TRANSACTION_TIMEOUT_MS = 60_000

Place = tuple[int, int]


class Letter(msgspec.Struct, frozen=True):
    """One dead letter: where it lies, what was wrong, and the message as it came."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    replayed: bool

    def fact(self, name: str) -> str:
        """One of the Connect headers, without its prefix; empty where it is missing."""
        return dict(self.headers).get(CONNECT + name, b"").decode(errors="replace")

    @property
    def failed_again(self) -> bool:
        """Whether the article was replayed before, and refused anew."""
        return any(name == REPLAYED_FROM for name, _ in self.headers)

    @property
    def is_whole(self) -> bool:
        """Whether key and value are all that was sent; a cut letter cannot be replayed."""
        return not (self.fact("value.cut.from.bytes") or self.fact("key.cut.from.bytes"))


class LetterFilter(msgspec.Struct, frozen=True):
    """Which letters are meant; what is None does not matter. Offsets are the dead-letter topic's, both included."""

    reason: str | None = None
    first_offset: int | None = None
    last_offset: int | None = None
    since: datetime | None = None
    limit: int | None = None

    def matches(self, letter: Letter) -> bool:
        """Whether the letter is meant, the limit aside."""
        return (
            (self.reason is None or letter.fact("reason") == self.reason)
            and (self.first_offset is None or letter.offset >= self.first_offset)
            and (self.last_offset is None or letter.offset <= self.last_offset)
            and (self.since is None or letter.timestamp >= self.since.timestamp() * 1000)
        )


async def letters(
    settings: Settings, wanted: LetterFilter, waiting_only: bool = False
) -> AsyncIterator[Letter]:
    """The letters that match, in order; with `waiting_only` those not yet replayed. One is held at a time."""
    topic = settings.topics.dead_letters
    receipts = {
        place_of(value)
        async for record in records_until_now(settings.kafka, topic)
        for name, value in record.headers
        if name == RECEIPT
    }
    found = 0
    async for record in records_until_now(settings.kafka, topic):
        if any(name == RECEIPT for name, _ in record.headers):
            continue
        replayed = (record.partition, record.offset) in receipts
        letter = Letter(
            record.partition,
            record.offset,
            record.timestamp,
            record.key,
            record.value,
            record.headers,
            replayed,
        )
        if not wanted.matches(letter) or (waiting_only and replayed):
            continue
        yield letter
        found += 1
        if found == wanted.limit:
            return


class Resent(msgspec.Struct):
    """How many letters a replay sent, could not send because they were cut, and left because they failed again."""

    sent: int = 0
    cut: int = 0
    failed_again: int = 0


async def replay(settings: Settings, wanted: LetterFilter, again: bool = False) -> Resent:
    """Send the letters that match and were not replayed yet to the articles topic again.

    A letter of an article that was replayed before and refused anew is left, so that a replay that mends nothing does
    not multiply letters; `again` sends it too.
    """
    producer, result = _producer(settings), Resent()

    async def chosen() -> AsyncIterator[Letter]:
        async for letter in letters(settings, wanted, waiting_only=True):
            if not letter.is_whole:
                result.cut += 1
            elif letter.failed_again and not again:
                result.failed_again += 1
            else:
                yield letter

    async with connected(producer, settings.kafka):  # fences another replay; what it committed is seen below
        result.sent = await _send_all(producer, settings, chosen())
    return result


async def resend(settings: Settings, mended: Mapping[Place, tuple[bytes, bytes]]) -> int:
    """Send other articles in place of letters, by (key, value), with a receipt for each; return how many.

    A letter that was replayed or resent before is left.
    """
    producer = _producer(settings)

    async def chosen() -> AsyncIterator[Letter]:
        async for letter in letters(settings, LetterFilter(), waiting_only=True):
            if (place := (letter.partition, letter.offset)) in mended:
                key, value = mended[place]
                yield msgspec.structs.replace(letter, key=key, value=value)

    async with connected(producer, settings.kafka):
        return await _send_all(producer, settings, chosen())


async def _send_all(producer: AIOKafkaProducer, settings: Settings, chosen: AsyncIterator[Letter]) -> int:
    """Send letters, TRANSACTION of them in one transaction; return how many."""
    sent, waiting = 0, list[Letter]()
    async for letter in chosen:
        waiting.append(letter)
        if len(waiting) == TRANSACTION:
            sent += await _send(producer, settings, waiting)
            waiting = []
    return sent + await _send(producer, settings, waiting)


def _producer(settings: Settings) -> AIOKafkaProducer:
    prefix = settings.shard.transactional_id_prefix
    return AIOKafkaProducer(
        **connection(settings.kafka),
        transactional_id=f"{prefix}-{settings.topics.dead_letters}-replay",
        transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
        max_request_size=settings.intake.max_message_bytes,
        acks="all",
    )


async def _send(producer: AIOKafkaProducer, settings: Settings, waiting: list[Letter]) -> int:
    if not waiting:
        return 0
    topics = settings.topics
    async with producer.transaction():
        for letter in waiting:
            place = f"{letter.partition}:{letter.offset}"
            headers = [(name, value) for name, value in letter.headers if not name.startswith(CONNECT)]
            headers = [(name, value) for name, value in headers if name != REPLAYED_FROM]
            headers.append((REPLAYED_FROM, f"{topics.dead_letters}:{place}".encode()))
            await producer.send_and_wait(topics.articles, letter.value, key=letter.key, headers=headers)
            receipt = [(RECEIPT, place.encode())]
            await producer.send_and_wait(topics.dead_letters, None, key=letter.key or b"", headers=receipt)
    return len(waiting)


def place_of(receipt: bytes) -> Place:
    """Partition and offset out of `partition:offset`."""
    partition, offset = receipt.decode().split(":")
    return int(partition), int(offset)
