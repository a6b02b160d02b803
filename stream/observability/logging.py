"""Logs: one line an event, for people or as JSON, from our code and from the libraries alike.

While a broker is away the Kafka client repeats the same complaint some 75 times a second: a repeated line is let
through once in ten seconds, with the number that were held back.
"""

import logging
import sys
from time import monotonic

import structlog
from structlog.typing import Processor

from stream.observability.settings import LogSettings

REPEAT_SECONDS = (
    10.0  # one line of a kind in this time; a broker's absence stays visible without filling disks
)
TRACKED_LINES = 1_000  # distinct complaints remembered; bounds memory
QUIET = ("faust", "mode", "aiokafka", "kafka", "asyncio")
BEGINNING = 80  # characters of a library's line that show its kind


class HoldRepeats(logging.Filter):
    """Lets a line of one kind through once in a while; the end of the process is always logged."""

    def __init__(self, seconds: float = REPEAT_SECONDS) -> None:
        super().__init__()
        self._seconds = seconds
        self._last: dict[tuple[object, ...], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether the record is shown; note on it how many like it were held back."""
        if not logging.WARNING <= record.levelno < logging.CRITICAL:
            return True
        line = _kind(record)
        shown_at, held = self._last.get(line, (float("-inf"), 0))
        now = monotonic()
        if now - shown_at < self._seconds:
            self._last[line] = (shown_at, held + 1)
            return False
        if len(self._last) >= TRACKED_LINES:
            self._last.clear()
        self._last[line] = (now, 0)
        if held:
            if isinstance(record.msg, dict):
                record.msg = {**record.msg, "more_like_it": held}
            else:
                record.msg = f"{record.msg} (and {held} more like it)"
        return True


def _kind(record: logging.LogRecord) -> tuple[object, ...]:
    """What makes two lines alike: our events' name, partition and reason, the beginning of a library's line."""
    if isinstance(record.msg, dict):
        facts = (record.msg.get(name) for name in ("event", "partition", "reason"))
        return record.name, record.levelno, *facts
    return record.name, record.levelno, str(record.msg)[:BEGINNING]


def configure_logs(settings: LogSettings) -> None:
    """Send everything to standard error in the chosen format."""
    level = getattr(logging, settings.level.upper())
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer = (
        structlog.processors.JSONRenderer()
        if settings.format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    handler.addFilter(HoldRepeats())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
