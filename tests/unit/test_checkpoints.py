"""Checkpoints come back whole or not at all, and whatever is wrong with one, the one before it serves."""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import fsspec
import msgspec
import numpy as np
import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stream.checkpoint_child import CAN_FORK, fork_to_write
from stream.checkpoints import (
    FORMAT,
    LENGTH_BYTES,
    MAGIC,
    PART,
    SUM_BYTES,
    Arrays,
    Checkpoints,
    cause_of,
)
from stream.errors import CheckpointStoreError, SettingsError
from stream.fold.settings import CheckpointSettings
from stream.observability.metrics import Metrics
from tests.support.metrics import value_of

KEEP = 3
ANY_DTYPE = st.sampled_from([np.int8, np.uint8, np.uint16, np.uint32, np.int64, np.uint64, np.float32])
ANY_ARRAY = ANY_DTYPE.flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=9))
)


def checkpoints(folder: Path | str, rules: str = "rules", metrics: Metrics | None = None) -> Checkpoints:
    settings = CheckpointSettings(url=str(folder), keep=KEEP)
    return Checkpoints(settings, "log", "1.0", rules, metrics or Metrics())


def state(number: int) -> Arrays:
    return {"numbers": np.arange(number, number + 1_000), "text": np.frombuffer(b"abc", np.uint8)}


def number_of(arrays: Arrays) -> int:
    return int(arrays["numbers"][0])


@pytest.fixture
def three(tmp_path: Path) -> tuple[Checkpoints, list[Path]]:
    """Three checkpoints, at the offsets 10, 20 and 30, and their files, oldest first."""
    store = checkpoints(tmp_path)
    for offset in (10, 20, 30):
        store.write(0, offset, state(offset))
    return store, sorted((tmp_path / "log-0").iterdir())


@given(st.dictionaries(st.text(min_size=1, max_size=20), ANY_ARRAY, max_size=6))
def test_what_was_written_is_read_back(arrays: Arrays):
    store = checkpoints("memory://read-back")
    store.write(0, 7, arrays)
    found = store.newest(0, 7, lambda read: read)
    assert found is not None
    offset, read = found
    assert offset == 7
    assert read.keys() == arrays.keys()
    for name, array in arrays.items():
        assert read[name].dtype == array.dtype
        np.testing.assert_array_equal(read[name], array)


def test_the_newest_one_not_past_the_committed_offset_is_taken(three):
    store, _ = three
    assert store.newest(0, 30, number_of) == (30, 30)
    assert store.newest(0, 29, number_of) == (20, 20)
    assert store.newest(0, 9, number_of) is None


def test_room_to_grow_takes_no_room_in_the_file(tmp_path: Path):
    table = np.zeros((1_000, 10_000), np.int32)
    table[0] = 7
    store = checkpoints(tmp_path)
    store.write(0, 1, {"table": table, "empty": np.zeros(50_000_000)})
    (file,) = tmp_path.rglob("*.checkpoint")
    assert file.stat().st_size < table.nbytes / 10
    _, read = store.newest(0, 1, lambda arrays: arrays) or (0, {})
    np.testing.assert_array_equal(read["table"], table)
    assert read["empty"].shape == (50_000_000,)


def test_partitions_are_apart(three):
    store, _ = three
    assert store.newest(1, 30, number_of) is None


def test_their_number_is_bounded_and_halves_of_a_killed_worker_are_removed(three, tmp_path: Path):
    store, files = three
    files[0].with_name(files[0].name + PART).write_bytes(b"half")
    for offset in range(40, 100, 10):
        store.write(0, offset, state(offset))
    left = sorted(int(file.stem) for file in (tmp_path / "log-0").iterdir())
    assert left == [70, 80, 90]


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def emptied(data: bytes) -> bytes:
    return data[:0]


def of_format(number: int, data: bytes) -> bytes:
    """The same file as if written in another format, its checksum right."""
    begin = len(MAGIC) + LENGTH_BYTES
    length = int.from_bytes(data[len(MAGIC) : begin], "big")
    header = msgspec.msgpack.decode(data[begin : begin + length])
    changed = msgspec.msgpack.encode(header | {"format": number, "new": "field"})
    body = MAGIC + len(changed).to_bytes(LENGTH_BYTES, "big") + changed + data[begin + length : -SUM_BYTES]
    return body + xxhash.xxh3_128_digest(body)


def newer(data: bytes) -> bytes:
    return of_format(FORMAT + 1, data)


def not_ours(data: bytes) -> bytes:
    return b"PK\x03\x04" + data


@pytest.mark.parametrize("damage", [cut, flipped, emptied, newer, not_ours])
def test_a_bad_one_is_refused_and_the_one_before_it_serves(three, damage: Callable[[bytes], bytes]):
    store, files = three
    files[-1].write_bytes(damage(files[-1].read_bytes()))
    assert store.newest(0, 30, number_of) == (20, 20)


def test_where_every_one_is_bad_the_log_serves(three):
    store, files = three
    for file in files:
        file.write_bytes(flipped(file.read_bytes()))
    assert store.newest(0, 30, number_of) is None


@given(at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_no_flipped_bit_goes_unnoticed(at: int, bit: int):
    store = checkpoints("memory://flipped")
    store.write(0, 1, {"numbers": np.arange(5)})
    files = fsspec.filesystem("memory")
    (name,) = files.find("/flipped")
    data = bytearray(files.cat_file(name))
    data[at % len(data)] ^= 1 << bit
    files.pipe_file(name, bytes(data))
    assert store.newest(0, 1, number_of) is None


def test_one_that_the_state_refuses_is_passed_over(three):
    store, _ = three

    def restore(arrays: Arrays) -> int:
        if number_of(arrays) == 30:
            raise KeyError("vectors of another model")
        return number_of(arrays)

    assert store.newest(0, 30, restore) == (20, 20)


@pytest.mark.usefixtures("three")
def test_one_of_other_settings_is_taken(tmp_path: Path):
    assert checkpoints(tmp_path, rules="other").newest(0, 30, number_of) == (30, 30)


def test_a_store_that_fails_is_counted_and_does_not_stop_the_stream(tmp_path: Path):
    metrics = Metrics()
    (tmp_path / "file").write_text("in the way")
    checkpoints(tmp_path / "file", metrics=metrics).write(0, 1, state(1))
    assert value_of(metrics.checkpoints.labels("failed")) == 1


def test_a_kind_of_store_that_does_not_exist_is_a_wrong_setting():
    with pytest.raises(SettingsError, match="CHECKPOINTS__URL begins with 'nowhere'") as caught:
        checkpoints("nowhere://desk:hunter2@x")
    assert "hunter2" not in str(caught.value)


def test_a_store_that_can_be_written_keeps_nothing_of_the_trial(tmp_path: Path):
    checkpoints(tmp_path / "new").try_to_write()
    assert not list((tmp_path / "new").iterdir())


def test_a_store_that_cannot_be_written_is_found_by_trying(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CheckpointStoreError, match="cannot be written"):
        checkpoints(tmp_path / "file" / "checkpoints").try_to_write()


def test_a_store_fails_until_a_checkpoint_is_written_again(tmp_path: Path):
    store = checkpoints(tmp_path / "store")
    (tmp_path / "store").write_text("in the way")
    assert not store.write(0, 10, state(0))
    assert store.is_failing
    (tmp_path / "store").unlink()
    assert store.write(0, 10, state(0))
    assert not store.is_failing


def test_checkpoints_of_another_log_are_discarded(three):
    store, files = three
    newest = store.newest_offset(0)
    assert newest is not None
    store.discard_past(0, newest - 1)
    assert store.newest_offset(0) is not None
    assert store.newest_offset(0) < newest
    assert sum(file.exists() for file in files) == len(files) - 1


@pytest.mark.parametrize(
    "said",
    [
        "cannot reach s3://desk:hunter2@store.example/checkpoints",
        "403 at https://store.example/checkpoints?X-Amz-Signature=hunter2&part=1",
        "AccessDenied {'aws_secret_access_key': 'hunter2', 'region': 'x'}",
        "https://account.example/container?sv=1&sig=hunter2",
        "InvalidAccessKeyId: AWSAccessKeyId=hunter2",
        "authorization token: hunter2",
    ],
)
def test_the_cause_of_a_failure_is_reported_without_credentials(said: str):
    reported = cause_of(OSError(said))
    assert "hunter2" not in reported
    assert "***" in reported
    assert reported.startswith("OSError: ")
    assert cause_of(OSError("no space left on s3://bucket/checkpoints")).endswith("s3://bucket/checkpoints")


@pytest.mark.skipif(not CAN_FORK, reason="no fork here")
def test_a_child_writes_the_state_as_it_was_at_the_fork(tmp_path: Path):
    store, held = checkpoints(tmp_path), state(7)
    child = fork_to_write(lambda pipe: store.lay_out(pipe, 10, held))
    held["numbers"][:] = 0  # the shard goes on
    assert store.write_from(0, 10, child)
    assert store.newest(0, 10, number_of) == (10, 7)


@pytest.mark.skipif(not CAN_FORK, reason="no fork here")
def test_a_child_that_fails_leaves_no_checkpoint(tmp_path: Path):
    store = checkpoints(tmp_path)

    def fail(pipe: BinaryIO) -> None:
        store.lay_out(pipe, 10, state(7))
        raise MemoryError

    assert not store.write_from(0, 10, fork_to_write(fail))
    assert store.newest(0, 10, number_of) is None


@pytest.mark.skipif(not CAN_FORK, reason="no fork here")
def test_a_child_ends_when_the_store_fails(tmp_path: Path):
    store, large = checkpoints(tmp_path / "store"), {"numbers": np.ones(10_000_000)}
    (tmp_path / "store").write_text("in the way")
    child = fork_to_write(lambda pipe: store.lay_out(pipe, 10, large))
    assert not store.write_from(0, 10, child)
    with pytest.raises(ProcessLookupError):
        os.kill(child.process, 0)


@pytest.mark.skipif(not CAN_FORK, reason="no fork here")
def test_a_child_keeps_no_file_of_its_parent_open():
    def count_files(pipe: BinaryIO) -> None:
        pipe.write(b"%d" % len(list(Path("/proc/self/fd").iterdir())))

    with socket.create_server(("127.0.0.1", 0)):
        child = fork_to_write(count_files)
        files = int(child.pipe.read())
        child.finish()
    assert files <= 5  # the three of every process, the pipe, and the folder that lists them
