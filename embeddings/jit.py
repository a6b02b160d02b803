"""How the kernels are compiled: by numba, without fast-math, kept on disk under a digest of what they are made of.

numba's own cache looks at the file of the function it keeps only, not at the files of the functions and constants
used in it: after an upgrade it would run old code. So each state of a module, with all it imports from this project,
has a folder of its own.
"""

import ast
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numba
from platformdirs import user_cache_path

ROOT = Path(__file__).parent.parent
PACKAGES = ("stream", "embeddings")

# `part`: called from kernels only, so it needs neither a way in nor a place on disk of its own. It borrows the arrays
# that it is given and neither makes nor returns one, so their references need not be counted: that costs more than
# what most parts do, as each array of a state counts, used or not.
part: Callable[[Callable[..., Any]], Any] = numba.njit(
    no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False
)
# `allocating_part`: one that makes arrays, returns one, or copies slices. (Unsaid, _nrt is that of the caller.)
allocating_part: Callable[[Callable[..., Any]], Any] = numba.njit(
    no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=True
)
# `merged`: a part of the innermost loops that LLVM merges into its callers: a call copies each array of a tuple.
merged: Callable[[Callable[..., Any]], Any] = numba.njit(
    no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False, forceinline=True
)
# `inlined`: the same, merged by numba, which costs the callers time to compile.
inlined: Callable[[Callable[..., Any]], Any] = numba.njit(inline="always")


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
        if any(folder.iterdir()):  # compiled beforehand into an image that is read-only
            return _writable_copy(folder)
    return None


def _writable_copy(folder: Path) -> Path:
    """A copy that lasts as long as the process: numba takes no folder that it cannot write to, even to read."""
    copy = Path(_scratch().name) / folder.name
    shutil.copytree(folder, copy)
    return copy


@cache
def _scratch() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="newsfold-kernels-")  # removed when the process ends


def _places() -> list[Path]:
    """Where machine code may be kept: under NUMBA_CACHE_DIR, else beside this file or in the user's cache."""
    if numba.config.CACHE_DIR:
        return [Path(numba.config.CACHE_DIR)]
    beside = Path(__file__).parent / "__pycache__"
    try:
        return [beside, user_cache_path("newsfold")]
    except RuntimeError:  # a user without a home
        return [beside]


def sources(module: Path, root: Path = ROOT) -> list[Path]:
    """The file of a module, this one, and those of all modules of the project that it imports, directly or not."""
    found: set[Path] = set()
    waiting = [module, Path(__file__)]
    while waiting:
        source = waiting.pop()
        if source not in found:
            found.add(source)
            waiting += _imported_files(source, root)
    return sorted(found)


def _imported_files(source: Path, root: Path) -> Iterator[Path]:
    """The files of the project that a module imports, and of the packages they lie in."""
    for node in ast.walk(ast.parse(source.read_bytes())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] in PACKAGES:
                path = root.joinpath(*parts)
                yield from (
                    file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()
                )
