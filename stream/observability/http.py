"""The worker's pages: /metrics for Prometheus, /health (the loop turns) and /ready (it does its work)."""

import hmac
from collections.abc import Callable
from typing import Any

import faust
from prometheus_client import CONTENT_TYPE_LATEST

from stream.observability.metrics import Metrics
from stream.observability.settings import WebSettings

Readiness = Callable[[], dict[str, bool]]


def add_pages(
    app: faust.App, web: WebSettings, metrics: Metrics, readiness: Readiness, refresh: Callable[[], None]
) -> None:
    """Serve the three pages on the app's web server; `refresh` brings the gauges up to date before a scrape."""

    @app.page("/metrics")
    async def metrics_page(view: Any, request: Any) -> Any:
        if not _is_let_in(web, request):
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
        return view.json({"ready": is_ready, **answers}, status=200 if is_ready else 503)


def _is_let_in(web: WebSettings, request: Any) -> bool:
    if web.token is None:
        return True
    sent = request.headers.get("Authorization", "")
    return hmac.compare_digest(
        sent.encode(errors="replace"), f"Bearer {web.token.get_secret_value()}".encode()
    )
