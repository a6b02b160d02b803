"""`newsfold settings`: every setting, its value now and its meaning."""

import re
import textwrap
from collections.abc import Iterator

import click
import msgspec
from pydantic import BaseModel, SecretStr

from stream.settings import Settings, load_settings

WIDTH = 80
LOGIN_IN_URL = re.compile(r"://[^/\s]*@")  # sftp://user:password@host: fsspec takes a login there


HIDDEN = "(set, hidden)"
NOT_SET = "(not set)"


@click.command("settings")
@click.option("--plain", is_flag=True, help="One NAME=value a line, as an .env file.")
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object: name, value, default, meaning of each."
)
def command(plain: bool, as_json: bool) -> None:
    """Print every setting and its meaning. Secrets are never shown, only whether they are set.

    \b
    Examples:
      newsfold settings
      newsfold settings --plain > .env
    """
    rows = list(described(load_settings()))
    if as_json:
        names = ("name", "value", "default", "meaning")
        click.echo(msgspec.json.encode([dict(zip(names, row, strict=True)) for row in rows]))
        return
    for name, value, default, meaning in rows:
        if plain:
            click.echo(_plain_line(name, value, default))
        else:
            changed = value != default
            click.echo(f"{click.style(name, bold=changed)} = {value}{'  (changed)' if changed else ''}")
            click.echo(textwrap.fill(meaning, WIDTH, initial_indent="    ", subsequent_indent="    "))


def _plain_line(name: str, value: str, default: str) -> str:
    """The line of an .env file; what cannot be written there is a comment and never a value."""
    if "(hidden)" in value or value == HIDDEN:
        return f"# {name} is set and not shown"
    if value == NOT_SET:
        return f"# {name}="
    return f"{name}={value}" if value != default else f"# {name}={value}"


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
        return HIDDEN
    return NOT_SET if value is None else LOGIN_IN_URL.sub("://(hidden)@", str(value))
