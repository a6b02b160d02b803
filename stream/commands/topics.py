"""`newsfold topics`: create the topics, and show how what the broker has differs from what the settings say."""

import asyncio
import textwrap

import click
import msgspec

from stream.errors import TopicsMismatchError
from stream.kafka.broker_topics import CLEANUP, Cluster, Difference, describe, differences
from stream.kafka.clients import connected_admin
from stream.kafka.topics import create_topics, topic_shapes
from stream.settings import Settings, load_settings

WIDTH = 80


@click.command("topics")
@click.option(
    "--check", is_flag=True, help="Create nothing; only compare the broker's topics with the settings."
)
@click.option("--json", "as_json", is_flag=True, help="Print topics and differences as one JSON object.")
def command(check: bool, as_json: bool) -> None:
    """Create the topics that are missing, then compare them all with the settings. Repeating it changes nothing.

    Shows the topics as the broker has them. Ends with exit code 2 where a worker would refuse to start.

    \b
    Examples:
      newsfold topics
      newsfold topics --check --json
    """
    settings = load_settings()
    created, cluster = asyncio.run(_run(settings, check))
    found = [one for shape in topic_shapes(settings) for one in differences(shape, cluster)]
    if as_json:
        facts = {
            "created": created,
            "topics": cluster.topics,
            "brokers": cluster.brokers,
            "differences": found,
        }
        click.echo(msgspec.json.encode(facts))
    else:
        _show(settings, cluster, created)
        for one in found:
            _show_difference(one)
    fatal = sum(one.fatal for one in found)
    if fatal:
        raise TopicsMismatchError(f"{fatal} of these differences would damage the stream; no worker starts")


async def _run(settings: Settings, check: bool) -> tuple[list[str], Cluster]:
    async with connected_admin(settings.kafka) as admin:
        created = [] if check else await create_topics(admin, settings)
        return created, await describe(admin, topic_shapes(settings))


def _show(settings: Settings, cluster: Cluster, created: list[str]) -> None:
    shapes = topic_shapes(settings)
    width = max(len(shape.name) for shape in shapes)
    click.echo(f"{'Topic':{width}}  Partitions  Replicas  Cleanup")
    for shape in shapes:
        topic = cluster.topics.get(shape.name)
        if topic is None:
            click.echo(f"{shape.name:{width}}  missing")
            continue
        new = "   created now" if shape.name in created else ""
        facts = f"{topic.partitions:10}  {topic.replicas:8}  {topic.config.get(CLEANUP, '?')}"
        click.echo(f"{shape.name:{width}}  {facts}{new}")
    click.echo(f"The cluster has {cluster.brokers} broker{'s' if cluster.brokers > 1 else ''}.")


def _show_difference(one: Difference) -> None:
    colour = "red" if one.fatal else "yellow"
    click.secho(f"\n{one.topic} {one.problem}", fg=colour)
    click.echo(textwrap.fill(f"  {one.mend}", WIDTH, subsequent_indent="  ", break_long_words=False))
