"""Tracing: the way of an article from its producer's trace to its story, through both stages; off by default.

W3C trace context (the header `traceparent`) comes in with an article, goes on in its record of articles.embedded, and
out with its assignment and the story that it changed. Off, nothing of OpenTelemetry is imported.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from stream.observability.settings import TracingSettings

Headers = Sequence[tuple[str, bytes]]
NO_HEADERS: Headers = ()


class BatchTrace:
    """The spans of the messages of one batch; here, of a batch that is not traced."""

    def headers(self, position: int) -> Headers:
        """Trace context for what follows from the message at this position."""
        del position
        return NO_HEADERS

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A step that the batch goes through together."""
        del name
        yield

    def end(self) -> None:
        """The batch is done."""


class Tracing:
    """Starts the spans of a batch; here, none."""

    def begin(self, stage: str, topic: str, parents: Sequence[Headers | None]) -> BatchTrace:
        """Begin a span for each message of a batch, under the context in its headers."""
        del stage, topic, parents
        return UNTRACED


UNTRACED = BatchTrace()
OFF = Tracing()


def load_tracing(settings: TracingSettings) -> Tracing:
    """What the settings ask for.

    Raises:
        ModuleNotFoundError: tracing is on, and the extra `otel` is not installed.
    """
    if not settings.enabled:
        return OFF
    from stream.observability.opentelemetry import open_telemetry

    return open_telemetry(settings)
