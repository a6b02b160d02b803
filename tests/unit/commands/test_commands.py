"""What the commands print, and that text from articles stays text."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from deploy.kafka.ports import free_port
from stream.articles.jsonl import key_of, read_lines
from stream.commands import main, newsfold
from stream.commands.produce import checked
from stream.commands.replay import command as replay
from stream.commands.tail import story_line, storyline_line
from stream.commands.worker import check_port
from stream.commands.worker_processes import stages_of
from stream.corpus import ARTICLES as CORPUS
from stream.errors import InvalidArticleError, SettingsError
from stream.exit_codes import ExitCode
from stream.kafka.app import Stage
from stream.observability.settings import WebSettings

README = Path(__file__).parents[3] / "README.md"


def record(
    headline: str, kind: str = "updated", merged_into: str | None = None, split_from: str | None = None
) -> SimpleNamespace:
    counts = {"articles": 3, "copies": 1, "reports": 2, "sources": 2}
    related = {"merged_into": merged_into, "split_from": split_from}
    value = json.dumps({"headline": headline, "version": 4, "counts": counts, **related}).encode()
    return SimpleNamespace(key=b"s1", value=value, headers=[("ce_type", f"newsfold.story.{kind}".encode())])


def printed(markup: str) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(markup, soft_wrap=True)
    return capture.get()


def leaves(command: click.Command = newsfold, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, with its name."""
    context = click.Context(command)
    inner = command.list_commands(context) if isinstance(command, click.Group) else []
    if name and (not inner or (command.callback and getattr(command, "invoke_without_command", False))):
        yield name, command
    for one in inner:
        found = command.get_command(context, one)  # type: ignore[attr-defined]
        yield from leaves(found, f"{name} {one}".strip())


LEAVES = dict(leaves())
# What they print is progress, or for a person in front of it; what they make is a page, a file or a running service.
WITHOUT_JSON = {"board", "board export", "broker", "compile", "demo", "worker"}


@pytest.mark.parametrize("name", LEAVES)
def test_the_help_of_every_command_has_examples(name: str):
    shown = CliRunner().invoke(newsfold, [*name.split(), "--help"])
    assert shown.exit_code == 0, shown.output
    assert f"Usage: newsfold {name}" in shown.output
    examples = shown.output.partition("Examples:")[2]
    assert f" newsfold {name}" in examples
    assert max(map(len, shown.output.splitlines())) <= 80


@pytest.mark.parametrize("name", sorted(LEAVES.keys() - WITHOUT_JSON))
def test_every_command_that_prints_results_prints_them_as_json_too(name: str):
    options = [option for parameter in LEAVES[name].params for option in parameter.opts]
    assert "--json" in options


def test_an_unknown_command_is_refused():
    assert CliRunner().invoke(newsfold, ["no-such-command"]).exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["tail"],
        ["topics"],
        ["produce", str(CORPUS)],
        ["dead-letters", "list"],
        ["dead-letters", "replay", "--yes"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_without_a_broker_a_command_says_so_and_what_to_do(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("NEWSFOLD_KAFKA__BOOTSTRAP_SERVERS", f"127.0.0.1:{free_port()}")
    monkeypatch.setattr("sys.argv", ["newsfold", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert ended.value.code == ExitCode.UNAVAILABLE
    assert "BrokerUnavailableError: no broker answers at 127.0.0.1:" in said
    assert "What to do: check NEWSFOLD_KAFKA__BOOTSTRAP_SERVERS" in said
    assert "Traceback" not in said


def test_replay_writes_what_the_topics_would_carry(tmp_path: Path):
    stories, assignments = tmp_path / "stories.jsonl", tmp_path / "assignments.jsonl"
    shown = CliRunner().invoke(
        replay, [str(CORPUS), "--stories", str(stories), "--assignments", str(assignments)]
    )
    assert shown.exit_code == 0, shown.output
    ids = {json.loads(line)["id"] for line in read_lines(stories)}
    assigned = {one["article_id"]: one["story_id"] for one in map(json.loads, read_lines(assignments))}
    assert len(assigned) == 178
    assert set(assigned.values()) <= ids
    assert "179 articles" in shown.output


def test_replay_names_the_lines_it_refused(tmp_path: Path):
    feed = tmp_path / "feed.jsonl"
    feed.write_text('{"id": "a", "title": "Talks resume in the harbour"}\n{"title": "no id"}\n')
    shown = CliRunner().invoke(replay, [str(feed)])
    assert "line 2 refused, no_id" in shown.output
    assert "2 articles, 0 copies, 1 stories, 0 storylines, 1 refused" in shown.output


def test_replay_of_what_is_no_article_at_all_fails_and_names_each_line(tmp_path: Path):
    refused = tmp_path / "refused.jsonl"
    shown = CliRunner().invoke(replay, [str(README), "--refused", str(refused)])
    assert shown.exit_code == ExitCode.INPUT_REFUSED
    assert "and" in shown.output
    lines = [json.loads(line) for line in read_lines(refused)]
    assert {line["reason"] for line in lines} <= {"undecodable", "invalid", "no_value"}
    assert lines[0]["line"] == 1
    assert f"{len(lines)} articles, 0 copies, 0 stories, 0 storylines, {len(lines)} refused" in shown.output


def test_replay_reads_standard_input():
    article = b'{"id": "a", "title": "Talks resume in the harbour"}\n'
    shown = CliRunner().invoke(replay, ["-", "--json"], input=article)
    assert shown.exit_code == 0, shown.output
    figures = json.loads(shown.output.splitlines()[-1])
    assert (figures["articles"], figures["stories_by_status"]) == (1, {"open": 1})


@pytest.mark.parametrize(
    ("output", "said"),
    [("no-such-folder/stories.jsonl", "cannot be written"), ("feed.jsonl", "would overwrite")],
)
def test_replay_tries_its_outputs_before_the_work(output: str, said: str, tmp_path: Path):
    feed = tmp_path / "feed.jsonl"
    feed.write_text('{"id": "a", "title": "Talks resume"}\n')
    shown = CliRunner().invoke(replay, [str(feed), "--stories", str(tmp_path / output)])
    assert shown.exit_code == ExitCode.REFUSED
    assert said in shown.output
    assert feed.read_text().startswith("{")


def test_produce_sends_no_more_than_a_worker_would_read():
    key, value = checked(b'{"id": "a", "title": "Talks resume"}', 1_000)
    assert (key, value) == (b"a", b'{"id": "a", "title": "Talks resume"}')
    for line in README.read_bytes().splitlines()[:40]:
        with pytest.raises(InvalidArticleError):
            checked(line, 1_000)


def test_produce_sends_the_formats_of_others_in_newsfolds_own():
    sent = b'{"url": "https://www.press.example/a", "title": "Talks resume", "publishedAt": "2026-03-03"}'
    key, value = checked(sent, 1_000)
    assert key == b"https://press.example/a"
    assert json.loads(value)["published_at"] == "2026-03-03"


def test_produce_of_nothing_or_of_two_things_is_refused():
    for arguments in ([], [str(CORPUS), "--feed", "x"]):
        assert CliRunner().invoke(newsfold, ["produce", *arguments]).exit_code == ExitCode.REFUSED


def test_a_feed_that_cannot_be_fetched_has_the_exit_code_of_what_may_work_later():
    shown = CliRunner().invoke(newsfold, ["produce", "--feed", f"http://127.0.0.1:{free_port()}/feed.xml"])
    assert shown.exit_code == ExitCode.UNAVAILABLE
    assert "cannot be fetched" in shown.output


def test_a_taken_port_is_said_in_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        web = WebSettings(port=taken.getsockname()[1])
        with pytest.raises(SettingsError, match="set NEWSFOLD_WEB__PORT to a free port"):
            check_port(web)
    check_port(WebSettings(port=free_port()))


def test_tail_shows_a_story_on_one_line():
    assert printed(story_line(record("Talks resume"))) == (
        "updated  Talks resume (2 sources, 2 reports, 1 copies; v4)\n"
    )


def test_tail_names_the_story_that_another_lives_on_as_or_was_split_from():
    assert "; v4; lives on as s2)" in printed(story_line(record("Talks", "merged", merged_into="s2")))
    assert "; v4; split from s2)" in printed(story_line(record("Talks", "created", split_from="s2")))


def test_tail_tells_storylines_from_stories():
    counts = {"stories": 3, "articles": 40, "copies": 9, "reports": 31, "sources": 12}
    line = {
        "headline": "Talks resume",
        "version": 7,
        "counts": counts,
        "merged_into": None,
        "split_from": "l1",
    }
    headers = [("ce_type", b"newsfold.storyline.created")]
    one = SimpleNamespace(key=b"l2", value=json.dumps(line).encode(), headers=headers)
    assert printed(storyline_line(one)) == (
        "created  Talks resume (storyline of 3 stories, 40 articles; v7; split from l1)\n"
    )
    gone = SimpleNamespace(key=b"l2", value=None, headers=[("ce_type", b"newsfold.storyline.expired")])
    assert printed(storyline_line(gone)) == "expired  storyline l2\n"


def test_markup_in_a_headline_stays_text():
    assert "[red]Sale[/red]" in printed(story_line(record("[red]Sale[/red]")))


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (b'{"id": "a", "url": "u"}', b"a"),
        (b'{"url": "u"}', b"u"),
        (b'{"id": 7}', b"7"),
        (b"{}", None),
        (b"junk", None),
    ],
)
def test_an_article_is_keyed_by_its_id_or_its_url(line: bytes, key: bytes | None):
    assert key_of(line) == key


def test_processes_are_for_the_embed_stage_and_one_folds():
    assert stages_of(2, None) == [Stage.FOLD, Stage.EMBED, Stage.EMBED]
    assert stages_of(2, Stage.EMBED) == [Stage.EMBED, Stage.EMBED]


def test_processes_of_the_fold_stage_are_refused():
    result = CliRunner().invoke(newsfold, ["worker", "--stage", "fold", "--processes", "2"])
    assert isinstance(result.exception, SettingsError)
    assert "NEWSFOLD_TOPICS__SHARDS" in str(result.exception)
