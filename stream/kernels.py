"""How the kernels are compiled: by numba, without fast-math, kept on disk under a digest of what they are made of.

numba's own cache looks at the file of the function it keeps only, not at the files of the functions and constants
used in it: after an upgrade it would run old code. So each state of a module, with all it imports from this project,
has a folder of its own.
"""

import hashlib
import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba

ROOT = Path(__file__).parent.parent
_IMPORT = re.compile(r"^from ((?:stream|embeddings)(?:\.\w+)*) import", re.MULTILINE)

# `part`: called from kernels only, so it needs neither a way in nor a place on disk of its own.
part: Callable[[Callable[..., Any]], Any] = numba.njit(no_cpython_wrapper=True, no_cfunc_wrapper=True)


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls, on its first call, and keep the machine code where there is a place.

    It runs without the interpreter's lock. Without a writable folder (a read-only image) every process compiles.
    """
    folder = _folder(Path(function.__code__.co_filename))
    if folder is None:
        return numba.njit(nogil=True)(function)
    elsewhere = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)  # read by numba here, when it takes the function, and never again
    try:
        return numba.njit(nogil=True, cache=True)(function)
    finally:
        numba.config.CACHE_DIR = elsewhere


@cache
def _folder(module: Path) -> Path | None:
    """A writable folder for this state of a module, or None."""
    digest = hashlib.sha256()
    for source in sources(module):
        digest.update(source.read_bytes())
    for place in _places():
        folder = place / f"kernels-{digest.hexdigest()[:12]}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return None


def _places() -> list[Path]:
    """Where machine code may be kept: under NUMBA_CACHE_DIR, else beside this file or in the user's cache."""
    if numba.config.CACHE_DIR:
        return [Path(numba.config.CACHE_DIR)]
    beside = Path(__file__).parent / "__pycache__"
    try:
        return [beside, Path.home() / ".cache" / "newsfold"]
    except RuntimeError:  # a user without a home
        return [beside]


def sources(module: Path) -> list[Path]:
    """The file of a module, this one, and those of all modules of the project that it imports, directly or not."""
    found: set[Path] = set()
    waiting = [module, Path(__file__)]
    while waiting:
        source = waiting.pop()
        if source not in found:
            found.add(source)
            waiting += map(_file_of, _IMPORT.findall(source.read_text(encoding="utf-8")))
    return sorted(found)


def _file_of(name: str) -> Path:
    path = ROOT.joinpath(*name.split("."))
    module = path.with_suffix(".py")
    return module if module.exists() else path / "__init__.py"
