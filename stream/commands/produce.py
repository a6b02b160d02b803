"""`newsfold produce`: check the articles of a file or a feed and send them to Kafka, each acknowledged."""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter
from urllib.error import URLError
from urllib.request import Request, urlopen

import click
import msgspec
from aiokafka import AIOKafkaProducer
from rich.progress import Progress

from stream.articles.files import pieces
from stream.articles.formats.registry import FormatName, adapted
from stream.articles.message import read_article
from stream.articles.reading import read_message
from stream.commands.inputs import InputFile, format_option, kept, say_refusals
from stream.commands.progress import article_progress
from stream.errors import InvalidArticleError
from stream.exit_codes import ExitCode
from stream.kafka.clients import COMPRESSION, connected, connection
from stream.settings import Settings, load_settings

IN_FLIGHT = 1_000  # unacknowledged articles at most; bounds memory whatever the file's size
MAX_FEED_BYTES = 33_554_432
FEED_SECONDS = 30.0
AGENT = "newsfold (produce --feed)"


class Produced(msgspec.Struct):
    """What became of a file: articles that the broker acknowledged, and lines that were refused before."""

    sent: int = 0
    refusals: list[tuple[int, str, str]] = []


@click.command("produce")
@click.argument("file", type=InputFile, required=False)
@click.option("--feed", help="Send the items of this RSS, Atom or JSON Feed, an address or a file, instead.")
@format_option
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="Articles a second at most.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
def command(
    file: Path | None, feed: str | None, wanted: str | None, rate: float | None, as_json: bool
) -> None:
    """Send the articles of FILE to the articles topic, keyed by id. `-` is standard input.

    Each is checked first as the worker would: what cannot be read is named and not sent. Articles in the format of
    others are sent in Newsfold's own.

    \b
    Examples:
      newsfold produce articles.jsonl
      newsfold produce --rate 5 articles.jsonl.gz
      newsfold produce --format newsapi answer.json
      newsfold produce --feed https://press.example/rss.xml
    """
    if (file is None) == (feed is None):
        raise click.UsageError("name a FILE, or a feed by --feed")
    settings = load_settings()
    begin = perf_counter()
    with ExitStack() as stack:
        path = stack.enter_context(kept(file) if file is not None else fetched(feed or ""))
        produced = asyncio.run(produce(settings, path, rate, FormatName(wanted or settings.intake.format)))
    seconds = perf_counter() - begin
    say_refusals(produced.refusals)
    if as_json:
        figures = {"acknowledged": produced.sent, "refused": len(produced.refusals), "seconds": seconds}
        click.echo(msgspec.json.encode(figures))
    else:
        refused = f", {len(produced.refusals)} refused" if produced.refusals else ""
        topic = settings.topics.articles
        click.echo(f"{produced.sent} articles acknowledged on {topic}{refused} in {seconds:.1f} s")
    if produced.refusals and not produced.sent:
        sys.exit(ExitCode.INPUT_REFUSED)


@contextmanager
def fetched(feed: str) -> Iterator[Path]:
    """A feed as a file: fetched where it is a web address, else the file of this name."""
    if not feed.lower().startswith(("http://", "https://")):
        if not Path(feed).is_file():
            raise click.BadParameter(f"{feed} is neither a web address nor a file", param_hint="--feed")
        yield Path(feed)
        return
    try:
        request = Request(feed, headers={"User-Agent": AGENT})  # noqa: S310 - http or https, above
        with urlopen(request, timeout=FEED_SECONDS) as answer:  # noqa: S310
            content = answer.read(MAX_FEED_BYTES + 1)
    except (URLError, OSError) as error:
        failure = click.ClickException(f"{feed} cannot be fetched: {error}")
        failure.exit_code = ExitCode.UNAVAILABLE
        raise failure from None
    if len(content) > MAX_FEED_BYTES:
        raise click.ClickException(f"{feed} is larger than {MAX_FEED_BYTES} bytes")
    with tempfile.NamedTemporaryFile(prefix="newsfold-feed-") as copy:
        copy.write(content)
        copy.flush()
        yield Path(copy.name)


async def produce(
    settings: Settings, file: Path, rate: float | None = None, wanted: FormatName = FormatName.AUTO
) -> Produced:
    """Send every article of the file that can be read, and wait for all acknowledgements."""
    producer = AIOKafkaProducer(
        **connection(settings.kafka),
        enable_idempotence=True,
        compression_type=COMPRESSION,
        max_request_size=settings.intake.max_message_bytes,
    )
    produced = Produced()
    async with connected(producer, settings.kafka):
        with article_progress() as progress:
            await _send_all(producer, settings, file, rate, wanted, progress, produced)
    return produced


async def _send_all(
    producer: AIOKafkaProducer,
    settings: Settings,
    file: Path,
    rate: float | None,
    wanted: FormatName,
    progress: Progress,
    produced: Produced,
) -> None:
    task = progress.add_task("Producing", total=sum(1 for _ in pieces(file)))
    waiting: list[asyncio.Future[object]] = []
    for piece in pieces(file):
        progress.advance(task)
        try:
            key, value = checked(piece.value, settings.intake.max_article_bytes, wanted)
        except InvalidArticleError as error:
            produced.refusals.append((piece.number, error.reason, str(error)))
            continue
        waiting.append(await producer.send(settings.topics.articles, value, key=key))
        if len(waiting) >= IN_FLIGHT:
            produced.sent += len(await asyncio.gather(*waiting))
            waiting.clear()
        if rate:
            await asyncio.sleep(1 / rate)
    produced.sent += len(await asyncio.gather(*waiting))


def checked(value: bytes, max_bytes: int, wanted: FormatName = FormatName.AUTO) -> tuple[bytes, bytes]:
    """The key of an article and the message to send for it, in Newsfold's own format.

    Raises:
        InvalidArticleError: a worker would refuse it.
    """
    article_id = read_message(value, None, max_bytes, wanted).id
    native = adapted(value, wanted).value
    read_article(native, None, max_bytes)  # it may have grown beyond the limit
    return article_id.encode(), native
