"""`newsfold tune`: fit the story decision to one's own labels."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from embeddings.encoder import Encoder, load_encoder
from stream.commands.progress import article_progress, counting_progress
from stream.commands.tune_storylines import tune_storylines
from stream.errors import SettingsError
from stream.evaluation.labelled import labelled_lines
from stream.exit_codes import ExitCode
from stream.settings import load_settings
from stream.stories.decision.model_file import write_model
from stream.training.augmentation import LabelledArticle
from stream.training.cross_validation import AS_SHIPPED, LEAST_GAIN, Choice, CrossValidation, Trial
from stream.training.views import views_of

ENV_NAME = "newsfold-tuned.env"
MODEL_NAME = "newsfold-tuned.json"
LEAST_STORIES = 20  # with fewer there is nothing to hold out

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
@click.option("--json", "as_json", is_flag=True, help="Print what was tried and chosen as one JSON object.")
def command(files: Sequence[Path], out: Path, level: str, seed: int, as_json: bool) -> None:
    """Fit granularity and model to labelled JSON Lines FILES (each line with a `cluster`).

    Each file is one kind of stream; several count the same, and training mixes them. Every choice is judged on
    stories it was not fitted to; the best is fitted to all and written, with a settings file that names it. The
    shipped model stays where nothing beats it. Stopped with Ctrl-C, the best so far is written. For labels of
    affairs the threshold of storylines is chosen instead.

    \b
    Examples:
      newsfold tune week1.jsonl week2.jsonl
      newsfold tune --out tuned labelled.jsonl
      newsfold tune --level storyline affairs.jsonl
    """
    if level == "storyline":
        tune_storylines(files, out, seed, as_json)
        return
    settings = load_settings()
    encoder = load_encoder(settings.encoder)
    with article_progress() as progress:
        sets = {file.stem: _read(file, encoder, progress) for file in files}
    stories = len({(name, article.label) for name, articles in sets.items() for article in articles})
    if stories < LEAST_STORIES:
        raise SettingsError(f"{stories} labelled stories are too few to hold some out: label {LEAST_STORIES}")
    tuning = CrossValidation(sets, encoder.dimensions, settings.stories.cross_language, seed)
    choice, is_whole = _chosen(tuning)
    trials = tuning.trials()
    _write(out, tuning, choice)
    if as_json:
        click.echo(msgspec.json.encode({"chosen": choice, "is_whole": is_whole, "trials": trials}))
    else:
        Console().print(_table(trials, choice))
        click.echo(f"Wrote {out / ENV_NAME}: put its lines into .env or the worker's environment.")
    if not is_whole:
        sys.exit(ExitCode.INTERRUPTED)


def _chosen(tuning: CrossValidation) -> tuple[Choice, bool]:
    """The best choice, fitted; and whether everything was tried. An interrupt ends the search, not the command."""
    is_whole = False
    with suppress(KeyboardInterrupt), counting_progress("streams") as progress:
        task = progress.add_task("Cross-validating", total=None)
        tuning.run(lambda done, steps: progress.update(task, completed=done, total=steps))
        choice = tuning.best() or AS_SHIPPED
        if choice.kind != "shipped":
            fitting = progress.add_task(f"Fitting the {choice.kind} model", total=None)
            tuning.fit(choice, lambda done, steps: progress.update(fitting, completed=done, total=steps))
        is_whole = True
    if not tuning.trials():
        raise SettingsError("stopped before anything was tried: nothing was written")
    if not is_whole:
        click.secho(
            "Stopped: this is the best so far, of fewer trials than were meant.", fg="yellow", err=True
        )
    return _better_than_shipped(tuning), is_whole


def _better_than_shipped(tuning: CrossValidation) -> Choice:
    """The best choice that also does better on the whole streams; the shipped model where there is none."""
    for choice in (tuning.best(), tuning.best("shipped")):
        if choice is not None and (choice == AS_SHIPPED or tuning.gain(choice) >= LEAST_GAIN):
            return choice
    click.secho(
        "No choice does better on the whole of the labelled streams than the shipped model, which stays. "
        "More labelled stories may change that.",
        fg="yellow",
        err=True,
    )
    return AS_SHIPPED


def _write(out: Path, tuning: CrossValidation, choice: Choice) -> None:
    out.mkdir(parents=True, exist_ok=True)
    write_model(out / MODEL_NAME, tuning.model(choice))
    (out / ENV_NAME).write_text(
        f"NEWSFOLD_STORIES__GRANULARITY={choice.granularity}\n"
        f"NEWSFOLD_STORIES__MODEL={(out / MODEL_NAME).resolve()}\n"
    )


def _read(file: Path, encoder: Encoder, progress: Progress) -> list[LabelledArticle]:
    lines = labelled_lines(file)
    task = progress.add_task(f"Reading {file.name}", total=len(lines))
    return views_of(lines, encoder, file.stem, lambda done: progress.advance(task, done))


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
