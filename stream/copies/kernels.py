"""How the compiled functions of copy detection are compiled."""

from collections.abc import Callable
from typing import Any

import numba as nb


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function with numba on first use; keep the machine code on disk where there is a place for it.

    Without a writable folder (a read-only image without a home) numba refuses to cache: then every process compiles.
    """
    try:
        return nb.njit(cache=True)(function)
    except RuntimeError:
        return nb.njit(function)
