"""`newsfold encoder`: encoders made on this machine."""

import json
from pathlib import Path

import click
import msgspec
from rich.console import Console

from embeddings.onnx_model import Precision
from stream.corpus import ARTICLES
from stream.settings import load_settings

SAMPLE = 64  # texts that an export is compared on: some seconds
MEGABYTE = 1_000_000


@click.group("encoder")
def command() -> None:
    """Export a model to ONNX."""


@command.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--model", help="Model of the hub, or a folder.", show_default="NEWSFOLD_ENCODER__MODEL")
@click.option(
    "--precision",
    type=click.Choice(["float32", "int8"]),
    default="float32",
    show_default=True,
    help="int8: a quarter of the size and about twice as fast, with slightly other vectors.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object: folder, precision, cosines.")
def export(folder: Path, model: str | None, precision: Precision, as_json: bool) -> None:
    """Write a sentence-transformers model into FOLDER for ONNX Runtime, and compare the two on sample articles.

    A worker with NEWSFOLD_ENCODER__MODEL=FOLDER needs the extra `onnx` alone, not PyTorch. Exporting needs both
    extras, `onnx` and `transformers`.

    \b
    Examples:
      newsfold encoder export models/minilm --model all-MiniLM-L6-v2
      newsfold encoder export models/minilm-int8 --precision int8 \\
          --model all-MiniLM-L6-v2
    """
    from embeddings.onnx_export import export as write

    settings = load_settings().encoder
    settings = settings.model_copy(update={"model": model or settings.model})
    with Console(stderr=True).status(f"Exporting {settings.model}"):
        fidelity = write(settings, folder, precision, _sample())
    size = sum(path.stat().st_size for path in folder.iterdir()) / MEGABYTE
    if as_json:
        found = {"folder": str(folder), "precision": precision, "megabytes": round(size, 1)}
        click.echo(msgspec.json.encode(found | msgspec.structs.asdict(fidelity)))
        return
    click.echo(f"Wrote {settings.model} in {precision} to {folder}, {size:.0f} MB")
    click.echo(
        f"Cosine with its own vectors: mean {fidelity.mean:.4f}, least {fidelity.least:.4f} of {SAMPLE} articles"
    )
    click.echo(f"To use it: NEWSFOLD_ENCODER__MODEL={folder}")


def _sample() -> list[str]:
    articles = [json.loads(line) for line in ARTICLES.read_text(encoding="utf8").splitlines()[:SAMPLE]]
    return [f"{article['title']}. {article['text']}" for article in articles]
