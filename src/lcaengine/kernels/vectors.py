"""Vectors of eight draws: loops the compiler makes no vector code of by itself, written in its own language.

Arrays are flat, and their numbers stand draw by draw: an entry's in ``data`` (entries x DRAWS,), an unknown's in ``x``
(places x columns x DRAWS,), and those of one row in ``sums`` (columns x DRAWS,).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

__all__ = ["DRAWS", "Columns", "measure_products", "multiply_add", "settle_row", "subtract_products"]

DRAWS = 8
"""Draws that stand side by side in a vector."""
Columns = tuple[int, ...]
"""As many numbers as right-hand sides are solved together: the compiler reads their count from the type."""
Array = NDArray[Any]

_NUMBER, _VECTOR = ir.IntType(64), ir.VectorType(ir.DoubleType(), DRAWS)
_TINY = 1e-300
"""So that zero over zero is zero."""


@dataclass(frozen=True, slots=True)
class _Writer:
    """What is needed to write vector instructions.

    Attributes
    ----------
    builder : llvmlite.ir.IRBuilder
    columns : int
    pointers : list
        Of the arrays that were given, in their order.
    """

    builder: Any
    columns: int
    pointers: list[Any]

    def shift(self, base: Any) -> list[Any]:
        """Give the place of every column's vector behind a base."""
        return [self.builder.add(base, ir.Constant(_NUMBER, DRAWS * column)) for column in range(self.columns)]

    def load(self, array: int, at: Any) -> Any:
        """Load the vector that starts at a place of an array."""
        loaded = self.builder.load(self._point(array, at))
        loaded.align = 8
        return loaded

    def store(self, vector: Any, array: int, at: Any) -> None:
        """Store a vector at a place of an array."""
        self.builder.store(vector, self._point(array, at)).align = 8

    def call(self, name: str, *vectors: Any) -> Any:
        """Call an instruction of the compiler by its name."""
        kind, llvm = ir.FunctionType(_VECTOR, [_VECTOR] * len(vectors)), cast(Any, cgutils)
        found = llvm.get_or_insert_function(self.builder.module, kind, f"llvm.{name}.v{DRAWS}f64")
        return self.builder.call(found, vectors)

    def _point(self, array: int, at: Any) -> Any:
        return self.builder.bitcast(self.builder.gep(self.pointers[array], [at]), _VECTOR.as_pointer())


def _make_writer(context: Any, builder: Any, signature: Any, given: Any, arrays: int) -> _Writer:
    llvm = cast(Any, cgutils)
    pointers = [
        llvm.create_struct_proxy(signature.args[at])(context, builder, value=given[at]).data
        for at in range(1, arrays + 1)
    ]
    return _Writer(builder, signature.args[0].count, pointers)


def _loop_entries(writer: _Writer, sums: int, size: int | None, data: int, begin: Any, end: Any) -> None:
    """Write the loop over the entries of a row, with the sums of all columns in registers."""
    builder, x, provider = writer.builder, data + 1, data + 2
    places = [(sums, at) for at in writer.shift(ir.Constant(_NUMBER, 0))]
    if size is not None:
        places += [(size, at) for _, at in places]
    before, loop, after = builder.block, builder.append_basic_block("entries"), builder.append_basic_block("after")
    start = [writer.load(*place) for place in places]
    builder.cbranch(builder.icmp_signed("<", begin, end), loop, after)
    builder.position_at_end(loop)
    entry, totals = builder.phi(_NUMBER), [builder.phi(_VECTOR) for _ in places]
    amount = writer.load(data, builder.mul(entry, ir.Constant(_NUMBER, DRAWS)))
    less = builder.fneg(amount)
    place = builder.sext(builder.load(builder.gep(writer.pointers[provider], [entry])), _NUMBER)
    base = builder.mul(place, ir.Constant(_NUMBER, DRAWS * writer.columns))
    unknowns = [writer.load(x, at) for at in writer.shift(base)]
    results = [writer.call("fma", less, each, total) for each, total in zip(unknowns, totals, strict=False)]
    if size is not None:
        taken = [writer.call("fabs", builder.fmul(amount, each)) for each in unknowns]
        results += [builder.fadd(each, total) for each, total in zip(taken, totals[writer.columns :], strict=True)]
    upcoming = builder.add(entry, ir.Constant(_NUMBER, 1))
    builder.cbranch(builder.icmp_signed("<", upcoming, end), loop, after)
    for value, first, last in zip([entry, *totals], [begin, *start], [upcoming, *results], strict=True):
        value.add_incoming(first, before)
        value.add_incoming(last, loop)
    builder.position_at_end(after)
    answers = [builder.phi(_VECTOR) for _ in places]
    for answer, first, last in zip(answers, start, results, strict=True):
        answer.add_incoming(first, before)
        answer.add_incoming(last, loop)
    for place, answer in zip(places, answers, strict=True):
        writer.store(answer, *place)


def _build_multiply_add(_: Any, a: Any, b: Any, c: Any) -> Any:
    return types.float64(a, b, c), lambda _context, builder, _signature, numbers: builder.fma(*numbers)


def _build_subtract(_: Any, columns: Any, sums: Any, data: Any, x: Any, provider: Any, begin: Any, end: Any) -> Any:
    def write(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        writer = _make_writer(context, builder, signature, given, 4)
        _loop_entries(writer, 0, None, 1, *given[5:7])
        return context.get_dummy_value()

    return types.void(columns, sums, data, x, provider, types.int64, types.int64), write


def _build_measure(
    _: Any, columns: Any, sums: Any, size: Any, data: Any, x: Any, provider: Any, begin: Any, end: Any
) -> Any:
    def write(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        writer = _make_writer(context, builder, signature, given, 5)
        _loop_entries(writer, 0, 1, 2, *given[6:8])
        return context.get_dummy_value()

    return types.void(columns, sums, size, data, x, provider, types.int64, types.int64), write


def _build_settle(_: Any, columns: Any, sums: Any, inverse: Any, x: Any, change: Any, row: Any) -> Any:
    def write(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        writer = _make_writer(context, builder, signature, given, 4)
        row, zero = given[5], ir.Constant(_NUMBER, 0)
        scale = writer.load(1, builder.mul(row, ir.Constant(_NUMBER, DRAWS)))
        base = builder.mul(row, ir.Constant(_NUMBER, DRAWS * writer.columns))
        largest, tiny = writer.load(3, zero), ir.Constant(_VECTOR, [_TINY] * DRAWS)
        for own, at in zip(writer.shift(zero), writer.shift(base), strict=True):
            value = builder.fmul(writer.load(0, own), scale)
            moved = writer.call("fabs", builder.fsub(value, writer.load(2, at)))
            relative = builder.fdiv(moved, builder.fadd(writer.call("fabs", value), tiny))
            largest = builder.select(builder.fcmp_ordered(">", relative, largest), relative, largest)
            writer.store(value, 2, at)
        writer.store(largest, 3, zero)
        return context.get_dummy_value()

    return types.void(columns, sums, inverse, x, change, types.int64), write


multiply_add = cast(Callable[[float, float, float], float], intrinsic(_build_multiply_add))
"""Multiply and add, rounded once: a b + c, the same bits on every machine."""

subtract_products = cast(Callable[[Columns, Array, Array, Array, Array, int, int], None], intrinsic(_build_subtract))
"""Subtract from the sums of a row what its entries take: columns, sums, data, x, provider, first entry, end."""

measure_products = cast(
    Callable[[Columns, Array, Array, Array, Array, Array, int, int], None], intrinsic(_build_measure)
)
"""Do so, and add up the sizes: columns, sums, sizes, data, x, provider, first entry, end."""

settle_row = cast(Callable[[Columns, Array, Array, Array, Array, int], None], intrinsic(_build_settle))
"""Multiply sums by one over the diagonal into x, and raise the largest relative change of every draw.

Columns, sums, inverse (places x DRAWS,), x, change (DRAWS,), place.
"""
