"""`newsfold compile`: machine code made now, so that no first start waits for it."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from time import monotonic

import click
from rich.console import Console

from embeddings.encoder import load_encoder
from embeddings.settings import EncoderSettings
from stream.embed.stage import Embedder
from stream.kafka.warm_up import warm_up
from stream.observability.metrics import Metrics
from stream.settings import Settings


def _compile_embed() -> None:
    Embedder(load_encoder(EncoderSettings()), Settings().intake.max_article_bytes, Metrics()).warm_up()


def _compile_fold() -> None:
    warm_up(Settings())


PARTS: dict[str, Callable[[], None]] = {"embed stage": _compile_embed, "fold stage": _compile_fold}


@click.command("compile")
def command() -> None:
    """Compile the kernels of both stages and keep the machine code, beside the package or in the user's cache.

    Takes about a minute of processor time after an installation or an upgrade, and seconds where it is done already.
    Without it the first worker compiles when it starts. NUMBA_CACHE_DIR names another folder;
    NUMBA_CPU_NAME=generic makes code for every processor of this kind, as an image needs that runs on many (the
    worker must be given the same two variables).

    \b
    Examples:
      newsfold compile
      NUMBA_CPU_NAME=generic NUMBA_CACHE_DIR=kernels newsfold compile
    """
    console = Console()
    began = monotonic()
    context = get_context("spawn")
    with (
        console.status("Compiling the kernels (once for each version, about a minute)"),
        ProcessPoolExecutor(len(PARTS), mp_context=context) as processes,
    ):
        names = {processes.submit(work): name for name, work in PARTS.items()}
        for done in as_completed(names):
            done.result()
            console.print(f"[green]✓[/] Kernels of the {names[done]} compiled, {monotonic() - began:.0f} s")
