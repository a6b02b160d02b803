"""One command, several processes: they share the work, stop together, and one that dies takes the others with it."""

import asyncio
import os
import signal
from collections import Counter
from pathlib import Path
from time import monotonic

from tests.support.newsroom import Newsroom, corpus_labels, corpus_lines

CORPUS_IDS = {label["id"] for label in corpus_labels()}
PATIENCE = 60.0


def children_of(pid: int) -> dict[int, str]:
    """The processes of a command, and the stage of each."""
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            words = Path(f"/proc/{child}/cmdline").read_text().split("\0")
            if "--stage" in words:
                found[child] = words[words.index("--stage") + 1]
    return found


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_processes_share_the_work_and_stop_together(newsroom: Newsroom):
    worker = newsroom.worker(processes=2)
    with worker:
        worker.wait_ready()
        children = children_of(worker.pid)
        assert Counter(children.values()) == {"embed": 2, "fold": 1}
        await newsroom.produce(corpus_lines())
        assignments = await newsroom.wait_for(len(CORPUS_IDS))
        assert worker.stop() == 0
    assert not any(map(is_running, children))
    assert {one["article_id"] for one in assignments} == CORPUS_IDS


async def test_a_process_that_dies_ends_the_command(newsroom: Newsroom):
    worker = newsroom.worker(processes=1)
    with worker:
        worker.wait_ready()
        children = children_of(worker.pid)
        os.kill(next(pid for pid, stage in children.items() if stage == "embed"), signal.SIGKILL)
        deadline = monotonic() + PATIENCE
        while worker.exit_code is None and monotonic() < deadline:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
        assert worker.exit_code == 70
    assert not any(map(is_running, children))
