"""`newsfold board`: the stories as a web page; `newsfold board export`: its marks as labelled articles."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import ExitStack
from pathlib import Path

import click
import msgspec
from aiokafka import AIOKafkaConsumer

from stream.articles.jsonl import key_of, read_lines
from stream.board.labels import labels_of, with_unmarked
from stream.board.marks import Marks
from stream.board.store import Store
from stream.commands.progress import counting_progress
from stream.errors import SettingsError
from stream.exit_codes import ExitCode
from stream.kafka.clients import connected, connection
from stream.observability.logging import configure_logs
from stream.settings import Settings, load_settings

POLL_MS = 500
InputFile = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("board", invoke_without_command=True)
@click.option(
    "--from",
    "files",
    type=InputFile,
    multiple=True,
    help="Show what `newsfold replay` wrote, without Kafka; give the option once for each of its files.",
)
@click.option(
    "--port", type=click.IntRange(0, 65_535), help="Port instead of the setting's; 0 takes a free one."
)
@click.pass_context
def command(context: click.Context, files: tuple[Path, ...], port: int | None) -> None:
    """Show the stories as a web page, until interrupted.

    It reads only the topics `stories` and `assignments`, and keeps what it shows in a store of its own, which may be
    thrown away (NEWSFOLD_BOARD__FOLDER). `--from` needs no Kafka.

    \b
    Examples:
      newsfold board
      newsfold replay articles.jsonl --stories st.jsonl --assignments as.jsonl
      newsfold board --from st.jsonl --from as.jsonl
    """
    if context.invoked_subcommand is not None:
        return
    settings = load_settings()
    if port is not None:
        settings = settings.model_copy(update={"board": settings.board.model_copy(update={"port": port})})
    configure_logs(settings.log)
    _serve(settings, files)


def _serve(settings: Settings, files: tuple[Path, ...]) -> None:
    from stream.board.context import Context
    from stream.board.freshness import Changes, Freshness
    from stream.board.metrics import BoardMetrics
    from stream.board.replayed import load
    from stream.board.security import Guard, check_exposure
    from stream.board.server import serve
    from stream.board.topics import TopicReader
    from stream.board.worker_lag import watch_worker

    board = settings.board
    check_exposure(board)
    with ExitStack() as stack:
        # The files are read anew each time: their store need not outlive the board.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory())) if files else board.folder
        store, marks = Store(folder / "board.sqlite"), Marks(board.folder / "marks.sqlite")
        stack.callback(marks.close)
        stack.callback(store.close)
        freshness, changes, metrics = Freshness(reads_topics=not files), Changes(), BoardMetrics()
        tasks = []
        if files:
            with counting_progress("lines") as progress:
                task = progress.add_task("Reading", total=sum(1 for file in files for _ in read_lines(file)))
                load(store, list(files), lambda done: progress.advance(task, done))
        else:
            reader = TopicReader(settings, store, freshness, changes, metrics)
            tasks = [reader.run, lambda: watch_worker(settings, freshness, changes)]
        context = Context(board, store, marks, freshness, changes, metrics, Guard(board))
        failed = serve(context, tasks, lambda url: click.echo(f"The board is at {url}. Stop it with Ctrl-C."))
    if failed:
        sys.exit(ExitCode.FAILED)  # it ended by itself


@command.command("export")
@click.argument("out", type=click.Path(dir_okay=False, writable=True, allow_dash=True, path_type=Path))
@click.option(
    "--articles",
    type=InputFile,
    multiple=True,
    help="JSON Lines with the articles as they were produced; without it the articles topic is read.",
)
@click.option(
    "--with-unmarked",
    is_flag=True,
    help="Take the stories that were not marked as right, and label them as well.",
)
def export_command(out: Path, articles: tuple[Path, ...], with_unmarked: bool) -> None:
    """Write the articles that marks speak of to OUT, each with the `cluster` that they say it has.

    `newsfold evaluate` and `newsfold tune` read the file. The topics that the board reads do not carry the text of
    articles, so it is taken from where they came from.

    \b
    Examples:
      newsfold board export labelled.jsonl
      newsfold board export labelled.jsonl --articles articles.jsonl
    """
    settings = load_settings()
    labels = _labels(settings, all_stories=with_unmarked)
    lines = _from_files(articles) if articles else asyncio.run(_from_topic(settings))
    labelled = _labelled(lines, labels)
    with sys.stdout.buffer if str(out) == "-" else out.open("wb") as file:
        file.writelines(line + b"\n" for line in labelled.values())
    missing = len(labels) - len(labelled)
    click.echo(f"{len(labelled)} articles of {len(set(labels.values()))} stories labelled", err=True)
    if missing:
        click.secho(f"{missing} marked articles were not found among the articles", fg="yellow", err=True)


def _labels(settings: Settings, *, all_stories: bool) -> dict[str, str]:
    marks = Marks(settings.board.folder / "marks.sqlite")
    made = marks.all()
    marks.close()
    if not made:
        raise SettingsError(
            f"nothing is marked in {settings.board.folder / 'marks.sqlite'}: open a story on the board and mark it, "
            "or set NEWSFOLD_BOARD__FOLDER to the board's folder"
        )
    labels = labels_of(made)
    if all_stories:
        store = Store(settings.board.folder / "board.sqlite")
        labels = with_unmarked(store, labels, made)
        store.close()
    return labels


def _labelled(lines: Iterable[bytes], labels: dict[str, str]) -> dict[str, bytes]:
    """The last version of each labelled article, with its label, in order of arrival."""
    found: dict[str, bytes] = {}
    for line in lines:
        name = (key_of(line) or b"").decode(errors="replace")
        if name in labels:
            article = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
            article["cluster"] = msgspec.Raw(msgspec.json.encode(labels[name]))
            found.pop(name, None)
            found[name] = msgspec.json.encode(article)
    return found


def _from_files(files: Iterable[Path]) -> Iterable[bytes]:
    for file in files:
        yield from read_lines(file)


async def _from_topic(settings: Settings) -> list[bytes]:
    return [line async for line in _topic_lines(settings)]


async def _topic_lines(settings: Settings) -> AsyncIterator[bytes]:
    """What the articles topic holds up to its end now."""
    consumer = AIOKafkaConsumer(
        settings.topics.articles,
        **connection(settings.kafka),
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    async with connected(consumer, settings.kafka):
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(source) < end for source, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                for record in records:
                    if record.value is not None:
                        yield record.value
