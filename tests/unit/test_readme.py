"""The README says what the code does: its tables of commands, settings and extras, and the files it links to."""

import re
import tomllib
from pathlib import Path

import pytest

from stream.commands import COMMANDS
from stream.commands.settings import described
from stream.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "docs").glob("*/*.md"),
]


def rows(pattern: str) -> dict[str, tuple[str, ...]]:
    """The rows of tables whose first cell is code that matches, by that code."""
    found = (
        line.strip("|").split("|") for line in README.splitlines() if re.match(rf"\| `{pattern}` \|", line)
    )
    return {cells[0].strip(" `"): tuple(cell.strip() for cell in cells[1:]) for cells in found}


def test_the_table_of_commands_is_that_of_the_command_line():
    assert rows(r"newsfold [\w-]+") == {f"newsfold {name}": (does,) for name, does in COMMANDS.items()}


def test_the_settings_shown_exist_and_have_these_defaults_and_meanings():
    settings = {
        name: (default or "(not set)", meaning)
        for name, _, default, meaning in described(Settings(_env_file=None))
    }
    shown = rows(r"NEWSFOLD_\w+")
    assert len(shown) > 10
    assert shown == {name: settings[name] for name in shown}


def test_the_table_of_extras_is_that_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    shown = {
        name for name, cells in rows("[a-z-]+").items() if len(cells) == 1
    }  # that of topics has two more
    assert shown == set(project["optional-dependencies"]) - {"dev"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(page: Path):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []
