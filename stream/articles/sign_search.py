"""Many short phrases looked for at once: one compiled pass over a text, however many they are.

The automaton of Aho and Corasick (1975): a state for each beginning of a phrase, and for each state and letter the
state that follows. Phrases are lower case ASCII and are found in any case, as in `text.lower()`.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from embeddings.jit import kernel

ASCII = 128
MOST_PHRASES = 64  # of one kind: a bit each
# What is not ASCII and has ASCII in its lower case: the signs of Kelvin, and i with a dot before a combining dot.
KELVIN, SMALL_K = 0x212A, ord("k")
DOTTED_I, SMALL_I = 0x130, ord("i")
LINE_FEED = 0x0A


class Automaton(NamedTuple):
    """For each state: the states that follow, and as bits the phrases of two kinds that end there."""

    following: npt.NDArray[
        np.int32
    ]  # [states * ASCII]: ASCII times the state; plus 1 where a phrase ends there
    anywhere: npt.NDArray[np.uint64]  # looked for in all of a text
    in_short_lines: npt.NDArray[np.uint64]  # looked for in its short lines only


def automaton(anywhere: Sequence[str], in_short_lines: Sequence[str]) -> Automaton:
    """The automaton that finds these phrases."""
    if not all(phrase.isascii() and phrase == phrase.lower() for phrase in (*anywhere, *in_short_lines)):
        raise ValueError("phrases are looked for in lower case ASCII")
    if max(len(anywhere), len(in_short_lines)) > MOST_PHRASES:
        raise ValueError(f"at most {MOST_PHRASES} phrases of a kind")
    tree: list[dict[int, int]] = [{}]
    ends: list[list[int]] = [[0, 0]]
    for kind, phrases in enumerate((anywhere, in_short_lines)):
        for bit, phrase in enumerate(phrases):
            state = 0
            for letter in phrase.encode():
                if letter not in tree[state]:
                    tree[state][letter] = len(tree)
                    tree.append({})
                    ends.append([0, 0])
                state = tree[state][letter]
            ends[state][kind] |= 1 << bit
    following = np.zeros((len(tree), ASCII), np.int32)
    shorter = [0] * len(tree)  # the longest proper ending of a state that is a beginning too
    waiting = [0]
    for state in waiting:
        for letter, after in tree[state].items():
            shorter[after] = int(following[shorter[state], letter]) if state else 0
            for kind in range(2):
                ends[after][kind] |= ends[shorter[after]][kind]
            waiting.append(after)
        following[state] = following[shorter[state]] if state else 0
        for letter, after in tree[state].items():
            following[state, letter] = after
    for letter in range(ord("A"), ord("Z") + 1):
        following[:, letter] = following[:, letter + ord("a") - ord("A")]
    bits = np.array(ends, np.uint64)
    is_end = ((bits[:, 0] | bits[:, 1]) != 0).astype(np.int32)
    return Automaton((ASCII * following + is_end[following]).ravel(), bits[:, 0].copy(), bits[:, 1].copy())


def phrases_in(texts: Sequence[str], phrases: Automaton, short: int) -> list[tuple[int, int]]:
    """Of each text the phrases found anywhere, and those found in lines of at most `short` characters, as bits."""
    points = np.frombuffer(bytearray("".join(texts), "utf-32-le", "surrogatepass"), np.uint32)
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    found = _phrases_in(points, ends, phrases, short).tolist()
    return [(anywhere, in_short_lines) for anywhere, in_short_lines in found]


@kernel
def _phrases_in(points: Any, ends: Any, phrases: Any, short: Any) -> Any:
    following = phrases.following
    found = np.zeros((len(ends), 2), np.uint64)
    i = 0
    for n in range(len(ends)):
        anywhere = in_short_lines = in_line = np.uint64(0)
        entry = 0
        line = i
        while i < ends[n]:
            code = np.int64(points[i])
            if code < ASCII:
                entry = following[(entry & -ASCII) + code]
            elif code == KELVIN:
                entry = following[(entry & -ASCII) + SMALL_K]
            elif code == DOTTED_I:
                entry = following[(entry & -ASCII) + SMALL_I]
            else:
                entry = 0
            if entry & 1:
                anywhere |= phrases.anywhere[entry // ASCII]
                in_line |= phrases.in_short_lines[entry // ASCII]
            if code == LINE_FEED:
                if i - line <= short:
                    in_short_lines |= in_line
                in_line = np.uint64(0)
                line = i + 1
            elif code == DOTTED_I:
                entry = 0
            i += 1
        if i - line <= short:
            in_short_lines |= in_line
        found[n, 0] = anywhere
        found[n, 1] = in_short_lines
    return found
