"""The worker's pages: /metrics for Prometheus, /health (the loop turns) and /ready (it does its work)."""

import hmac
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any

import faust
from prometheus_client import CONTENT_TYPE_LATEST

from stream.observability.metrics import Metrics
from stream.observability.settings import WebSettings

MOST_GUESSES, GUESS_SECONDS = 10, 60.0  # wrong tokens of one address in so many seconds
MOST_ADDRESSES = 1_000  # remembered; the one whose last guess is oldest is forgotten first
# What /ready waits for, in words.
AWAITED = {
    "encoder": "the encoder is loaded and the kernels of the embed stage are compiled",
    "articles": "the consumer group has assigned the partitions of articles",
    "shards": "the kernels of the fold stage are compiled and its shards rebuilt from checkpoint and log",
    "checkpoints": "the checkpoint store takes checkpoints again",
}

Readiness = Callable[[], dict[str, bool]]


def add_pages(
    app: faust.App, web: WebSettings, metrics: Metrics, readiness: Readiness, refresh: Callable[[], None]
) -> None:
    """Serve the three pages on the app's web server; `refresh` brings the gauges up to date before a scrape."""

    guesses = Guesses(monotonic)

    @app.page("/metrics")
    async def metrics_page(view: Any, request: Any) -> Any:
        address = str(request.remote)
        if guesses.are_too_many(address):
            return view.json({"error": "too many wrong tokens: wait a minute"}, status=429)
        if not _is_authenticated(web, request):
            guesses.add(address)
            return view.json({"error": "a bearer token is needed"}, status=401)
        refresh()
        return view.bytes(metrics.page(), content_type=CONTENT_TYPE_LATEST.split(";", maxsplit=1)[0])

    @app.page("/health")
    async def health_page(view: Any, request: Any) -> Any:
        del request
        return view.json({"status": "alive"})

    @app.page("/ready")
    async def ready_page(view: Any, request: Any) -> Any:
        del request
        answers = readiness()
        is_ready = all(answers.values())
        awaited = [AWAITED[name] for name, is_done in answers.items() if not is_done]
        return view.json({"ready": is_ready, **answers, "awaited": awaited}, status=200 if is_ready else 503)


class Guesses:
    """Counts the wrong tokens of each address within a minute, so that none can be found by trying."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._wrong: dict[str, deque[float]] = {}

    def add(self, address: str) -> None:
        """One more wrong token."""
        times = self._wrong.pop(address, None) or deque(maxlen=MOST_GUESSES)
        times.append(self._clock())
        self._wrong[address] = times
        if len(self._wrong) > MOST_ADDRESSES:
            del self._wrong[next(iter(self._wrong))]

    def are_too_many(self, address: str) -> bool:
        """Whether the address must wait, also with the right token: else it would still learn which is right."""
        times = self._wrong.get(address) or deque()
        return len(times) == MOST_GUESSES and times[0] > self._clock() - GUESS_SECONDS


def _is_authenticated(web: WebSettings, request: Any) -> bool:
    if web.token is None:
        return True
    sent = request.headers.get("Authorization", "")
    return hmac.compare_digest(
        sent.encode(errors="replace"), f"Bearer {web.token.get_secret_value()}".encode()
    )
