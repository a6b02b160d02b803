"""How the kernels are compiled: by numba, without fast-math, cached on disk under a digest of their sources.

numba's own cache looks at the file of the function it caches only, not at the files of the functions called from
it: after an upgrade it would run old code. So each state of the sources has a cache of its own.
"""

import hashlib
import os
from pathlib import Path

import numba
from numba import njit

SOURCES = Path(__file__).parent


def _cache_folder() -> Path | None:
    """A writable folder named by the sources: beside them, under NUMBA_CACHE_DIR, or in the user's cache."""
    digest = hashlib.sha256()
    for source in sorted(SOURCES.glob("*.py")):
        text = source.read_bytes()
        if b"kernels import" in text:
            digest.update(text)
    named = os.environ.get("NUMBA_CACHE_DIR")
    places = [Path(named)] if named else [SOURCES / "__pycache__", Path.home() / ".cache" / "newsfold"]
    for place in places:
        folder = place / f"kernels-{digest.hexdigest()[:12]}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return None


_FOLDER = _cache_folder()
if _FOLDER is not None:
    numba.config.CACHE_DIR = str(_FOLDER)

# `kernel`: called from Python. `part`: called from kernels only, so it needs neither a way in nor a cache of its own.
kernel = njit(cache=_FOLDER is not None)
part = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
