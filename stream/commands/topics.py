"""`newsfold topics`: create the five topics, and check that they are what the settings say."""

import asyncio

import click

from stream.kafka.clients import connected_admin
from stream.kafka.topics import check_topics, create_topics, topic_shapes
from stream.settings import Settings, load_settings


@click.command("topics")
@click.option(
    "--check", is_flag=True, help="Create nothing; only compare the broker's topics with the settings."
)
def command(check: bool) -> None:
    """Create the topics that are missing, then check them all. Repeating it changes nothing."""
    settings = load_settings()
    created = asyncio.run(_run(settings, check))
    for shape in topic_shapes(settings):
        policy = shape.config.get("cleanup.policy", "the user's")
        mark = "created" if shape.name in created else "exists"
        click.echo(f"{mark:8} {shape.name:24} {shape.partitions:3} partitions   cleanup {policy}")


async def _run(settings: Settings, check: bool) -> list[str]:
    async with connected_admin(settings.kafka) as admin:
        created = [] if check else await create_topics(admin, settings)
        await check_topics(admin, settings)
    return created
