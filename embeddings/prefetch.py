"""Asking for memory before it is used: what a kernel waits for most is the memory of things not used lately."""

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import config, types
from numba.core.extending import intrinsic

LINE = 64  # bytes that come at once
READ, KEEP, DATA = 0, 3, 1  # what is asked for, as LLVM numbers it


def _prefetch(_context: Any, array: Any, _place: Any, size: Any) -> Any:
    """Ask for the first `size` bytes, a constant, from array[place] on; it changes nothing but the time taken."""
    if not isinstance(size, types.IntegerLiteral):
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        byte, number, long = ir.IntType(8), ir.IntType(32), ir.IntType(64)
        held = context.make_array(signature.args[0])(context, builder, arguments[0])
        stride = builder.extract_value(held.strides, 0)
        first = builder.gep(
            builder.bitcast(held.data, byte.as_pointer()), [builder.mul(arguments[1], stride)]
        )
        shape = ir.FunctionType(ir.VoidType(), [byte.as_pointer(), number, number, number])
        ask = builder.module.declare_intrinsic("llvm.prefetch", [byte.as_pointer()], shape)
        for offset in range(0, size.literal_value, LINE):
            line = builder.gep(first, [long(offset)])
            builder.call(ask, [line, number(READ), number(KEEP), number(DATA)])
        return context.get_dummy_value()

    return types.none(array, types.int64, size), generate


def _nothing(_array: Any, _place: Any, _size: Any) -> None:
    """Without a compiler (NUMBA_DISABLE_JIT) there is nothing to ask ahead of."""


prefetch: Any = _nothing if config.DISABLE_JIT else intrinsic(prefer_literal=True)(_prefetch)
