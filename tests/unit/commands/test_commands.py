"""What the commands print, and that text from articles stays text."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from rich.console import Console

from deploy.kafka.ports import free_port
from stream.articles.jsonl import key_of, read_lines
from stream.commands import COMMANDS, main, newsfold
from stream.commands.replay import command as replay
from stream.commands.tail import story_line

CORPUS = Path(__file__).parents[3] / "stream" / "corpus" / "articles.jsonl"


def record(
    headline: str, kind: str = "updated", merged_into: str | None = None, split_from: str | None = None
) -> SimpleNamespace:
    counts = {"articles": 3, "copies": 1, "reports": 2, "sources": 2}
    kin = {"merged_into": merged_into, "split_from": split_from}
    value = json.dumps({"headline": headline, "version": 4, "counts": counts, **kin}).encode()
    return SimpleNamespace(key=b"s1", value=value, headers=[("ce_type", f"newsfold.story.{kind}".encode())])


def printed(markup: str) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(markup, soft_wrap=True)
    return capture.get()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str):
    shown = CliRunner().invoke(newsfold, [name, "--help"])
    assert shown.exit_code == 0, shown.output
    assert f"Usage: newsfold {name}" in shown.output


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
    assert ended.value.code == 2
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
    assert len(assigned) == 166
    assert set(assigned.values()) <= ids
    assert "167 articles" in shown.output


def test_replay_names_the_lines_it_refused(tmp_path: Path):
    feed = tmp_path / "feed.jsonl"
    feed.write_text('{"id": "a", "title": "Talks resume in the harbour"}\n{"title": "no id"}\n')
    shown = CliRunner().invoke(replay, [str(feed)])
    assert "line 2 refused, no_id" in shown.output
    assert "2 articles, 0 copies, 1 stories, 1 refused" in shown.output


def test_tail_shows_a_story_on_one_line():
    assert printed(story_line(record("Talks resume"))) == (
        "updated  Talks resume (2 sources, 2 reports, 1 copies; v4)\n"
    )


def test_tail_names_the_story_that_another_lives_on_as_or_was_parted_from():
    assert "; v4; lives on as s2)" in printed(story_line(record("Talks", "merged", merged_into="s2")))
    assert "; v4; parted from s2)" in printed(story_line(record("Talks", "created", split_from="s2")))


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
