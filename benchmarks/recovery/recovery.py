"""How fast a shard is ready again: from a checkpoint, and by a bare replay of its log.

    OMP_NUM_THREADS=1 python -m benchmarks.recovery.recovery --results benchmarks/recovery/results.md

Folds synthetic records as the shard does (decoded from the log's bytes), saves a checkpoint, and restores it in
fresh processes, once with the file out of the page cache and then within. Each then folds the records that follow;
the outcome must be the bytes of the fold that went on. The encoder has no part in it, nor has the broker.
As a control each restart then takes as much fresh memory from the system as the checkpoint is large: a virtual
machine may hand it out at half a gigabyte a second, and no restore is faster than that. (Not before: memory once
touched is quicker the second time.)
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from time import monotonic, perf_counter, process_time

import msgspec
import numpy as np
import xxhash

from benchmarks.recovery.records import records
from stream.checkpoints import Arrays, Checkpoints
from stream.copies.settings import CopySettings
from stream.embed.record import EmbeddedArticle, decode_record, encode_record
from stream.fold.fold import Fold
from stream.fold.settings import CheckpointSettings
from stream.kafka.shard_snapshot import copy, fold_digest, hold
from stream.kafka.warm_up import warm_up
from stream.observability.metrics import Metrics
from stream.settings import Settings

BATCH = 10_000  # records made at a time: making them is not timed
FOLLOWING = 2_000  # records folded after the checkpoint, to see that nothing was lost on the way
SEED = 1
WARM_RESTARTS = 2
GIGABYTE = 1e9

Record = tuple[EmbeddedArticle, int]


class Restored(msgspec.Struct):
    """One restart. Times in seconds, memory in bytes; `ready_after` counts from the start of the process."""

    restored_in: float
    cpu: float
    ready_after: float
    peak: int
    control: float
    outcome: str


def shard_settings(articles: int) -> Settings:
    """The defaults, with room for every text."""
    return Settings(copies=CopySettings(capacity=max(64, articles)))


def checkpoints(folder: Path, settings: Settings) -> Checkpoints:
    """The store as a shard would open it."""
    store = CheckpointSettings(url=str(folder))
    return Checkpoints(store, "articles.embedded", "benchmark", fold_digest(settings), Metrics())


def folded_in(fold: Fold, feed: Iterator[Record], articles: int) -> float:
    """Fold so many records; return the CPU seconds of decoding and folding them."""
    seconds = 0.0
    for done in range(0, articles, BATCH):
        batch = [
            (encode_record(article), logged) for article, logged in islice(feed, min(BATCH, articles - done))
        ]
        begin = process_time()
        for value, logged in batch:
            fold.fold(decode_record(value), logged)
        seconds += process_time() - begin
        if (done // BATCH) % 10 == 9:
            print(f"{done + BATCH} folded in {seconds:.0f} s", file=sys.stderr, flush=True)
    return seconds


def outcome_of(fold: Fold, following: list[Record]) -> str:
    """A digest of all that the fold makes of the records that follow."""
    digest = xxhash.xxh3_128()
    for article, logged in following:
        digest.update(msgspec.json.encode(fold.fold(article, logged)))
    return digest.hexdigest()


def restart(folder: Path, articles: int, started: float) -> Restored:
    """What a fresh worker does: compile or load the kernels, read and verify the checkpoint, take on its state."""
    settings = shard_settings(articles)
    store = checkpoints(folder, settings)
    warm_up(settings)

    def restored(arrays: Arrays) -> Fold:
        fold = Fold.empty(settings)
        fold.state.restore(arrays)
        return fold

    begin, cpu = perf_counter(), process_time()
    found = store.newest(0, articles, restored)
    taken, cpu_taken = perf_counter() - begin, process_time() - cpu
    ready_after = monotonic() - started
    peak = peak_memory()
    (file,) = folder.rglob("*.checkpoint")
    control = memory_control(file.stat().st_size)
    assert found is not None
    following = msgspec.msgpack.decode((folder / "following").read_bytes(), type=list[Record])
    return Restored(taken, cpu_taken, ready_after, peak, control, outcome_of(found[1], following))


def memory_control(size: int) -> float:
    """Touch so many bytes of fresh memory and let them go; CPU seconds."""
    begin = process_time()
    np.zeros(size, np.uint8)[:: resource.getpagesize()] = 1
    return process_time() - begin


def peak_memory() -> int:
    """Most memory this process held, bytes. (Linux; getrusage would give the parent's in a fresh child.)"""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def in_a_fresh_process(folder: Path, articles: int) -> Restored:
    """Restart in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.recovery.recovery", "--articles", str(articles)]
    command += ["--restart", str(folder), "--started", str(monotonic())]
    said = subprocess.run(command, check=True, capture_output=True).stdout
    return msgspec.json.decode(said, type=Restored)


def drop_from_cache(file: Path) -> None:
    """Let the next read come from the disk."""
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


def measure(articles: int, folder: Path) -> str:
    """Fold, save, restart; the results as Markdown."""
    settings = shard_settings(articles)
    warm_up(settings)
    feed, fold = records(articles, SEED), Fold.empty(settings)
    replay = folded_in(fold, feed, articles)
    state = fold.state
    held = len(state.registry), state.copies.entries, len(state.story_store)
    store = checkpoints(folder, settings)
    begin = perf_counter()
    save = copy(store, 0, articles, state)
    copied = perf_counter() - begin
    del save
    begin = perf_counter()
    save = hold(store, 0, articles, state)
    held_for = perf_counter() - begin
    begin = perf_counter()
    assert save()
    written = perf_counter() - begin
    peak = peak_memory()
    (file,) = folder.rglob("*.checkpoint")
    following = list(islice(feed, FOLLOWING))
    (folder / "following").write_bytes(msgspec.msgpack.encode(following))
    expected = outcome_of(fold, following)
    del fold, state
    drop_from_cache(file)
    cold, *warm = (in_a_fresh_process(folder, articles) for _ in range(1 + WARM_RESTARTS))
    assert {cold.outcome} | {one.outcome for one in warm} == {expected}, "the restored fold goes on otherwise"
    rows = {
        "articles, distinct texts, open stories held": "{}, {}, {}".format(*held),
        "checkpoint on disk": f"{file.stat().st_size / GIGABYTE:.2f} GB",
        "read from disk, verified, restored: ready to fold": f"**{cold.restored_in:.1f} s** (CPU {cold.cpu:.1f} s)",
        "the same, the file in the page cache": ", ".join(
            f"**{one.restored_in:.1f} s** (CPU {one.cpu:.1f} s)" for one in warm
        ),
        "control: as much fresh memory touched after each, CPU": ", ".join(
            f"{one.control:.1f} s" for one in (cold, *warm)
        ),
        "from the start of the process, imports and kernels included": f"{cold.ready_after:.1f} s",
        "bare replay of the log: decode and fold, CPU": f"{replay:.0f} s, {articles / replay:.0f} records/s",
        "the replay takes as long as so many cold restores": f"{replay / cold.cpu:.0f} (CPU over CPU)",
        "process forked for the checkpoint (the fold waits)": f"**{1000 * held_for:.0f} ms**",
        "control: state copied in the process instead (the fold would wait)": f"{copied:.1f} s",
        "checkpoint laid out by the child and written (in the background)": f"{written:.1f} s",
        "peak memory, folding and writing": f"{peak / GIGABYTE:.1f} GB",
        "peak memory, restoring": f"{cold.peak / GIGABYTE:.1f} GB",
        f"{FOLLOWING} records folded next": "the same bytes as the fold that went on",
    }
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {platform.machine()}"
    return "\n".join(
        [
            f"# Recovery of a shard with {articles} articles in the window",
            "",
            f"`OMP_NUM_THREADS=1 python -m benchmarks.recovery.recovery --articles {articles}`, {load}.",
            "Synthetic records (benchmarks/recovery/records.py); every article lies within every window.",
            "",
            "| What | Found |",
            "|---|---|",
            *(f"| {name} | {value} |" for name, value in rows.items()),
            "",
        ]
    )


def main() -> None:
    """Measure, print, and write the results where a file is named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--results", type=Path, help="write the results to this Markdown file too")
    parser.add_argument("--restart", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--started", type=float, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.restart:
        sys.stdout.buffer.write(msgspec.json.encode(restart(chosen.restart, chosen.articles, chosen.started)))
        return
    with tempfile.TemporaryDirectory(prefix="newsfold-recovery-") as folder:
        results = measure(chosen.articles, Path(folder))
    print(results)
    if chosen.results:
        chosen.results.write_text(results)


if __name__ == "__main__":
    main()
