"""What readers type is never read as FTS5's syntax, and scripts without blanks are found."""

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stream.board.full_text import indexed, match_query


@pytest.fixture(scope="module")
def words() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE t USING fts5 (x, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')"
    )
    for text in (
        "Izmir'de deprem: Çeşme sarsıldı",
        "東京で大きな地震がありました",
        "Quake shakes O'Higgins province",
    ):
        connection.execute("INSERT INTO t VALUES (?)", (indexed(text),))
    yield connection
    connection.close()


def found(words: sqlite3.Connection, sent: str) -> list[int]:
    query = match_query(sent)
    return (
        []
        if query is None
        else [n for (n,) in words.execute("SELECT rowid FROM t WHERE t MATCH ?", (query,))]
    )


@given(st.text(max_size=60))
@example('"')
@example('a" OR x: NEAR(')
@example("-* ^ AND NOT")
def test_anything_can_be_typed(words, sent):
    found(words, sent)


@pytest.mark.parametrize(
    ("sent", "rowid"),
    [("cesme", 1), ("地震", 2), ("大きな", 2), ("quake prov", 3), ('"shakes o\'higgins"', 3), ("IZMIR", 1)],
)
def test_words_are_found(words, sent, rowid):
    assert found(words, sent) == [rowid]


def test_every_word_must_be_there(words):
    assert found(words, "quake deprem") == []
