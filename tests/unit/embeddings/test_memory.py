"""No text is encoded twice while it is remembered, and what is remembered is what would be encoded."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embeddings.memory import VectorMemory
from embeddings.vectors import Vectors


class Counting:
    """An encoder of letters that counts what it encodes."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def __call__(self, texts: list[str]) -> Vectors:
        self.encoded += texts
        return np.array([[len(text), ord(text[0]) % 100] for text in texts], np.int8)


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6), max_size=8), st.integers(0, 9))
def test_any_stream_gets_the_vectors_of_its_texts(batches: list[list[str]], most: int):
    memory, encode = VectorMemory(most), Counting()
    for batch in batches:
        assert memory.vectors_of(batch, encode).tolist() == Counting()(batch).tolist()
        assert len(memory) <= most
    assert memory.reused + len(encode.encoded) == sum(map(len, batches))


def test_a_copy_is_not_encoded_again_in_its_batch_or_later():
    memory, encode = VectorMemory(3), Counting()
    memory.vectors_of(["a", "b", "a"], encode)
    memory.vectors_of(["b", "c"], encode)
    assert encode.encoded == ["a", "b", "c"]
    assert memory.reused == 2


def test_what_came_longest_ago_is_forgotten_first():
    memory, encode = VectorMemory(2), Counting()
    for text in ("a", "b", "a", "c", "a", "b"):
        memory.vectors_of([text], encode)
    assert encode.encoded == ["a", "b", "c", "b"]
