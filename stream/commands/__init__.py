"""The `newsfold` command: one file a subcommand, imported only when it is called."""

import sys
from importlib import import_module
from typing import NoReturn

import click

from deploy.errors import DeployError
from embeddings.errors import ModelError
from stream.errors import BrokerUnavailableError, NewsfoldError, operator_action
from stream.exit_codes import ExitCode
from stream.extras import missing_extra

COMMANDS = {
    "board": "Show the stories as a web page.",
    "broker": "Run a Kafka broker on this machine, for development.",
    "compare": "Compare two runs over the same articles.",
    "compile": "Compile the kernels now, so that no first start waits for it.",
    "dead-letters": "List what could not be read, or send it again.",
    "demo": "Show the whole service on sample articles.",
    "doctor": "Say what is wrong with the set-up, and what to do.",
    "encoder": "Export a model to ONNX.",
    "evaluate": "Measure stories against labels, on your own articles.",
    "explain": "Say why an article is where it is.",
    "produce": "Check the articles of a file or feed, and send them to Kafka.",
    "replay": "Fold a file of articles without Kafka.",
    "settings": "Print every setting and its meaning.",
    "stories": "List the stories there are now.",
    "story": "Show one story: its reports and why they are in it.",
    "tail": "Show stories as they change.",
    "topics": "Create the topics, or check them.",
    "tune": "Fit the story decision to your own labels.",
    "worker": "Run the stages: embed, fold, or both.",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"stream.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="newsfold", prog_name="newsfold")
def newsfold() -> None:
    """Fold a stream of news articles into stories."""


def main() -> None:
    """Run the command line; a refusal of Newsfold's own is one clear message, not a traceback."""
    try:
        newsfold(standalone_mode=True)
    except (NewsfoldError, ModelError, DeployError) as error:
        _refuse(error)
    except ModuleNotFoundError as error:
        missing = missing_extra(error)
        if missing is None:
            raise
        _refuse(missing)


def _refuse(error: Exception) -> NoReturn:
    click.secho(f"{type(error).__name__}: {error}", fg="red", err=True)
    click.echo(f"What to do: {operator_action(error)}", err=True)
    sys.exit(ExitCode.UNAVAILABLE if isinstance(error, BrokerUnavailableError) else ExitCode.REFUSED)
