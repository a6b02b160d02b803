"""The embed stage alone, in processor time an article; of this checkout, and of others in the same run.

    python -m benchmarks.service.embed_alone [--articles 512] [--news NEWS.jsonl ...] [--against CHECKOUT ...]

Each checkout embeds the same articles in a process of its own, all in turn and several times; the least time counts.
Seconds are processor time of one core, with kernels compiled and words known. `Records` is a digest of all records:
where two are equal, so is every byte of what the checkouts wrote.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

import msgspec
import xxhash

HERE = Path(__file__).parents[2]
BATCH = 64
MOMENT = 1_700_000_000_000
PASSES = 5
ROUNDS = 2


def main() -> None:
    """Read the arguments; measure one checkout, or run that for all and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=512, help="invented articles")
    parser.add_argument(
        "--news", nargs="*", type=Path, default=[], help="JSON Lines instead of invented news"
    )
    parser.add_argument("--against", nargs="*", type=Path, default=[], help="other checkouts of Newsfold")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)  # what a process of its own is given
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measured(options.measure)))
    else:
        compare(options)


class Parts(NamedTuple):
    """What is measured of a checkout."""

    embedder: Any
    incoming: Any
    origin: Any
    metrics: Any
    encode_record: Any
    read_article: Any
    cleaned: Any
    evidence_of_each: Any


def present_parts() -> Parts:
    """Where they lie today."""
    from stream.articles.message import read_article
    from stream.embed import stage
    from stream.embed.record import Origin, encode_record
    from stream.observability.metrics import Metrics
    from stream.stories.text.evidence import evidence_of_each

    return Parts(
        stage.Embedder,
        stage.Incoming,
        Origin,
        Metrics,
        encode_record,
        read_article,
        stage.cleaned,
        evidence_of_each,
    )


def former_parts() -> Parts:
    """Where they lay in de5c22e, the commit before the work on speed."""
    stage, embedded, metrics, stories = (
        import_module(f"stream.{name}") for name in ("embed", "embedded", "metrics", "stories")
    )

    def evidence_of_each(texts: list[tuple[str, str, str | None]]) -> list[Any]:
        return [stories.evidence_of(*text) for text in texts]

    return Parts(
        *(stage.Embedder, stage.Incoming, embedded.Origin, metrics.Metrics, embedded.encode_record),
        *(stage.read_article, stage.cleaned, evidence_of_each),
    )


def measured(path: Path) -> dict[str, Any]:
    """Microseconds an article of the whole stage and of the evidence, and a digest of the records."""
    from embeddings.encoder import load_encoder
    from stream.settings import Settings

    try:
        parts = present_parts()
    except ImportError:
        parts = former_parts()
    articles = msgspec.msgpack.decode(path.read_bytes(), type=list[tuple[bytes, bytes]])
    settings = Settings()
    most = settings.intake.max_article_bytes
    embedder = parts.embedder(load_encoder(settings.encoder), most, parts.metrics())
    batches = batched(
        [parts.incoming(*article, parts.origin(0, offset), MOMENT) for offset, article in enumerate(articles)]
    )
    cleaned = [parts.cleaned(parts.read_article(value, key, most)) for key, value in articles]
    texts = batched([(one.title, one.text, one.language) for one in cleaned])

    def embed() -> list[bytes]:
        return [parts.encode_record(record) for batch in batches for record in embedder.embed(batch)]

    digest = xxhash.xxh3_64(b"".join(embed()))
    return {
        "embed": least(embed) / len(articles),
        "evidence": least(lambda: [parts.evidence_of_each(batch) for batch in texts]) / len(articles),
        "records": digest.hexdigest(),
    }


def batched(values: list[Any]) -> list[list[Any]]:
    """Batches as the worker takes them."""
    return [values[begin : begin + BATCH] for begin in range(0, len(values), BATCH)]


def least(work: Callable[[], Any]) -> float:
    """The least processor time of some passes, in microseconds."""
    work()
    times = []
    for _ in range(PASSES):
        started = process_time()
        work()
        times.append(process_time() - started)
    return 1e6 * min(times)


def compare(options: argparse.Namespace) -> None:
    """Run each checkout on the same articles and print a table."""
    from benchmarks.service.stream_of_news import invented, of_files

    news = of_files(options.news) if options.news else invented(options.articles, 1, 0.0)
    checkouts = [*options.against, HERE]
    found: dict[Path, list[dict[str, Any]]] = {checkout: [] for checkout in checkouts}
    with tempfile.TemporaryDirectory(prefix="newsfold-embed-") as folder:
        file = Path(folder) / "articles.msgpack"
        file.write_bytes(msgspec.msgpack.encode([*zip(news.keys, news.values, strict=True)]))
        for _ in range(ROUNDS):
            for checkout in checkouts:
                print(f"embedding with {checkout.name} ...", file=sys.stderr, flush=True)
                found[checkout].append(run(checkout.resolve(), file))
    print(
        f"{len(news.keys):,} articles of {news.mean_bytes / 1000:.1f} kB, microseconds of processor time an article\n"
    )
    print("| Checkout | Embed | Ratio | Evidence | Ratio | Records |\n|---|---:|---:|---:|---:|---|")
    own = {step: min(one[step] for one in found[HERE]) for step in ("embed", "evidence")}
    for checkout, runs in found.items():
        embed, evidence = (min(one[step] for one in runs) for step in ("embed", "evidence"))
        print(
            f"| {'this' if checkout == HERE else checkout.name} | {embed:,.0f} | {embed / own['embed']:.2f} "
            f"| {evidence:,.0f} | {evidence / own['evidence']:.2f} | {runs[0]['records']} |"
        )


def run(checkout: Path, file: Path) -> dict[str, Any]:
    """What a process of its own measures of a checkout."""
    path = os.pathsep.join(filter(None, [str(checkout), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, __file__, "--measure", str(file)],
        env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        cwd=checkout,
        stdout=subprocess.PIPE,
        check=True,
    )
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


if __name__ == "__main__":
    main()
