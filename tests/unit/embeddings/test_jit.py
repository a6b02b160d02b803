"""Machine code is kept from one process to the next, but never longer than what it was made of."""

import subprocess
import sys
from pathlib import Path

import pytest

from embeddings.jit import sources

JIT = Path(__file__).parents[3] / "embeddings" / "jit.py"
STATE = """
from embeddings.jit import part

STEP = {step}

@part
def advanced(number):
    return number + STEP
"""
CLOCK = """
from embeddings.jit import kernel
from stream.state import advanced

@kernel
def tick(number):
    return advanced(number)

print(tick(40), sum(tick.stats.cache_hits.values()))
"""

READ_ONLY = """
import os
access = os.access
os.access = lambda path, mode: mode != os.W_OK and access(path, mode)
"""


def ticked(project: Path, caches: Path) -> tuple[int, int]:
    """What a process of its own computes, and how often it found the machine code on disk."""
    environment = {"PYTHONPATH": str(project), "HOME": str(caches), "NUMBA_CACHE_DIR": str(caches)}
    run = subprocess.run(
        [sys.executable, "-m", "stream.clock"], cwd=project, env=environment, capture_output=True, text=True
    )
    assert not run.returncode, run.stderr
    number, hits = run.stdout.split()
    return int(number), int(hits)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A package of this name with one kernel, and a constant that it uses from another module."""
    folder = tmp_path / "project" / "stream"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder.parent / "embeddings").mkdir()
    (folder.parent / "embeddings" / "jit.py").write_bytes(JIT.read_bytes())
    (folder / "state.py").write_text(STATE.format(step=1))
    (folder / "clock.py").write_text(CLOCK)
    return folder.parent


def test_machine_code_in_a_read_only_image_is_used(project: Path, tmp_path: Path) -> None:
    caches = tmp_path / "caches"
    ticked(project, caches)
    (project / "sitecustomize.py").write_text(READ_ONLY)  # root may write anywhere
    assert ticked(project, caches) == (41, 1)


def test_machine_code_is_kept_until_a_module_it_uses_changes(project: Path, tmp_path: Path) -> None:
    caches = tmp_path / "caches"
    assert ticked(project, caches) == (41, 0)
    assert ticked(project, caches) == (41, 1)
    (project / "stream" / "state.py").write_text(STATE.format(step=2))
    assert ticked(project, caches) == (42, 0)


def test_without_a_place_to_keep_it_every_process_compiles(project: Path) -> None:
    nowhere = project / "stream" / "state.py" / "no folder"
    assert ticked(project, nowhere) == (41, 0)
    assert ticked(project, nowhere) == (41, 0)


def test_each_form_of_import_is_followed(project: Path) -> None:
    for form in ("import stream.state", "from stream import state", "from stream.state import STEP"):
        (project / "stream" / "clock.py").write_text(form)
        assert project / "stream" / "state.py" in sources(project / "stream" / "clock.py", project)


def test_a_kernel_is_made_of_all_that_its_module_imports() -> None:
    stream = JIT.parents[1] / "stream"
    assert {
        stream / "stories" / f"{name}.py"
        for name in ("assign", "index/similarity", "index/state", "text/document_frequencies")
    } <= set(sources(stream / "stories" / "assign.py"))
