"""The wheel: built, installed into a bare environment, and used where no checkout is near."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = ("stream", "embeddings", "deploy", "pyproject.toml", "README.md", "LICENSE")
ARTICLES = 60  # of the sample
PATIENCE_SECONDS = 900.0  # for the package index; a minute where all was fetched before


def uv() -> str:
    """The uv that set this checkout up."""
    found = shutil.which("uv", path=f"{ROOT / 'build' / 'uv' / 'bin'}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip("uv is not here: deploy/setup.sh brings it")
    return found


def run(*command: str | Path, folder: Path, **environment: str) -> str:
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | environment
    ran = subprocess.run(
        command,
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: a build leaves folders behind."""
    folder = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(source, folder / name)
    run(uv(), "build", "--quiet", "--wheel", "--out-dir", folder / "dist", folder, folder=folder)
    (built,) = (folder / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment with the wheel and what it needs, at the locked versions."""
    folder = tmp_path_factory.mktemp("bare")
    run(uv(), "venv", "--quiet", "--python", sys.executable, folder / "venv", folder=folder)
    run(
        uv(), "pip", "install", "--quiet", "--python", folder / "venv",
        "--constraint", ROOT / "deploy" / "requirements.lock", wheel, folder=folder,
    )  # fmt: skip
    return folder / "venv" / "bin"


def test_the_wheel_holds_what_the_commands_read(wheel: Path):
    held = set(zipfile.ZipFile(wheel).namelist())
    data = [ROOT / "stream" / "corpus", ROOT / "stream" / "stories" / "data", ROOT / "embeddings" / "tables"]
    data += [
        ROOT / "stream" / "board" / "templates",
        ROOT / "stream" / "board" / "static",
        ROOT / "deploy" / "kafka",
    ]
    files = [
        file
        for folder in data
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    ]
    assert len(files) > 20
    assert {str(file.relative_to(ROOT)) for file in files} <= held
    assert not [name for name in held if name.startswith(("tests", "benchmarks", "docs"))]


def test_an_installed_newsfold_folds_the_sample(installed: Path, tmp_path: Path):
    newsfold = installed / "newsfold"
    assert run(newsfold, "--version", folder=tmp_path).startswith("newsfold, version ")
    assert "NEWSFOLD_KAFKA__BOOTSTRAP_SERVERS=127.0.0.1:9092" in run(
        newsfold, "settings", "--plain", folder=tmp_path
    )
    find = "import stream.corpus; print(stream.corpus.__path__[0])"
    corpus = run(installed / "python", "-c", find, folder=tmp_path).strip()
    assert not Path(corpus).is_relative_to(ROOT)
    # A part, and without machine code: to compile it anew for another place takes minutes.
    lines = (Path(corpus) / "articles.jsonl").read_text().splitlines(keepends=True)[:ARTICLES]
    (tmp_path / "some.jsonl").write_text("".join(lines))
    said = run(
        newsfold, "replay", "some.jsonl", "--stories", "stories.jsonl", folder=tmp_path, NUMBA_DISABLE_JIT="1"
    )
    assert f"{ARTICLES} articles" in said
    stories = [json.loads(line) for line in (tmp_path / "stories.jsonl").read_text().splitlines()]
    assert sum(story["counts"]["articles"] for story in stories if story["status"] != "merged") == ARTICLES


@pytest.mark.parametrize("command", ["demo", "broker"])
def test_without_its_extra_a_command_of_the_wheel_says_how_to_install_it(
    installed: Path, wheel: Path, command: str
):
    ran = subprocess.run(
        [installed / "newsfold", command], capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 2
    assert f"pip install 'newsfold[broker] @ file://{wheel}'" in ran.stderr
