"""`newsfold build-encoder`: the static table for several languages, built on this machine."""

from pathlib import Path

import click

from embeddings.distill.multilingual import TABLE, build_table


@click.command("build-encoder")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    show_default="the user's cache, where the worker finds it",
    help="Where to write it.",
)
def command(folder: Path | None) -> None:
    """Build newsfold-static-multilingual from multilingual USE v3: two minutes and 25 MB, once.

    Needs the extra `multilingual`. Set NEWSFOLD_ENCODER__MODEL=newsfold-static-multilingual to use it.

    \b
    Examples:
      newsfold build-encoder
      newsfold build-encoder --folder models
    """
    click.echo(f"Wrote {TABLE} to {build_table(folder)}")
