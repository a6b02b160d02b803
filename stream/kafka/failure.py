"""Which failures pass by themselves, and the one way out of those that do not: end the process, uncommitted."""

import os
import sys
from typing import NoReturn

import structlog
from aiokafka.errors import (
    AuthenticationFailedError,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
    UnsupportedVersionError,
)

from stream.errors import BrokerUnavailableError, operator_action
from stream.exit_codes import ExitCode

log = structlog.get_logger(__name__)


# What no waiting mends: an operator has to.
LASTING = (
    AuthenticationFailedError,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    InvalidTopicError,
    MessageSizeTooLargeError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
    UnsupportedVersionError,
)


def is_passing(error: BaseException) -> bool:
    """Whether waiting may mend it: a broker that is away, a partition that moves, a transaction given up."""
    return isinstance(error, KafkaError | OSError) and not isinstance(error, LASTING)


def end_process(event: str, error: BaseException, **facts: object) -> NoReturn:
    """Log what happened and end the process at once, without running any handler that might commit."""
    facts["action"] = operator_action(error) or facts.get("action")
    log.critical(
        event,
        error=f"{type(error).__name__}: {error}",
        exit_code=ExitCode.FAILED.value,
        **facts,
        exc_info=error,
    )
    _end(ExitCode.FAILED)


def refuse_to_start(error: Exception) -> NoReturn:
    """End the process with one line that says what does not fit and what to do; a traceback would not help.

    A broker that is away has a code of its own: the same start may work later.
    """
    code = ExitCode.UNAVAILABLE if isinstance(error, BrokerUnavailableError) else ExitCode.REFUSED
    log.critical(
        "not_started",
        error=f"{type(error).__name__}: {error}",
        exit_code=code.value,
        action=operator_action(error),
    )
    _end(code)


def end_overdue(seconds: float) -> NoReturn:
    """End a process that was asked to stop and has not: what it was doing is done again by the next one."""
    log.critical(
        "stop_overdue", seconds=seconds, exit_code=ExitCode.OVERDUE.value, action="none: nothing is lost"
    )
    _end(ExitCode.OVERDUE)


def _end(code: int) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
