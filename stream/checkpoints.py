"""Checkpoints: the state of a shard at one offset of its log, so that a restart replays minutes, not weeks.

A checkpoint is one file, written through fsspec (a local folder, or an object store by URL) under a temporary
name and then moved, and bounded in number. Layout: magic, length of the header, header (msgpack: versions, a digest
of the settings, offset, the arrays' names, types and shapes), the arrays' bytes, and an XXH3-128 sum of all that.
A file that is cut, altered, of a newer format or of other arrays than this version keeps is refused; the one before
is tried, then the log is replayed. Nothing in it is code: no pickle.
"""

from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar

import fsspec
import msgspec
import numpy as np
import structlog
import xxhash

from stream.errors import CheckpointError, SettingsError
from stream.metrics import Metrics
from stream.settings import CheckpointSettings

log = structlog.get_logger(__name__)

MAGIC = b"NEWSFOLD"
FORMAT = 1
SUFFIX = ".checkpoint"
PART = ".part"
LENGTH_BYTES = 8
SUM_BYTES = 16
LONGEST_HEADER = 16_777_216  # bytes; a header is a few kB, anything larger is not one of ours
OFFSET_DIGITS = 20  # enough for any Kafka offset; names sort as numbers

Arrays = dict[str, np.ndarray]
State = TypeVar("State")


class _ArrayForm(msgspec.Struct, array_like=True):
    name: str
    dtype: str
    shape: tuple[int, ...]


class _Format(msgspec.Struct):
    format: int


class _Header(msgspec.Struct):
    format: int
    newsfold: str
    settings: str
    offset: int
    arrays: list[_ArrayForm]


class Checkpoints:
    """The checkpoints of all shards of one topic, under one folder or URL."""

    def __init__(
        self, settings: CheckpointSettings, topic: str, version: str, rules: str, metrics: Metrics
    ) -> None:
        """`version` is Newsfold's; `rules` is a digest of the settings by which the state was folded.

        Raises:
            SettingsError: there is no such kind of store.
        """
        try:
            self._fs, self._root = fsspec.core.url_to_fs(settings.url)
        except (ValueError, ImportError) as error:
            raise SettingsError(
                f"NEWSFOLD_CHECKPOINTS__URL {settings.url!r} cannot be used: {error}"
            ) from error
        self._keep = settings.keep
        self._topic = topic
        self._version = version
        self._rules = rules
        self._metrics = metrics

    def write(self, partition: int, offset: int, arrays: Arrays) -> None:
        """Save the state at `offset`, then drop the oldest beyond the number kept. Failure is logged, not raised."""
        folder = self._folder(partition)
        name = f"{folder}/{offset:0{OFFSET_DIGITS}d}{SUFFIX}"
        try:
            self._fs.makedirs(folder, exist_ok=True)
            with self._fs.open(f"{name}{PART}", "wb") as file:
                self._write_file(file, offset, arrays)
            self._fs.mv(f"{name}{PART}", name)
            for stale in self._stale(partition):
                self._fs.rm(stale)
        except Exception as error:  # noqa: BLE001 - a store that is away costs a longer replay, not the stream
            self._metrics.checkpoints.labels("failed").inc()
            facts = {"partition": partition, "offset": offset, "error": str(error)}
            log.error("checkpoint_failed", **facts, action="check NEWSFOLD_CHECKPOINTS__URL and the store")
            return
        self._metrics.checkpoints.labels("written").inc()
        self._metrics.checkpoint_timestamp.set_to_current_time()
        log.info("checkpoint_written", partition=partition, offset=offset)

    def newest(
        self, partition: int, not_past: int, restore: Callable[[Arrays], State]
    ) -> tuple[int, State] | None:
        """Offset and state of the newest checkpoint that is good and not past the committed offset."""
        for name in self._names(partition):
            offset = _offset_of(name)
            if offset > not_past:
                continue
            try:
                state = restore(self._read(name))
            except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the next one or the log serves
                self._metrics.checkpoints.labels("refused").inc()
                log.warning(
                    "checkpoint_refused",
                    checkpoint=name,
                    error=f"{type(error).__name__}: {error}",
                    action="none: an older one or the log serves instead",
                )
                continue
            self._metrics.checkpoints.labels("restored").inc()
            return offset, state
        return None

    def _folder(self, partition: int) -> str:
        return f"{self._root}/{self._topic}-{partition}"

    def _names(self, partition: int, suffix: str = SUFFIX) -> list[str]:
        """Checkpoints of a partition, newest first."""
        folder = self._folder(partition)
        self._fs.invalidate_cache(folder)
        if not self._fs.exists(folder):
            return []
        return sorted(
            (name for name in self._fs.ls(folder, detail=False) if name.endswith(suffix)), reverse=True
        )

    def _stale(self, partition: int) -> list[str]:
        """What is beyond the number kept, and what a killed worker left half written."""
        return self._names(partition)[self._keep :] + self._names(partition, PART)

    def _write_file(self, file: BinaryIO, offset: int, arrays: Arrays) -> None:
        contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
        forms = [_ArrayForm(name, array.dtype.str, array.shape) for name, array in contiguous.items()]
        header = msgspec.msgpack.encode(_Header(FORMAT, self._version, self._rules, offset, forms))
        checksum = xxhash.xxh3_128()
        parts: list[Any] = [MAGIC, len(header).to_bytes(LENGTH_BYTES, "big"), header]
        parts += [array.reshape(-1).view(np.uint8).data for array in contiguous.values() if array.size]
        for part in parts:
            checksum.update(part)
            file.write(part)
        file.write(checksum.digest())

    def _read(self, name: str) -> Arrays:
        data = bytearray(self._fs.cat_file(name))
        body = memoryview(data)[:-SUM_BYTES]
        if bytes(data[: len(MAGIC)]) != MAGIC or xxhash.xxh3_128_digest(body) != bytes(data[-SUM_BYTES:]):
            raise CheckpointError(f"{name} is cut or altered: its checksum does not match")
        begin = len(MAGIC) + LENGTH_BYTES
        length = int.from_bytes(body[len(MAGIC) : begin], "big")
        if length > LONGEST_HEADER:
            raise CheckpointError(f"{name} is not a checkpoint: its header claims {length} bytes")
        header_bytes = body[begin : begin + length]
        written_in = msgspec.msgpack.decode(header_bytes, type=_Format).format
        if written_in != FORMAT:
            raise CheckpointError(f"{name} has format {written_in}, this version reads {FORMAT}")
        header = msgspec.msgpack.decode(header_bytes, type=_Header)
        if header.settings != self._rules:
            log.warning(
                "checkpoint_of_other_settings",
                checkpoint=name,
                action="none: what was published stands, the new settings hold from here on",
            )
        return _arrays(body[begin + length :], header.arrays)


def _arrays(body: memoryview, forms: list[_ArrayForm]) -> Arrays:
    arrays, at = {}, 0
    for form in forms:
        dtype = np.dtype(form.dtype)
        count = int(np.prod(form.shape, dtype=np.int64))
        arrays[form.name] = np.frombuffer(body, dtype, count, at).reshape(form.shape)
        at += count * dtype.itemsize
    return arrays


def _offset_of(name: str) -> int:
    return int(name.rsplit("/", 1)[-1].removesuffix(SUFFIX))
