"""Compiled reading of a text: UTF-8 bytes to tokens, tokens to a lead and a sample of hashed word triples.

Everything is fixed arithmetic on code points, so the same text reads the same on any machine.
"""

from typing import Any

import numpy as np

from embeddings.jit import allocating_part, kernel, part
from stream.copies.char_classes import (
    CAPITAL,
    DENSE,
    DIGIT,
    JOINER,
    SEPARATOR,
    SMALL,
    UNSTABLE,
)

DENSE_SPAN = 3  # code points a token of Chinese or Japanese spans: a triple then covers five
FLOWING_SPAN = 6  # ... of Thai, Lao, Khmer, Burmese, Tibetan, whose words are longer: a triple covers eight

LEAD_TOKENS = 48  # kept of the main text's start: a brief whole, of an article the first two sentences
LEAD_BITS = 1  # a triple of the lead enters the sample where this many top bits of its hash are clear
BODY_TOKENS = 160  # after the lead
BODY_BITS = 2
REST_BITS = 3  # and any other triple where these are
SAMPLE_LIMIT = 256  # triples; some 1,800 words
HEADLINE_QUARTERS = 80  # a first line below 20 words is a headline, the lead starts after it
LINE_QUARTERS = 32  # a line below 8 words is boilerplate, the lead does not start there

# A token of the lead: 13 bits of its hash, and what it is.
FIGURE = 0x8000
NAME = 0x4000
LINE_END = 0x2000
WORD = 0x1FFF

_PRIME = np.uint64(0x100000001B3)
_SEED = np.uint64(0xCBF29CE484222325)
_SECOND = np.uint64(0x9E3779B97F4A7C15)
_THIRD = np.uint64(0xC2B2AE3D27D4EB4F)


@part
def mixed(value: Any) -> Any:
    """The finaliser of splitmix64: every bit of the value reaches every bit of the result."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@allocating_part
def read_tokens(data: Any, classes: Any, lower: Any, ascii_words: Any, tokens: Any, marks: Any) -> Any:
    """Fill in token hashes in order and what each is; return (count, quarter-words, start of the lead, unstable).

    Unstable: the text has to be read again after NFKC.

    A run of letters and digits is a token, compared in lower case; apostrophes inside it do not count, a point or
    comma between digits does. In scripts without spaces every code point is a token, hashed with those before it.
    """
    size = len(data)
    count = 0
    quarters = 0
    token = _SEED
    mark = 0
    inside = False
    opening = True  # of a sentence: a capital there says nothing
    run = 0  # code points of an unspaced script in a row
    recent = np.zeros(8, np.uint64)
    lead = -1
    line_start = 0
    line_quarters = 0
    first_line = True
    unstable = False
    i = 0
    while i <= size:
        if i == size:
            code = np.uint32(10)
            i += 1
        else:
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
            if kind >= UNSTABLE:
                unstable = True
                kind &= UNSTABLE - 1
            code = np.uint32(lower[code])
        elif 0x20000 <= code < 0x40000:
            kind = DENSE
        elif 0x1F000 <= code < 0x20000 or code >= 0xE0000:
            kind = SEPARATOR
        else:
            kind = SMALL
        if kind in (SMALL, CAPITAL, DIGIT):
            if not inside:
                mark = FIGURE if kind == DIGIT else NAME if kind == CAPITAL and not opening else 0
            token = (token ^ np.uint64(code)) * _PRIME
            inside = True
            run = 0
            while i < size:
                letter = ascii_words[data[i]]
                if letter == 0:
                    break
                token = (token ^ np.uint64(letter)) * _PRIME
                i += 1
            if i < size and data[i] == 32:  # most words end so, and need no more than this
                i += 1
                tokens[count] = mixed(token)
                marks[count] = mark
                count += 1
                quarters += 4
                token = _SEED
                inside = False
                opening = False
            continue
        if kind == JOINER:
            continue
        if inside:
            if code in (44, 46) and 1 < i < size and 48 <= data[i] <= 57 and 48 <= data[i - 2] <= 57:
                token = (token ^ np.uint64(code)) * _PRIME
                continue
            tokens[count] = mixed(token)
            marks[count] = mark
            count += 1
            quarters += 4
            token = _SEED
            inside = False
            opening = False
        if kind == SEPARATOR:
            run = 0
            if code in (46, 33, 63, 58, 0x2026):
                opening = True
            elif code in (10, 13):
                opening = True
                if count > 0:
                    marks[count - 1] |= np.uint16(LINE_END)
                length = quarters - line_quarters
                if lead < 0 and length >= (HEADLINE_QUARTERS if first_line else LINE_QUARTERS):
                    lead = line_start
                first_line = first_line and count == 0
                line_start = count
                line_quarters = quarters
            continue
        recent[run & 7] = np.uint64(code)
        run += 1
        span = min(run, DENSE_SPAN if kind == DENSE else FLOWING_SPAN)
        whole = _SEED
        for back in range(span, 0, -1):
            whole = (whole ^ recent[(run - back) & 7]) * _PRIME
        tokens[count] = mixed(whole)
        marks[count] = 0
        count += 1
        quarters += 2 if kind == DENSE else 1
    return count, quarters, max(lead, 0), unstable


@part
def read_sample(tokens: Any, lead: Any, sample: Any, seen: Any) -> Any:
    """Fill in hashes of sampled word triples in text order, without repeats.

    Returns (their count, start and end of the lead among them, two 64-bit digests of all tokens).
    """
    count = len(tokens)
    seen[:] = 0
    size = 0
    first = _SEED
    second = _SECOND
    lead_start = 0
    lead_end = 0
    for i in range(count):
        first = (first ^ tokens[i]) * _SECOND
        first ^= first >> np.uint64(32)
        second = (second ^ tokens[i]) * _THIRD
        second ^= second >> np.uint64(29)
    triples = count - 2 if count > 3 else min(count, 1)
    for i in range(triples):
        value = tokens[i]
        if count > 1:
            value = value * _SECOND + tokens[i + 1]
        if count > 2:
            value = value * _THIRD + tokens[i + 2]
        value = mixed(value)
        bits = REST_BITS
        if lead <= i < lead + LEAD_TOKENS:
            bits = LEAD_BITS
        elif i < lead + LEAD_TOKENS + BODY_TOKENS:
            bits = BODY_BITS
        if bits > 0 and value >> np.uint64(64 - bits) != 0:
            continue
        place = value & np.uint64(2 * SAMPLE_LIMIT - 1)
        while seen[place] != 0 and seen[place] != value:
            place = (place + np.uint64(1)) & np.uint64(2 * SAMPLE_LIMIT - 1)
        if seen[place] == value or value == 0:
            continue
        seen[place] = value
        sample[size] = value
        size += 1
        if i < lead:
            lead_start = size
        if i < lead + LEAD_TOKENS:
            lead_end = size
        if size == SAMPLE_LIMIT:
            break
    return size, lead_start, lead_end, mixed(first), mixed(second)


@kernel
def read_texts(data: Any, ends: Any, classes: Any, lower: Any, ascii_words: Any) -> Any:
    """Read texts that stand one after the other in UTF-8 `data`, each up to its place in `ends`.

    Returns (samples, leads, both one after the other; digests; and a line for each text of: size of its sample, size
    of its lead, start and end of the lead in the sample, words, whether to read it again after NFKC).
    """
    longest = 0
    start = 0
    for end in ends:
        longest = max(longest, end - start)
        start = end
    tokens = np.empty(longest // 2 + 2, np.uint64)
    marks = np.empty(longest // 2 + 2, np.uint16)
    seen = np.empty(2 * SAMPLE_LIMIT, np.uint64)
    samples = np.empty(len(ends) * SAMPLE_LIMIT, np.uint64)
    leads = np.empty(len(ends) * LEAD_TOKENS, np.uint16)
    digests = np.empty((len(ends), 2), np.uint64)
    lines = np.empty((len(ends), 6), np.int64)
    sampled = 0
    led = 0
    start = 0
    for n in range(len(ends)):
        count, quarters, lead, unstable = read_tokens(
            data[start : ends[n]], classes, lower, ascii_words, tokens, marks
        )
        size, lead_start, lead_end, first, second = read_sample(tokens[:count], lead, samples[sampled:], seen)
        led_by = min(LEAD_TOKENS, count - lead)
        for i in range(led_by):
            leads[led + i] = (tokens[lead + i] & np.uint64(WORD)) | np.uint64(marks[lead + i])
        lines[n, 0] = size
        lines[n, 1] = led_by
        lines[n, 2] = lead_start
        lines[n, 3] = lead_end
        lines[n, 4] = quarters // 4
        lines[n, 5] = 1 if unstable else 0
        digests[n, 0] = first
        digests[n, 1] = second
        sampled += size
        led += led_by
        start = ends[n]
    return samples[:sampled], leads[:led], digests, lines
