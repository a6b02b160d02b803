"""`stories`, `story` and `explain` on what a replay wrote."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from stream.commands import newsfold
from stream.contract import (
    ArticleShown,
    AssignedArticle,
    Assignment,
    CopyOf,
    Counts,
    FactorShown,
    Lead,
    Method,
    NameShown,
    Outcome,
    Reason,
    Rival,
    StorySnapshot,
)
from stream.contract.events import encode_event
from stream.exit_codes import ExitCode


def shown(article_id: str, title: str, source: str) -> ArticleShown:
    return ArticleShown(
        article_id=article_id,
        title=title,
        url=None,
        source=source,
        language="en",
        published="2026-03-03T10:15:00.000Z",
        copies=0,
        centrality=0.5,
    )


def snapshot(story_id: str, headline: str, sources: tuple[str, ...], status: str = "open", **changes: object):
    articles = tuple(shown(f"{story_id}-{n}", f"{headline} {n}", source) for n, source in enumerate(sources))
    fields: dict[str, object] = {
        "id": story_id,
        "version": 1,
        "status": status,
        "merged_into": None,
        "split_from": None,
        "headline": headline,
        "summary": (Lead(f"{story_id}-0", "The night ferry crossed the strait again."),),
        "image": None,
        "representative": articles[0],
        "keywords": ("strait",),
        "names": (NameShown("Pirel", 2),),
        "languages": ("en",),
        "articles": articles,
        "counts": Counts(len(sources), 0, len(sources), len(sources)),
        "first_published": "2026-03-03T10:15:00.000Z",
        "last_published": "2026-03-03T10:15:00.000Z",
        "first_seen": "2026-03-03T10:15:00.000Z",
        "last_seen": "2026-03-03T10:15:00.000Z",
        "cohesion": 1.0,
    }
    return StorySnapshot(**(fields | changes))  # type: ignore[arg-type]


FERRY = snapshot("5b0e0001", "Ferry returns [red]", ("Halden Press", "Wire"))
PILOTS = snapshot("5b0e0002", "Pilots walk out", ("Harbour Post",))
OLD = snapshot("77aa0003", "Ferry in the yard", ("Halden Press",), status="merged", merged_into="5b0e0001")
JOINED = Assignment(
    article_id="5b0e0001-1",
    story_id="5b0e0001",
    story_version=2,
    method=Method.JOINED,
    outcome=Outcome.UNIQUE,
    reason=Reason.JOINED,
    score=1.5,
    threshold=0.2,
    bias=-1.0,
    factors=(FactorShown("shared names", 0.4, 3.0), FactorShown("other stories as close", 0.9, -0.5)),
    rival=Rival("5b0e0002", -10.0, Reason.NOT_CLOSER_THAN_UNRELATED),
    model="m@1",
    article=AssignedArticle("Ferry returns 1", None, "Wire", "en", None),
)
COPY = Assignment(
    article_id="5b0e0001-2",
    story_id="5b0e0001",
    story_version=3,
    method=Method.COPY,
    outcome=Outcome.EXACT_DUPLICATE,
    reason=Reason.COPY,
    copy_of=CopyOf("5b0e0001-1", "exact", 1.0, 1.0, 20, 0.6),
)
NEW = Assignment(
    article_id="5b0e0002-0",
    story_id="5b0e0002",
    story_version=1,
    method=Method.NEW,
    outcome=Outcome.UNIQUE,
    reason=Reason.NO_CANDIDATE,
)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    stories, assignments = tmp_path / "stories.jsonl", tmp_path / "assignments.jsonl"
    stories.write_bytes(b"".join(encode_event(one) + b"\n" for one in (FERRY, PILOTS, OLD)))
    assignments.write_bytes(b"".join(encode_event(one) + b"\n" for one in (JOINED, COPY, NEW)))
    return ["--stories", str(stories), "--assignments", str(assignments)]


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(newsfold, arguments)
    assert result.exit_code == code, result.output
    return " ".join(result.output.split()) if "--json" not in arguments else result.output


def test_stories_lists_those_that_are_open(files: list[str]):
    out = run("stories", *files)
    assert "Ferry returns [red]" in out
    assert "2 sources, 2 reports, 0 copies" in out
    assert "Ferry in the yard" not in out
    assert "[merged] Ferry in the yard" in run("stories", "--all", *files)


@pytest.mark.parametrize(
    ("option", "value", "found"),
    [
        ("--least-sources", "2", {"5b0e0001"}),
        ("--source", "harbour", {"5b0e0002"}),
        ("--keyword", "PILOTS", {"5b0e0002"}),
        ("--keyword", "pirel", {"5b0e0001", "5b0e0002"}),
        ("--language", "fr", set()),
    ],
)
def test_stories_can_be_filtered(option: str, value: str, found: set[str], files: list[str]):
    lines = run("stories", option, value, "--json", *files).splitlines()
    assert {json.loads(line)["id"] for line in lines} == found


def test_a_story_shows_its_reports_with_their_reasons(files: list[str]):
    out = run("story", "5b0e0001", *files)
    assert "The night ferry crossed the strait again." in out
    assert "Pirel (2)" in out
    assert "It joined the story: the evidence is enough." in out


def test_a_story_is_found_by_the_beginning_of_its_id_if_it_is_the_only_one(files: list[str]):
    assert "lives on in 5b0e0001" in run("story", "77", *files)
    assert "2 stories begin so" in run("story", "5b0e", *files, code=ExitCode.REFUSED)
    assert "no story" in run("story", "zz", *files, code=ExitCode.NOT_FOUND)


def test_explain_says_three_sentences_and_the_figures_only_on_request(files: list[str]):
    out = run("explain", "5b0e0001-1", *files)
    assert "It joined the story: the evidence is enough." in out
    assert "It shares more names than unrelated articles do." in out
    assert "Against that: the stories after it are fairly close too, on the whole." in out
    assert "The best other story is Pilots walk out: none of its reports is closer than unrelated" in out
    assert "1.5000" not in out
    verbose = run("explain", "5b0e0001-1", "--verbose", *files)
    assert "+1.5000 score" in verbose
    assert "+3.0000 shared names" in verbose


def test_explain_names_the_report_that_a_copy_copies(files: list[str]):
    assert "It carries the text of 5b0e0001-1, word for word." in run("explain", "5b0e0001-2", *files)


def test_explain_says_why_two_are_apart(files: list[str]):
    out = run("explain", "5b0e0001-1", "--against", "5b0e0002", *files)
    assert "It is not in Pilots walk out (1 reports)." in out
    assert "That was the best other story when the article came" in out
    both = run("explain", "5b0e0001-1", "--against", "5b0e0002-0", *files)
    assert "It begins a story: no open story has anything in common with it." in both
    assert "They are together" in run("explain", "5b0e0001-1", "--against", "5b0e0001-2", *files)
    assert "neither an article nor a story" in run("explain", "5b0e0001-1", "--against", "zz", *files)


def test_explain_of_an_unknown_article_says_so(files: list[str]):
    assert "no assignment of article zz" in run("explain", "zz", *files, code=ExitCode.NOT_FOUND)


def test_files_that_replay_did_not_write_are_refused(tmp_path: Path):
    (tmp_path / "x.jsonl").write_text('{"id": 1}\n')
    result = CliRunner().invoke(newsfold, ["stories", "--stories", str(tmp_path / "x.jsonl")])
    assert "was not written by `newsfold replay`" in str(result.exception)
