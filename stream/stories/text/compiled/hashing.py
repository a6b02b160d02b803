"""Compiled hashing of words: MurmurHash3 for the buckets of the log, and a quick one for tables in memory."""

from typing import Any

import numpy as np

from embeddings.jit import inlined

_C1, _C2 = np.uint32(0xCC9E2D51), np.uint32(0x1B873593)
_FNV_OFFSET, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)


@inlined
def utf8_length(points: Any, start: int, end: int, utf8: Any) -> Any:
    """Write code points [start, end) as UTF-8 into `utf8`; return the number of bytes."""
    size = 0
    for i in range(start, end):
        code = points[i]
        if code < 0x80:
            utf8[size] = code
            size += 1
        elif code < 0x800:
            utf8[size] = 0xC0 | (code >> np.uint32(6))
            utf8[size + 1] = 0x80 | (code & np.uint32(0x3F))
            size += 2
        elif code < 0x10000:
            utf8[size] = 0xE0 | (code >> np.uint32(12))
            utf8[size + 1] = 0x80 | ((code >> np.uint32(6)) & np.uint32(0x3F))
            utf8[size + 2] = 0x80 | (code & np.uint32(0x3F))
            size += 3
        else:
            utf8[size] = 0xF0 | (code >> np.uint32(18))
            utf8[size + 1] = 0x80 | ((code >> np.uint32(12)) & np.uint32(0x3F))
            utf8[size + 2] = 0x80 | ((code >> np.uint32(6)) & np.uint32(0x3F))
            utf8[size + 3] = 0x80 | (code & np.uint32(0x3F))
            size += 4
    return size


@inlined
def murmur3(data: Any, size: int, seed: Any) -> Any:
    """MurmurHash3, x86, 32 bit, of the first `size` bytes (Appleby 2011, public domain)."""
    state = np.uint32(seed)
    whole = size // 4
    for block in range(whole):
        at = 4 * block
        k = (
            np.uint32(data[at])
            | (np.uint32(data[at + 1]) << np.uint32(8))
            | (np.uint32(data[at + 2]) << np.uint32(16))
            | (np.uint32(data[at + 3]) << np.uint32(24))
        )
        state = np.uint32(state ^ _scrambled(k))
        state = np.uint32((state << np.uint32(13)) | (state >> np.uint32(19)))
        state = np.uint32(state * np.uint32(5) + np.uint32(0xE6546B64))
    k = np.uint32(0)
    rest = size - 4 * whole
    for i in range(rest - 1, -1, -1):
        k = np.uint32((k << np.uint32(8)) | np.uint32(data[4 * whole + i]))
    if rest > 0:
        state = np.uint32(state ^ _scrambled(k))
    state = np.uint32(state ^ np.uint32(size))
    state = np.uint32((state ^ (state >> np.uint32(16))) * np.uint32(0x85EBCA6B))
    state = np.uint32((state ^ (state >> np.uint32(13))) * np.uint32(0xC2B2AE35))
    return np.uint32(state ^ (state >> np.uint32(16)))


@inlined
def _scrambled(k: Any) -> Any:
    k = np.uint32(k * _C1)
    k = np.uint32((k << np.uint32(15)) | (k >> np.uint32(17)))
    return np.uint32(k * _C2)


@inlined
def point_hash(points: Any, start: int, end: int) -> Any:
    """FNV-1a over code points, folded once; never 0, which marks a free slot."""
    state = _FNV_OFFSET
    for i in range(start, end):
        state = (state ^ np.uint64(points[i])) * _FNV_PRIME
    state ^= state >> np.uint64(32)
    return state if state != 0 else np.uint64(1)


@inlined
def same_points(one: Any, start: int, end: int, other: Any, begin: int) -> Any:
    """Whether one[start:end] equals as many code points of the other from `begin` on."""
    for i in range(end - start):
        if one[start + i] != other[begin + i]:
            return False
    return True
