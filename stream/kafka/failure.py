"""The one way out when going on could lose an article: end the process before anything is committed."""

import os
import sys
from typing import NoReturn

import structlog

log = structlog.get_logger(__name__)


def end_process(code: int, event: str, error: BaseException, **facts: object) -> NoReturn:
    """Log what happened and end the process at once, without running any handler that might commit."""
    log.critical(event, error=f"{type(error).__name__}: {error}", exit_code=code, **facts, exc_info=error)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
