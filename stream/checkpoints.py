"""Checkpoints: the state of a shard at one offset of its log, so that a restart replays minutes, not weeks.

A checkpoint is one file, written through fsspec (a local folder, or an object store by URL) under a temporary
name and then moved, and bounded in number. Layout: magic, length of the header, header (msgpack: versions, a digest
of the settings, offset, the arrays' names, types and shapes), the arrays' bytes but for the zeros at their ends (room
to grow), and an XXH3-128 sum of all that.

A file that is cut, altered, of a newer format or of other arrays than this version keeps is refused; the one before
is tried, then the log is replayed. Nothing in it is code: no pickle. Each array is read into its own memory, once: a
shard of a million articles holds gigabytes, and has seconds to be ready again (benchmarks/recovery).
"""

import gc
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, TypeVar
from uuid import uuid4

import fsspec
import msgspec
import numpy as np
import structlog
import xxhash

from stream.checkpoint_child import CheckpointChild
from stream.errors import CheckpointError, CheckpointStoreError, SettingsError
from stream.fold.settings import CheckpointSettings
from stream.observability.metrics import Metrics

log = structlog.get_logger(__name__)

MAGIC = b"NEWSFOLD"
FORMAT = 13
SUFFIX = ".checkpoint"
PART = ".part"
PROBE = "probe"
LENGTH_BYTES = 8
SUM_BYTES = 16
LONGEST_HEADER = 16_777_216  # bytes; a header is a few kB, anything larger is not one of ours
BLOCK = 1_048_576  # bytes; zeros at the end of an array are left out by blocks of this size
LOGIN = re.compile(r"://[^/\s]*@")  # user and password within an address
SECRET = re.compile(  # a value named so, in an address or in a message
    r"(?i)((?:key|secret|token|password|signature|credential|\bsig)[\w-]*[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,}]+"
)
OFFSET_DIGITS = 20  # enough for any Kafka offset; names sort as numbers

Arrays = dict[str, np.ndarray]
State = TypeVar("State")


class _ArrayForm(msgspec.Struct, array_like=True):
    name: str
    dtype: str
    shape: tuple[int, ...]
    filled: int  # bytes in the file; the rest of the array is zeros


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
            scheme = settings.url.partition("://")[0]  # the rest may hold a password
            raise SettingsError(
                f"NEWSFOLD_CHECKPOINTS__URL begins with {scheme!r}, which cannot be used: {error}"
            ) from error
        self._keep = settings.keep
        self._topic = topic
        self._version = version
        self._rules = rules
        self._metrics = metrics
        self.is_failing = False  # whether the last one could not be written

    def write(self, partition: int, offset: int, arrays: Arrays) -> bool:
        """Save the state at `offset`, then drop the oldest beyond the number kept.

        Failure is logged, not raised; return whether it was saved.
        """
        return self._save(partition, offset, lambda file: self.lay_out(file, offset, arrays))

    def write_from(self, partition: int, offset: int, child: CheckpointChild) -> bool:
        """Save what a child lays out, as write() does."""
        is_read = False

        def pass_on(file: BinaryIO) -> None:
            nonlocal is_read
            while part := child.pipe.read(BLOCK):
                file.write(part)
            is_read = True
            child.finish()

        try:
            return self._save(partition, offset, pass_on)
        finally:
            if not is_read:
                child.end()

    def _save(self, partition: int, offset: int, fill: Callable[[BinaryIO], None]) -> bool:
        folder = self._folder(partition)
        name = f"{folder}/{offset:0{OFFSET_DIGITS}d}{SUFFIX}"
        try:
            self._fs.makedirs(folder, exist_ok=True)
            with self._metrics.timed("checkpoint"):
                with self._fs.open(f"{name}{PART}", "wb") as file:
                    fill(file)
                self._fs.mv(f"{name}{PART}", name)
            for stale in self._stale(partition):
                self._fs.rm(stale)
        except Exception as error:  # noqa: BLE001 - a store that is away costs a longer replay, not the stream
            self._metrics.checkpoints.labels("failed").inc()
            self.is_failing = True
            facts = {"topic": self._topic, "partition": partition, "offset": offset, "error": cause_of(error)}
            log.error("checkpoint_failed", **facts, action="check NEWSFOLD_CHECKPOINTS__URL and the store")
            return False
        self.is_failing = False
        self._metrics.checkpoints.labels("written").inc()
        log.info("checkpoint_written", partition=partition, offset=offset)
        return True

    def try_to_write(self) -> None:
        """Write, move and remove a small file, as write() does with large ones.

        Raises:
            CheckpointStoreError: says what failed.
        """
        name = f"{self._root}/{PROBE}-{uuid4().hex}"
        try:
            self._fs.makedirs(self._root, exist_ok=True)
            with self._fs.open(f"{name}{PART}", "wb") as file:
                file.write(MAGIC)
            self._fs.mv(f"{name}{PART}", name)
            self._fs.rm(name)
        except Exception as error:  # noqa: BLE001 - every store has errors of its own
            raise CheckpointStoreError(
                f"the store of NEWSFOLD_CHECKPOINTS__URL cannot be written: {cause_of(error)}"
            ) from None

    def newest_offset(self, partition: int) -> int | None:
        """The offset of the newest checkpoint, good or not."""
        return next(map(_offset_of, self._names(partition)), None)

    def discard_past(self, partition: int, offset: int) -> None:
        """Remove the checkpoints past an offset: they are of another log, and would displace this one's."""
        for name in self._names(partition):
            if _offset_of(name) > offset:
                self._fs.rm(name)

    def newest(
        self, partition: int, not_past: int, restore: Callable[[Arrays], State]
    ) -> tuple[int, State] | None:
        """Offset and state of the newest checkpoint that is good and not past the committed offset."""
        for name in self._names(partition):
            offset = _offset_of(name)
            if offset > not_past:
                continue
            try:
                with _collector_paused():
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

    def lay_out(self, file: BinaryIO, offset: int, arrays: Arrays) -> None:
        """Write a checkpoint's bytes."""
        contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
        filled = {name: _without_end_zeros(_bytes_of(array)) for name, array in contiguous.items()}
        forms = [
            _ArrayForm(name, array.dtype.str, array.shape, filled[name].size)
            for name, array in contiguous.items()
        ]
        header = msgspec.msgpack.encode(_Header(FORMAT, self._version, self._rules, offset, forms))
        checksum = xxhash.xxh3_128()
        parts: list[Any] = [MAGIC, len(header).to_bytes(LENGTH_BYTES, "big"), header]
        parts += [part.data for part in filled.values() if part.size]
        for part in parts:
            checksum.update(part)
            file.write(part)
        file.write(checksum.digest())

    def _read(self, name: str) -> Arrays:
        checksum = xxhash.xxh3_128()
        with self._fs.open(name, "rb") as file:
            begin = file.read(len(MAGIC) + LENGTH_BYTES)
            length = int.from_bytes(begin[len(MAGIC) :], "big")
            if not begin.startswith(MAGIC) or length > LONGEST_HEADER:
                raise CheckpointError(f"{name} is not a checkpoint")
            header_bytes = file.read(length)
            header = _header(name, header_bytes)
            claimed = len(begin) + length + sum(form.filled for form in header.arrays) + SUM_BYTES
            if self._fs.size(name) != claimed:
                raise CheckpointError(f"{name} is cut or altered: {claimed} bytes are claimed")
            checksum.update(begin + header_bytes)
            arrays = {form.name: np.zeros(form.shape, form.dtype) for form in header.arrays}
            for form in header.arrays:
                part = _bytes_of(arrays[form.name])[: form.filled]
                file.readinto(part.data)
                checksum.update(part.data)
            if file.read(SUM_BYTES) != checksum.digest():
                raise CheckpointError(f"{name} is cut or altered: its checksum does not match")
        if header.settings != self._rules:
            log.warning(
                "checkpoint_of_other_settings",
                checkpoint=name,
                action="none: what was published stands, the new settings hold from here on",
            )
        return arrays


def _bytes_of(array: np.ndarray) -> np.ndarray:
    return array.reshape(-1).view(np.uint8)


def _without_end_zeros(data: np.ndarray) -> np.ndarray:
    end = data.size
    while end and not data[max(0, end - BLOCK) : end].any():
        end = max(0, end - BLOCK)
    return data[:end]


def _header(name: str, header_bytes: bytes) -> _Header:
    """The header, not yet verified: it may claim anything."""
    try:
        written_in = msgspec.msgpack.decode(header_bytes, type=_Format).format
        if written_in == FORMAT:
            return msgspec.msgpack.decode(header_bytes, type=_Header)
    except msgspec.DecodeError as error:
        raise CheckpointError(f"{name} is cut or altered: {error}") from error
    raise CheckpointError(f"{name} has format {written_in}, this version reads {FORMAT}")


@contextmanager
def _collector_paused() -> Iterator[None]:
    """A restored state is a million new objects and no garbage: looking for any, now or later, only takes time."""
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def cause_of(error: Exception) -> str:
    """What a store says of its failure, without the credentials that it may quote."""
    said = f"{type(error).__name__}: {error}"
    return SECRET.sub(r"\1***", LOGIN.sub("://***@", said))


def _offset_of(name: str) -> int:
    return int(name.rsplit("/", 1)[-1].removesuffix(SUFFIX))
