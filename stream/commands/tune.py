"""`newsfold tune`: fit the story decision to one's own labels."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from embeddings.encoder import Encoder, load_encoder
from stream.commands.progress import article_progress
from stream.commands.tune_storylines import tune_storylines
from stream.errors import SettingsError
from stream.evaluation.labelled import labelled_lines
from stream.settings import load_settings
from stream.stories.decision.model_file import write_model
from stream.training.augmentation import LabelledArticle
from stream.training.cross_validation import Choice, Trial, cross_validated, fitted_to
from stream.training.self_training import MERGE_THRESHOLD
from stream.training.views import views_of

ENV_NAME = "newsfold-tuned.env"
MODEL_NAME = "newsfold-tuned.json"
LEAST_STORIES = 20  # with fewer there is nothing to hold out
LEAST_GAIN = 0.003  # in F1: for less the plainer choice stays

InputFile = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("tune")
@click.argument("files", nargs=-1, required=True, type=InputFile)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    show_default="here",
    help="Folder for the settings file and the model.",
)
@click.option(
    "--level",
    type=click.Choice(["story", "storyline"]),
    default="story",
    show_default=True,
    help="What the labels are: events, or affairs that run for weeks.",
)
@click.option("--seed", default=0, show_default=True, help="Seed of the folds and the training streams.")
def command(files: Sequence[Path], out: Path, level: str, seed: int) -> None:
    """Fit granularity and model to labelled JSON Lines FILES (each line with a `cluster`).

    Each file is one kind of stream; several count the same, and training mixes them. Every choice is judged on
    stories it was not fitted to; the best is fitted to all and written, with a settings file that names it. For
    labels of affairs the threshold of storylines is chosen instead.
    """
    if level == "storyline":
        tune_storylines(files, out, seed)
        return
    settings = load_settings()
    encoder = load_encoder(settings.encoder)
    cross_language = settings.stories.cross_language
    with article_progress() as progress:
        sets = {file.stem: _read(file, encoder, progress) for file in files}
        stories = len({article.label for articles in sets.values() for article in articles})
        if stories < LEAST_STORIES:
            raise SettingsError(
                f"{stories} labelled stories are too few to hold some out: label {LEAST_STORIES}"
            )
        task = progress.add_task("Cross-validating", total=None)
        trials = cross_validated(
            sets,
            encoder.dimensions,
            cross_language,
            seed,
            lambda done, steps: progress.update(task, completed=done, total=steps),
        )
        choice = _best(trials)
        if choice.kind != "shipped":
            progress.add_task(f"Fitting the {choice.kind} model to all", total=None)
        model = fitted_to(sets, choice, encoder.dimensions, cross_language, seed)
    Console().print(_table(trials, choice))
    out.mkdir(parents=True, exist_ok=True)
    write_model(out / MODEL_NAME, model)
    (out / ENV_NAME).write_text(
        f"NEWSFOLD_STORIES__GRANULARITY={choice.granularity}\n"
        f"NEWSFOLD_STORIES__MODEL={(out / MODEL_NAME).resolve()}\n"
    )
    click.echo(f"Wrote {out / ENV_NAME}: put its lines into .env or the worker's environment.")


def _read(file: Path, encoder: Encoder, progress: Progress) -> list[LabelledArticle]:
    lines = labelled_lines(file)
    task = progress.add_task(f"Reading {file.name}", total=len(lines))
    return views_of(lines, encoder, file.stem, lambda done: progress.advance(task, done))


def _best(trials: Sequence[Trial]) -> Choice:
    """The best choice; where it gains little, the plainest: the shipped model, the default thresholds."""
    best = max(trial.f1 for trial in trials)
    near = [trial.choice for trial in trials if trial.f1 >= best - LEAST_GAIN]
    return min(near, key=_plainness)


def _plainness(choice: Choice) -> tuple[int, float]:
    moved = abs(choice.granularity - 0.5) + abs(choice.merge_threshold - MERGE_THRESHOLD)
    return ("shipped", "linear", "trees").index(choice.kind), moved


def _table(trials: Sequence[Trial], chosen: Choice) -> Table:
    table = Table(title="B-cubed on held-out stories: precision falls and recall rises with granularity")
    for name in ("model", "granularity", "merges from", "precision", "recall", "F1", "F1 first"):
        table.add_column(name, justify="left" if name == "model" else "right")
    for trial in _shown(trials, chosen):
        choice = trial.choice
        figures = (trial.precision, trial.recall, trial.f1, trial.first_f1)
        table.add_row(
            choice.kind,
            f"{choice.granularity:.2f}",
            f"{choice.merge_threshold:.1f}",
            *(f"{figure:.3f}" for figure in figures),
            style="bold green" if choice == chosen else None,
        )
    return table


def _shown(trials: Sequence[Trial], chosen: Choice) -> list[Trial]:
    """The trade-off at the chosen merge threshold, for every model; the chosen one among it."""
    return [trial for trial in trials if trial.choice.merge_threshold == chosen.merge_threshold]
