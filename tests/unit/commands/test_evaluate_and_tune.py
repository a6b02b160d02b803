"""`newsfold evaluate` and `newsfold tune`: what they print and write about the labelled sample corpus."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from stream.articles.jsonl import read_lines
from stream.commands.evaluate import command as evaluate
from stream.commands.evaluate import evaluate as evaluation_of
from stream.commands.tune import command as tune
from stream.corpus import FOLDER as CORPUS
from stream.errors import SettingsError
from stream.evaluation.labelled import labelled_lines
from stream.exit_codes import ExitCode
from stream.settings import load_settings
from stream.stories.decision.model_file import read_model
from stream.stories.settings import StorySettings
from stream.training import cross_validation as tuning
from stream.training.cross_validation import CrossValidation

NOW = 1_790_000_000_000
FEW_STREAMS = 2  # instead of 40 for each fit


@pytest.fixture(scope="module")
def labelled(tmp_path_factory) -> Path:
    """The sample corpus with its labels on the lines that have a plain `id`, as a user would have it."""
    labels = map(json.loads, read_lines(CORPUS / "labels.jsonl"))
    story_of = {label["id"]: label["story"] for label in labels}
    file = tmp_path_factory.mktemp("labelled") / "corpus.jsonl"
    with file.open("w", encoding="utf8") as out:
        for article in map(json.loads, read_lines(CORPUS / "articles.jsonl")):
            if article.get("id") in story_of:
                article["cluster"] = story_of[article["id"]]
            out.write(json.dumps(article) + "\n")
    return file


def test_evaluate_prints_the_agreement_of_first_and_repaired_stories(labelled, tmp_path):
    out, coarse = tmp_path / "figures.json", tmp_path / "coarse.jsonl"
    coarse.write_text(re.sub(r'"cluster": "earnings-\w+"', '"cluster": "earnings"', labelled.read_text()))
    result = CliRunner().invoke(evaluate, [str(coarse), "--seeds", "1", "--json", str(out)])
    assert result.exit_code == 0, result.output
    figures = json.loads(out.read_text())
    assert figures["repaired"]["b_cubed_f1"] > 0.9
    assert figures["first"]["stories_true"] == figures["repaired"]["stories_true"] == stories_in(coarse)
    assert (
        "Q4 in brief" in result.output
    )  # among the worst splits: the results of several firms under one label


def test_an_undated_first_article_does_not_keep_the_stories_of_an_old_stream_open(tmp_path):
    quake = "Strong earthquake shakes Valparaiso harbour, thousands leave their homes"
    between = ("Bakers of Lund win cup", "Ferry stuck off Oban", "Tram line opens", "Zoo counts its owls")
    dated = [
        ("then", quake, "2020-01-01T08:00:00Z", "quake"),
        *((title, title, "2020-12-31T08:00:00Z", title) for title in between),
        ("a year later", f"{quake} again", "2021-01-01T08:00:00Z", "new"),
    ]
    articles = [
        {"id": "undated", "title": "Rail workers of Norrland begin a three day strike", "cluster": "strike"},
        *({"id": i, "title": title, "published_at": day, "cluster": label} for i, title, day, label in dated),
    ]
    file = tmp_path / "old.jsonl"
    file.write_text("".join(json.dumps(article) + "\n" for article in articles))
    (run,) = evaluation_of(file, load_settings(), 1, NOW).runs
    assert len(set(run.repaired.values())) == len(articles)


def test_tune_writes_a_model_of_the_labels_and_settings_that_name_it(labelled, tmp_path, monkeypatch):
    monkeypatch.setattr(tuning, "STREAMS", FEW_STREAMS)
    monkeypatch.setattr(tuning, "FITS", 2)
    monkeypatch.setattr(tuning, "GRANULARITIES", (0.4, 0.5))
    monkeypatch.setattr(tuning, "SEEN_SHARE", -1.0)  # the shipped model takes no part: it may win
    monkeypatch.setattr(CrossValidation, "gain", lambda *_: 1.0)
    result = CliRunner().invoke(tune, [str(labelled), "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    written = (tmp_path / "newsfold-tuned.env").read_text().splitlines()
    settings = dict(line.removeprefix("NEWSFOLD_STORIES__").lower().split("=", 1) for line in written)
    assert Path(settings["model"]).samefile(tmp_path / "newsfold-tuned.json")
    StorySettings(granularity=float(settings["granularity"]), model=settings["model"])
    made_by = read_model(Path(settings["model"])).made_by
    assert "178 labelled articles" in made_by
    assert f"{tuning.FITS} fits" in made_by


def test_tune_keeps_the_shipped_model_where_a_fitted_one_is_no_better_on_the_whole_stream(
    labelled, tmp_path, monkeypatch
):
    monkeypatch.setattr(tuning, "STREAMS", 1)
    monkeypatch.setattr(tuning, "FITS", 1)
    monkeypatch.setattr(tuning, "GRANULARITIES", (0.5,))
    monkeypatch.setattr(tuning, "SEEN_SHARE", -1.0)
    result = CliRunner().invoke(tune, [str(labelled), "--out", str(tmp_path), "--json"])
    assert result.exit_code == 0, result.output
    assert "the shipped model, which stays" in result.stderr
    chosen = json.loads(result.stdout)["chosen"]
    assert chosen == {"kind": "shipped", "granularity": 0.5, "merge_threshold": 0.8}
    assert "shipped" in read_model(tmp_path / "newsfold-tuned.json").made_by


def test_tune_shows_how_much_is_left_from_the_start_and_writes_the_best_so_far_when_stopped(
    labelled, tmp_path, monkeypatch
):
    seen: list[tuple[int, int]] = []
    run = CrossValidation.run

    def run_until_stopped(self: CrossValidation, progress: tuning.Progress) -> None:
        def stop_in_the_second_kind(done: int, steps: int) -> None:
            seen.append((done, steps))
            progress(done, steps)
            if done == 20:
                raise KeyboardInterrupt

        run(self, stop_in_the_second_kind)

    monkeypatch.setattr(CrossValidation, "run", run_until_stopped)
    result = CliRunner().invoke(tune, [str(labelled), "--out", str(tmp_path)])
    assert result.exit_code == ExitCode.INTERRUPTED
    assert seen[0] == (0, seen[-1][1])
    assert seen[-1][1] > 900  # two kinds fitted to two folds, six rounds of forty streams each
    assert "the best so far" in result.stderr
    assert read_model(tmp_path / "newsfold-tuned.json").version == "tuned"


@pytest.fixture(scope="module")
def affairs(tmp_path_factory) -> Path:
    """The sample corpus labelled by affair: the talks and what follows them are one, every other event is its own."""
    labels = {label["id"]: label for label in map(json.loads, read_lines(CORPUS / "labels.jsonl"))}
    file = tmp_path_factory.mktemp("affairs") / "corpus.jsonl"
    with file.open("w", encoding="utf8") as out:
        for article in map(json.loads, read_lines(CORPUS / "articles.jsonl")):
            label = labels[article.get("id") or article["url"]]
            article["cluster"] = label["affair"] or label["story"]
            out.write(json.dumps(article) + "\n")
    return file


def test_labels_of_affairs_are_judged_by_storylines(affairs, tmp_path):
    out = tmp_path / "figures.json"
    asked = [str(affairs), "--level", "storyline", "--seeds", "1", "--json", str(out)]
    result = CliRunner().invoke(evaluate, asked)
    assert result.exit_code == 0, result.output
    figures = json.loads(out.read_text())
    assert figures["storylines"]["b_cubed_recall"] > figures["stories"]["b_cubed_recall"]


def test_tune_chooses_how_broad_storylines_are(affairs, tmp_path, monkeypatch):
    monkeypatch.setattr("stream.training.storyline_threshold.THRESHOLDS", (0.5, 40.0))
    asked = [str(affairs), "--level", "storyline", "--out", str(tmp_path)]
    result = CliRunner().invoke(tune, asked)
    assert result.exit_code == 0, result.output
    (line,) = (tmp_path / "newsfold-tuned-storylines.env").read_text().splitlines()
    assert line == "NEWSFOLD_STORYLINES__THRESHOLD=0.5"  # from 40 on nothing is linked


def test_a_file_without_labels_is_refused_in_words():
    result = CliRunner().invoke(tune, [str(CORPUS / "articles.jsonl")])
    assert isinstance(result.exception, SettingsError)
    assert "labels no article" in str(result.exception)


def stories_in(file: Path) -> int:
    return len({label for _, label in labelled_lines(file)})
