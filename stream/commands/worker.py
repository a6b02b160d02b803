"""`newsfold worker`: run the stages until stopped."""

import asyncio
import socket
from time import monotonic

import click
import structlog

from stream.errors import BrokerUnavailableError, SettingsError
from stream.kafka.app import Stage, new_worker
from stream.kafka.clients import connected_admin
from stream.kafka.topics import check_topics
from stream.observability.logging import configure_logs
from stream.observability.settings import WebSettings
from stream.settings import Settings, load_settings

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 60.0  # for a broker that starts with the worker; a supervisor tries again after it
RETRY_SECONDS = 2.0


@click.command("worker")
@click.option("--stage", type=click.Choice([stage.value for stage in Stage]), help="Run one stage alone.")
def command(stage: str | None) -> None:
    """Run the stages: embed, fold, or both.

    Waits a minute for a broker that is away. Ends with exit code 2 when settings or topics do not fit, 69 when no
    broker answers, 70 when going on could lose an article, and 75 when it could not stop in time; run it under a
    supervisor that starts it again after the last three.

    \b
    Examples:
      newsfold worker
      newsfold worker --stage fold
    """
    settings = load_settings()
    configure_logs(settings.log)
    check_port(settings.web)
    stages = [Stage(stage)] if stage else list(Stage)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(_check(settings))
    new_worker(settings, stages, loop).execute_from_commandline()


def check_port(web: WebSettings) -> None:
    """Make sure that the pages can be served before anything is begun.

    Raises:
        SettingsError: another process listens there, or the address is none of this machine's.
    """
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((web.host, web.port))
        except OSError as error:
            raise SettingsError(
                f"the pages cannot be served at {web.host}:{web.port} ({error.strerror}): set NEWSFOLD_WEB__PORT "
                "to a free port, or stop what listens there"
            ) from None


async def _check(settings: Settings) -> None:
    """Compare the topics with the settings; a broker that is away is waited for.

    Raises:
        BrokerUnavailableError: none answered for PATIENCE_SECONDS.
        TopicsMismatchError: the topics do not fit.
    """
    deadline = monotonic() + PATIENCE_SECONDS
    while True:
        try:
            async with connected_admin(settings.kafka) as admin:
                await check_topics(admin, settings)
            return
        except BrokerUnavailableError as error:
            if monotonic() > deadline:
                raise
            action = f"none: tried again for {max(0.0, deadline - monotonic()):.0f} s"
            log.warning("broker_away", error=str(error), action=action)
            await asyncio.sleep(RETRY_SECONDS)
