"""Make the shipped table of how common hashed words and names are.

usage: python -m benchmarks.stories.background [--out TABLE.npz] NEWS.jsonl ...

The shipped table was counted over 13,261 news texts (six labelled sets and two of triples, all English). It holds
counts of hash buckets seen at least three times; no word can be read from it.
"""

import argparse
from pathlib import Path

import msgspec
import numpy as np

from stream.articles.boilerplate import without_boilerplate
from stream.articles.jsonl import read_lines
from stream.stories.text.document_frequencies import TABLE
from stream.stories.text.entities import names_of
from stream.stories.text.tokenizer import (
    MAX_CHARACTERS,
    TERM_BUCKETS,
    name_bucket,
    term_bucket,
    words_of,
)

LEAST = 3


def count(files: list[Path], out: Path) -> None:
    """Count over the articles of the files, and write the table."""
    terms, names = np.zeros(TERM_BUCKETS, np.int64), np.zeros(TERM_BUCKETS, np.int64)
    articles = 0
    for file in files:
        for line in read_lines(file):
            article = msgspec.json.decode(line)
            title = article.get("title") or ""
            text = without_boilerplate((article.get("text") or "")[:MAX_CHARACTERS])
            terms[list({term_bucket(word) for word in words_of(title) + words_of(text)} - {-1})] += 1
            found, numbers = names_of(title, text)
            names[list({name_bucket(name) for name in found + numbers})] += 1
            articles += 1
    words, held = np.flatnonzero(terms >= LEAST), np.flatnonzero(names >= LEAST)
    np.savez_compressed(
        out,
        articles=np.int64(articles),
        term_buckets=words.astype(np.uint32),
        term_counts=terms[words].astype(np.uint16),
        name_buckets=held.astype(np.uint32),
        name_counts=names[held].astype(np.uint16),
    )


def main() -> None:
    """Read the arguments and count."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=TABLE)
    options = parser.parse_args()
    count(options.files, options.out)


if __name__ == "__main__":
    main()
