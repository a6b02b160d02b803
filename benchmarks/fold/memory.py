"""Memory of the fold an article of unrelated news: no article is a copy and no story closes, so each keeps its own.

usage: OMP_NUM_THREADS=1 python -m benchmarks.fold.memory [--articles 10240] [--against CHECKOUT]

Counted from article WARM on, when kernels are compiled and tables of fixed size are touched for the most part: what
the process holds more (resident set), and the arrays of the story index by what an open story needs.
"""

import argparse
import gc
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path

from benchmarks.stories.unrelated_news import SyntheticNews
from embeddings.encoder import load_encoder
from stream.articles.jsonl import key_of
from stream.embed.record import EmbeddedArticle, Origin
from stream.embed.stage import Embedder, Incoming
from stream.fold.fold import Fold
from stream.observability.metrics import Metrics
from stream.settings import Settings

HERE = Path(__file__).parents[2]
BATCH = 512
WARM = 2_048
START, EVERY = 1_700_000_000_000, 9_000  # milliseconds


def resident() -> int:
    """Bytes that the process holds in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGESIZE")


def measure(articles: int) -> None:
    """Fold so many articles and print what an article takes."""
    settings = Settings()
    embedder = Embedder(load_encoder(settings.encoder), settings.intake.max_article_bytes, Metrics())
    fold, folded = Fold.empty(settings), 0
    news = SyntheticNews(1).articles(iter(range(articles)), START, EVERY)
    before = (0, 0)
    while batch := list(islice(news, BATCH)):
        incoming = [
            Incoming(key_of(one.value), one.value, Origin(0, folded + place), one.time)
            for place, one in enumerate(batch)
        ]
        for record in embedder.embed(incoming):
            if isinstance(record, EmbeddedArticle):
                fold.fold(record, record.ingested)
        folded += len(batch)
        if folded == WARM:
            before = resident(), fold.state.stories.bytes
    more = resident() - before[0], fold.state.stories.bytes - before[1]
    rss, arrays = (number / (folded - WARM) / 1000 for number in more)
    print(
        f"{folded - WARM} articles: {rss:.2f} kB an article, of which arrays of the story index {arrays:.2f} kB"
    )


def main() -> None:
    """Read the arguments; measure here and in the other checkout."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=10_240)
    parser.add_argument(
        "--against", type=Path, help="another checkout with benchmarks.stories.unrelated_news"
    )
    options = parser.parse_args()
    if options.against:
        print("the other checkout: ", end="", flush=True)
        path = os.pathsep.join(filter(None, [str(options.against.resolve()), os.environ.get("PYTHONPATH")]))
        subprocess.run(
            [sys.executable, __file__, "--articles", str(options.articles)],
            check=True,
            cwd=options.against,
            env=os.environ | {"PYTHONPATH": path},
        )
    measure(options.articles)


if __name__ == "__main__":
    main()
