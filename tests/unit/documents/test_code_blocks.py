"""The code of the README and of docs/: its commands, options, make targets and settings exist; JSON and Python parse.

What can run here at all is run by tests/integration/test_documents.py.
"""

import ast
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from stream.commands import newsfold
from stream.commands.settings import described
from stream.settings import Settings

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SETTINGS = {name for name, *_ in described(Settings(_env_file=None))}


def blocks(page: Path, *languages: str) -> list[str]:
    found = FENCED.findall(page.read_text(encoding="utf8"))
    return [text for language, text in found if language in languages]


def command_lines(page: Path) -> Iterator[list[str]]:
    """The words of every command of a page, one pipe's part at a time: fenced or indented, comments left out."""
    text = FENCED.sub("", page.read_text(encoding="utf8"))
    indented = [line[4:] for line in text.splitlines() if line.startswith("    ")]
    fenced = [line for block in blocks(page, "", "sh", "bash") for line in block.splitlines()]
    for line in (*fenced, *indented):
        for part in re.split(r"\s(?:\||&&|;)\s", line):
            if re.match(r"(\w+=\S+ )*(newsfold|make) \S", part.strip()):
                words = shlex.split(part, comments=True)
                yield [word for word in words if not re.match(r"[A-Z_]+=", word)]


COMMANDS = [
    pytest.param(words, id=f"{page.name}: {' '.join(words)}")
    for page in PAGES
    for words in command_lines(page)
]


def test_there_are_commands_to_check():
    assert len(COMMANDS) > 40


@pytest.mark.parametrize("words", COMMANDS)
def test_the_command_and_its_options_exist(words: list[str]):
    if words[0] == "make":
        targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert words[1] in targets
        return
    command: click.Command = newsfold
    options = {"--help", "--version"}
    for word in words[1:]:
        if isinstance(command, click.Group) and not word.startswith("-"):
            found = command.get_command(click.Context(command), word)
            if found is None and options - {"--help", "--version"}:
                continue  # the value of an option of a group
            assert found is not None, word
            command = found
            options = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
        elif word.startswith("--"):
            assert word.partition("=")[0] in options, word


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_json_and_python_parse(page: Path):
    for block in blocks(page, "json"):
        json.loads(block)
    for block in blocks(page, "python"):
        ast.parse(block)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_setting_that_is_named_exists(page: Path):
    named = set(re.findall(r"NEWSFOLD_[A-Z]+__[A-Z_]+\b(?!\*)", page.read_text(encoding="utf8")))
    assert {name for name in named if name not in SETTINGS and not name.endswith("_FILE")} == set()
