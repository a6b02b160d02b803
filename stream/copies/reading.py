"""Compiled reading of a text: UTF-8 bytes to tokens, tokens to hashed word shingles, shingles to a sample.

Everything is fixed arithmetic on code points, so the same text gives the same sample on any machine. The kernels
live in one module because numba's cache does not notice a change in an imported kernel.
"""

import unicodedata
from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

# What a code point is to the tokeniser.
SEPARATOR, LETTER, DIGIT, JOINER, DENSE, FLOWING = range(6)
DENSE_SPAN = 3  # code points a token of Chinese or Japanese spans: a shingle then covers five
FLOWING_SPAN = 6  # ... of Thai, Lao, Khmer, Burmese, Tibetan, whose words are longer: a shingle covers eight

# A shingle enters the sample by its hash: every second of the first LEAD_SHINGLES, every eighth of the rest.
LEAD_SHINGLES = 150
LEAD_BITS = 1
REST_BITS = 3
SAMPLE_LIMIT = 256

_DENSE = ((0x2E80, 0x30FF), (0x3130, 0x318F), (0x31A0, 0x31FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF))
_FLOWING = ((0x0E00, 0x0EFF), (0x0F00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0xAA60, 0xAA7F))
_JOINERS = "'\u2018\u2019\u02bc\u00ad\u200b\u200c\u200d"


def _classes() -> npt.NDArray[np.uint8]:
    classes = np.zeros(0x10000, np.uint8)
    for code in range(0x10000):
        category = unicodedata.category(chr(code))
        if category[0] in "LM":
            classes[code] = LETTER
        elif category[0] == "N":
            classes[code] = DIGIT
    for ranges, value in ((_DENSE, DENSE), (_FLOWING, FLOWING)):
        for first, last in ranges:
            part = classes[first : last + 1]
            part[part == LETTER] = value
    for sign in _JOINERS:
        classes[ord(sign)] = JOINER
    return classes


def _lower() -> npt.NDArray[np.uint16]:
    lower = np.arange(0x10000, dtype=np.uint16)
    for code in range(0x10000):
        folded = chr(code).lower()
        if len(folded) == 1:
            lower[code] = ord(folded)
    return lower


CLASSES = _classes()
LOWER = _lower()

_PRIME = np.uint64(0x100000001B3)
_SEED = np.uint64(0xCBF29CE484222325)
_SECOND = np.uint64(0x9E3779B97F4A7C15)
_THIRD = np.uint64(0xC2B2AE3D27D4EB4F)


@nb.njit(cache=True)
def mixed(value: Any) -> Any:
    """The finaliser of splitmix64: every bit of the value reaches every bit of the result."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@nb.njit(cache=True)
def read_tokens(data: Any, classes: Any, lower: Any) -> Any:
    """Return (token hashes in order, length in quarter-words) of UTF-8 `data`.

    A run of letters and digits is a token, compared in lower case; apostrophes inside it do not count, a point or
    comma between digits does. In scripts without spaces every code point is a token, hashed with those before it.
    """
    size = len(data)
    tokens = np.empty(size // 2 + 2, np.uint64)
    count = 0
    quarters = 0
    token = _SEED
    inside = False
    after_digit = False
    run = 0  # code points of an unspaced script in a row
    recent = np.zeros(8, np.uint64)
    i = 0
    while i < size:
        byte = data[i]
        if byte < 0x80:
            code = np.uint32(byte)
            i += 1
        elif byte < 0xE0:
            code = (np.uint32(byte & 0x1F) << np.uint32(6)) | np.uint32(data[i + 1] & 0x3F)
            i += 2
        elif byte < 0xF0:
            code = (
                (np.uint32(byte & 0x0F) << np.uint32(12))
                | (np.uint32(data[i + 1] & 0x3F) << np.uint32(6))
                | np.uint32(data[i + 2] & 0x3F)
            )
            i += 3
        else:
            code = (
                (np.uint32(byte & 0x07) << np.uint32(18))
                | (np.uint32(data[i + 1] & 0x3F) << np.uint32(12))
                | (np.uint32(data[i + 2] & 0x3F) << np.uint32(6))
                | np.uint32(data[i + 3] & 0x3F)
            )
            i += 4
        if code < 0x10000:
            kind = classes[code]
            code = np.uint32(lower[code])
        elif 0x20000 <= code < 0x40000:
            kind = DENSE
        elif 0x1F000 <= code < 0x20000 or code >= 0xE0000:
            kind = SEPARATOR
        else:
            kind = LETTER
        if kind in (LETTER, DIGIT):
            token = (token ^ np.uint64(code)) * _PRIME
            inside = True
            after_digit = kind == DIGIT
            run = 0
            continue
        if kind == JOINER:
            continue
        if inside:
            if after_digit and (code == 44 or code == 46) and i < size and 48 <= data[i] <= 57:
                token = (token ^ np.uint64(code)) * _PRIME
                continue
            tokens[count] = mixed(token)
            count += 1
            quarters += 4
            token = _SEED
            inside = False
            after_digit = False
        if kind == SEPARATOR:
            run = 0
            continue
        recent[run & 7] = np.uint64(code)
        run += 1
        span = min(run, DENSE_SPAN if kind == DENSE else FLOWING_SPAN)
        whole = _SEED
        for back in range(span, 0, -1):
            whole = (whole ^ recent[(run - back) & 7]) * _PRIME
        tokens[count] = mixed(whole)
        count += 1
        quarters += 2 if kind == DENSE else 1
    if inside:
        tokens[count] = mixed(token)
        count += 1
        quarters += 4
    return tokens[:count], quarters


@nb.njit(cache=True)
def read_sample(tokens: Any) -> Any:
    """Return (sampled shingle hashes in text order, without repeats; two 64-bit digests of all tokens)."""
    count = len(tokens)
    sample = np.empty(SAMPLE_LIMIT, np.uint64)
    seen = np.zeros(4 * SAMPLE_LIMIT, np.uint64)
    size = 0
    first = _SEED
    second = _SECOND
    for i in range(count):
        first = mixed(first ^ tokens[i])
        second = (second ^ tokens[i]) * _THIRD
        second ^= second >> np.uint64(29)
    shingles = count - 2 if count > 3 else min(count, 1)
    for i in range(shingles):
        value = tokens[i]
        if count > 1:
            value = value * _SECOND + tokens[i + 1]
        if count > 2:
            value = value * _THIRD + tokens[i + 2]
        value = mixed(value)
        bits = LEAD_BITS if i < LEAD_SHINGLES else REST_BITS
        if value >> np.uint64(64 - bits) != 0:
            continue
        place = value & np.uint64(4 * SAMPLE_LIMIT - 1)
        while seen[place] != 0 and seen[place] != value:
            place = (place + np.uint64(1)) & np.uint64(4 * SAMPLE_LIMIT - 1)
        if seen[place] == value or value == 0:
            continue
        seen[place] = value
        sample[size] = value
        size += 1
        if size == SAMPLE_LIMIT:
            break
    return sample[:size], mixed(first), mixed(second)
