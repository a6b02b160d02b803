"""How fresh the board is: reading the topics for the first time, up to date, behind, or without a broker."""

import asyncio
import threading
from time import time

import msgspec

STALE_SECONDS = 60  # the worker behind by more is worth a word; a busy hour's batches stay under it


class Notice(msgspec.Struct, frozen=True):
    """What a page says of its own freshness; `kind` is loading, stale or error."""

    kind: str
    text: str


class Freshness:
    """What is known of it; written by the reader of the topics, read by every request."""

    def __init__(self, reads_topics: bool) -> None:
        self.reads_topics = reads_topics
        self.loaded = not reads_topics  # whether the end of the topics was reached once
        self.read = self.to_read = 0  # messages, until then
        self.broker_away_since: float | None = None
        self.worker_behind_seconds: float | None = None
        self.worker_behind_articles: int | None = None
        self.lag: dict[tuple[str, int], int] = {}

    def notice(self) -> Notice | None:
        """What there is to say, the gravest first; None when all is well."""
        if self.broker_away_since is not None:
            since = span(time() - self.broker_away_since)
            return Notice("error", f"Kafka has not answered for {since}. Stories stand as they were then.")
        if not self.loaded:
            share = f" {min(99, 100 * self.read // self.to_read)} %" if self.to_read else ""
            return Notice("loading", f"Reading the topics:{share} so far. Stories appear as they are read.")
        if (self.worker_behind_seconds or 0) > STALE_SECONDS:
            articles = f" ({self.worker_behind_articles:,} articles)" if self.worker_behind_articles else ""
            return Notice(
                "stale", f"The worker is behind by {span(self.worker_behind_seconds or 0)}{articles}."
            )
        return None


def span(seconds: float) -> str:
    """A span of time in words, to its largest unit."""
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {name}{'s' if number > 1 else ''}"
    number = max(1, round(seconds))
    return f"{number} second{'s' if number > 1 else ''}"


class Changes:
    """Wakes the open pages when a batch was written. `close` ends them, so that the server can stop."""

    def __init__(self) -> None:
        self.number = 0
        self.closed = False
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._lock = threading.Lock()

    def notify(self) -> None:
        """Say that something changed; from any thread."""
        self.number += 1
        with self._lock:
            waiting, self._waiting = self._waiting, set()
        for loop, event in waiting:
            loop.call_soon_threadsafe(event.set)

    def close(self) -> None:
        """End all waiting for good."""
        self.closed = True
        self.notify()

    async def wait(self, seen: int, seconds: float) -> int:
        """Wait until something changed after `seen`, or for so long; return what to pass the next time."""
        if self.number == seen and not self.closed:
            event, loop = asyncio.Event(), asyncio.get_running_loop()
            with self._lock:
                self._waiting.add((loop, event))
            try:
                async with asyncio.timeout(seconds):
                    await event.wait()
            except TimeoutError:
                pass
            finally:
                with self._lock:
                    self._waiting.discard((loop, event))
        return self.number
