"""What every article needs, as compiled code holds it: unboxed once, not at each call.

At a call numba looks at every array it is given, .3 µs each, and the state, the workspace and the rules are some
ninety arrays. A structref keeps them as native values, and counts their references: memory that it points to cannot
be freed, and what it holds is seen to be out of date by the identity of the tuples it was made of.
"""

from typing import Any, NamedTuple

from numba import config, types
from numba.experimental import structref

from embeddings.jit import kernel


class _Boxed(NamedTuple):
    """Without a compiler (NUMBA_DISABLE_JIT) there is nothing to unbox."""

    state: Any
    workspace: Any
    rules: Any


@structref.register
class _Type(types.StructRef):
    """The type of Unboxed, by the types of its fields."""


class _Unboxed(structref.StructRefProxy):
    """State, workspace and rules as native values; only kernels look into it."""


if not config.DISABLE_JIT:
    structref.define_proxy(_Unboxed, _Type, _Boxed._fields)
Unboxed: Any = _Boxed if config.DISABLE_JIT else _Unboxed


@kernel
def unbox(state, workspace, rules):  # type: ignore[no-untyped-def]
    """Make an Unboxed of them."""
    return Unboxed(state, workspace, rules)
