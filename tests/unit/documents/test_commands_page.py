"""docs/commands.md names every command and every exit code."""

from pathlib import Path

from stream.commands import COMMANDS
from stream.exit_codes import MEANINGS, ExitCode

PAGE = (Path(__file__).parents[3] / "docs" / "commands.md").read_text(encoding="utf8")


def test_every_command_is_on_the_page_as_its_help_says():
    for name, does in COMMANDS.items():
        assert f"| `newsfold {name}` | {does.rstrip('.')}" in PAGE


def test_every_exit_code_has_a_meaning():
    assert set(MEANINGS) == set(ExitCode)
