"""`newsfold tune --level storyline`: how broad storylines are, chosen by one's own labels of affairs."""

from collections.abc import Sequence
from pathlib import Path
from time import time

import click
import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from embeddings.encoder import load_encoder
from stream.commands.progress import article_progress
from stream.embed.stage import Embedder
from stream.errors import SettingsError
from stream.evaluation.labelled import Labelled, embed_labelled, labelled_lines
from stream.observability.metrics import Metrics
from stream.settings import load_settings
from stream.training.storyline_threshold import ThresholdChoice, chosen_threshold

ENV_NAME = "newsfold-tuned-storylines.env"
LEAST_AFFAIRS = 4  # two to choose by, two to judge the choice


def tune_storylines(files: Sequence[Path], out: Path, seed: int, as_json: bool) -> None:
    """Choose the threshold of storylines, show every one tried, and write the settings file."""
    settings = load_settings()
    embedder = Embedder(load_encoder(settings.encoder), settings.intake.max_article_bytes, Metrics())
    with article_progress() as progress:
        sets = {file.stem: _read(file, embedder, progress) for file in files}
        affairs = {(name, one.label) for name, articles in sets.items() for one in articles}
        if len(affairs) < LEAST_AFFAIRS:
            raise SettingsError(
                f"{len(affairs)} labelled affairs are too few to hold some out: label {LEAST_AFFAIRS}"
            )
        task = progress.add_task("Folding", total=None)
        choice = chosen_threshold(
            sets,
            settings,
            seed,
            lambda done, steps: progress.update(task, completed=done, total=steps),
        )
    out.mkdir(parents=True, exist_ok=True)
    (out / ENV_NAME).write_text(f"NEWSFOLD_STORYLINES__THRESHOLD={choice.threshold}\n")
    if as_json:
        click.echo(msgspec.json.encode(choice))
        return
    Console().print(_table(choice))
    click.echo(f"Wrote {out / ENV_NAME}: put its line into .env or the worker's environment.")


def _read(file: Path, embedder: Embedder, progress: Progress) -> list[Labelled]:
    lines = labelled_lines(file)
    task = progress.add_task(f"Reading {file.name}", total=len(lines))
    return embed_labelled(lines, embedder, round(time() * 1000), lambda done: progress.advance(task, done))


def _table(choice: ThresholdChoice) -> Table:
    table = Table(
        title=f"B-cubed of storylines; a threshold chosen on half of the affairs has F1 "
        f"{choice.held_out_f1:.3f} on the other half",
        caption="Broad above, narrow below",
    )
    for name in ("from", "precision", "recall", "F1"):
        table.add_column(name, justify="right")
    for trial in choice.trials:
        table.add_row(
            f"{trial.threshold:.1f}",
            *(f"{figure:.3f}" for figure in (trial.precision, trial.recall, trial.f1)),
            style="bold green" if trial.threshold == choice.threshold else None,
        )
    return table
