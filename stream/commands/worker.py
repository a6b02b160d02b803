"""`newsfold worker`: run the stages until stopped."""

import asyncio

import click

from stream.kafka.app import Stage, new_worker
from stream.kafka.clients import connected_admin
from stream.kafka.topics import check_topics
from stream.observability.logging import configure_logs
from stream.settings import Settings, load_settings


@click.command("worker")
@click.option("--stage", type=click.Choice([stage.value for stage in Stage]), help="Run one stage alone.")
def command(stage: str | None) -> None:
    """Run the stages: embed, fold, or both.

    Ends with exit code 70 when going on could lose an article, and 75 when it could not stop in
    time; run it under a supervisor that starts it again.
    """
    settings = load_settings()
    configure_logs(settings.log)
    stages = [Stage(stage)] if stage else list(Stage)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(_check(settings))
    new_worker(settings, stages, loop).execute_from_commandline()


async def _check(settings: Settings) -> None:
    async with connected_admin(settings.kafka) as admin:
        await check_topics(admin, settings)
