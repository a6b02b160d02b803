"""`newsfold settings`: every setting, its value now and its meaning."""

import re
from collections.abc import Iterator

import click
from pydantic import BaseModel, SecretStr
from rich.console import Console
from rich.table import Table

from stream.settings import Settings, load_settings

LOGIN_IN_URL = re.compile(r"://[^/\s]*@")  # sftp://user:password@host: fsspec takes a login there


@click.command("settings")
@click.option("--plain", is_flag=True, help="One NAME=value a line, as an .env file.")
def command(plain: bool) -> None:
    """Print every setting and its meaning. Secrets are never shown, only whether they are set."""
    settings = load_settings()
    if plain:
        for name, value, default, _ in described(settings):
            click.echo(f"{name}={value}" if value != default else f"# {name}={value}")
        return
    table = Table(title="Settings (bold: changed from the default)", header_style="bold", expand=True)
    table.add_column("Variable", overflow="fold", ratio=4)
    table.add_column("Value", overflow="fold", ratio=2)
    table.add_column("Meaning", ratio=5)
    for name, value, default, meaning in described(settings):
        table.add_row(name, f"[bold]{value}[/bold]" if value != default else value, meaning)
    Console().print(table)


def described(settings: Settings) -> Iterator[tuple[str, str, str, str]]:
    """(variable, value, default, meaning) of every setting, secrets hidden."""
    for section_name in Settings.model_fields:
        section: BaseModel = getattr(settings, section_name)
        for name, field in type(section).model_fields.items():
            variable = f"NEWSFOLD_{section_name}__{name}".upper()
            value, default = _shown(getattr(section, name)), _shown(field.get_default())
            yield variable, value, default, field.description or ""


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return "(set, hidden)"
    return "(not set)" if value is None else LOGIN_IN_URL.sub("://(hidden)@", str(value))
