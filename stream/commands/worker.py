"""`newsfold worker`: run the stages until stopped."""

import asyncio
import socket
import sys
from time import monotonic

import click
import structlog

from stream.commands.worker_processes import WorkerProcesses, stages_of
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
MOST_PROCESSES = 64  # of one machine


@click.command("worker")
@click.option("--stage", type=click.Choice([stage.value for stage in Stage]), help="Run one stage alone.")
@click.option(
    "--processes",
    type=click.IntRange(1, MOST_PROCESSES),
    help="Run so many processes for embed, and one for fold: one for each core.",
)
def command(stage: str | None, processes: int | None) -> None:
    """Run the stages: embed, fold, or both.

    Waits a minute for a broker that is away. Ends with exit code 2 when settings or topics do not fit, 69 when no
    broker answers, 70 when going on could lose an article, and 75 when it could not stop in time; run it under a
    supervisor that starts it again after the last three.

    \b
    Examples:
      newsfold worker
      newsfold worker --stage fold
      newsfold worker --processes 3
    """
    settings = load_settings()
    configure_logs(settings.log)
    if processes is not None:
        sys.exit(_run_processes(settings, processes, Stage(stage) if stage else None))
    check_port(settings.web)
    stages = [Stage(stage)] if stage else list(Stage)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(_check(settings))
    new_worker(settings, stages, loop).execute_from_commandline()


def _run_processes(settings: Settings, processes: int, stage: Stage | None) -> int:
    """Run a process for each part of the work; return the exit code.

    Raises:
        SettingsError: the fold stage scales by shards, not by processes.
    """
    if stage is Stage.FOLD:
        raise SettingsError(
            "--processes is for the embed stage: fold takes one process, and scales by NEWSFOLD_TOPICS__SHARDS"
        )
    stages = stages_of(processes, stage)
    for place in range(len(stages)):
        check_port(settings.web.model_copy(update={"port": settings.web.port + place}))
    return WorkerProcesses(stages, settings.web.port, settings.checkpoints.stop_seconds).run()


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
