"""Vectors of eight draws: loops the compiler makes no vector code of by itself, written in its own language.

Arrays are flat, and their numbers stand draw by draw: an entry's in ``data`` (entries x DRAWS,), an unknown's in ``x``
(places x columns x DRAWS,).
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

__all__ = [
    "DRAWS",
    "Columns",
    "add_vector",
    "copy_vector",
    "measure_row",
    "multiply_add",
    "solve_row",
    "subtract_row",
    "sum_row",
]

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

    def places(self, row: Any) -> list[Any]:
        """Give the place of every column's vector of a row."""
        return self.shift(self.builder.mul(row, ir.Constant(_NUMBER, DRAWS * self.columns)))

    def fill(self, value: float) -> Any:
        """Give a vector of one constant."""
        return ir.Constant(_VECTOR, [value] * DRAWS)

    def spread(self, value: Any) -> Any:
        """Give a vector of one number."""
        first = self.builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
        lanes = ir.Constant(ir.VectorType(ir.IntType(32), DRAWS), [0] * DRAWS)
        return self.builder.shuffle_vector(first, ir.Constant(_VECTOR, ir.Undefined), lanes)

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


def _make_writer(context: Any, builder: Any, signature: Any, given: Any, arrays: tuple[int, ...]) -> _Writer:
    llvm = cast(Any, cgutils)
    pointers = [llvm.create_struct_proxy(signature.args[at])(context, builder, value=given[at]).data for at in arrays]
    return _Writer(builder, getattr(signature.args[0], "count", 1), pointers)


def _loop_entries(writer: _Writer, totals: list[Any], data: int, begin: Any, end: Any) -> list[Any]:
    """Write the loop over the entries of a row: subtract from totals, a vector a column, what the row takes.

    With twice as many totals, the sizes of what is taken are added to those behind. All stay in registers.
    """
    builder, x, provider = writer.builder, data + 1, data + 2
    before, loop, after = builder.block, builder.append_basic_block("entries"), builder.append_basic_block("after")
    builder.cbranch(builder.icmp_signed("<", begin, end), loop, after)
    builder.position_at_end(loop)
    entry, sums = builder.phi(_NUMBER), [builder.phi(_VECTOR) for _ in totals]
    amount = writer.load(data, builder.mul(entry, ir.Constant(_NUMBER, DRAWS)))
    less = builder.fneg(amount)
    place = builder.sext(builder.load(builder.gep(writer.pointers[provider], [entry])), _NUMBER)
    base = builder.mul(place, ir.Constant(_NUMBER, DRAWS * writer.columns))
    unknowns = [writer.load(x, at) for at in writer.shift(base)]
    results = [writer.call("fma", less, each, total) for each, total in zip(unknowns, sums, strict=False)]
    if len(totals) > writer.columns:
        taken = [writer.call("fabs", builder.fmul(amount, each)) for each in unknowns]
        results += [builder.fadd(each, total) for each, total in zip(taken, sums[writer.columns :], strict=True)]
    upcoming = builder.add(entry, ir.Constant(_NUMBER, 1))
    builder.cbranch(builder.icmp_signed("<", upcoming, end), loop, after)
    for value, first, last in zip([entry, *sums], [begin, *totals], [upcoming, *results], strict=True):
        value.add_incoming(first, before)
        value.add_incoming(last, loop)
    builder.position_at_end(after)
    answers = [builder.phi(_VECTOR) for _ in totals]
    for answer, first, last in zip(answers, totals, results, strict=True):
        answer.add_incoming(first, before)
        answer.add_incoming(last, loop)
    return answers


def _build_multiply_add(_: Any, a: Any, b: Any, c: Any) -> Any:
    return types.float64(a, b, c), lambda _context, builder, _signature, numbers: builder.fma(*numbers)


def _build_subtract(
    _: Any, columns: Any, right: Any, data: Any, x: Any, provider: Any, begin: Any, end: Any, rest: Any, row: Any
) -> Any:
    def write(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        writer = _make_writer(context, builder, signature, given, (1, 2, 3, 4, 7))
        places = writer.places(given[8])
        totals = _loop_entries(writer, [writer.load(0, at) for at in places], 1, *given[5:7])
        for total, at in zip(totals, places, strict=True):
            writer.store(total, 4, at)
        return context.get_dummy_value()

    return types.void(columns, right, data, x, provider, types.int64, types.int64, rest, types.int64), write


def _build_solve(
    _: Any,
    columns: Any,
    rest: Any,
    data: Any,
    x: Any,
    provider: Any,
    begin: Any,
    end: Any,
    inverse: Any,
    row: Any,
    close: Any,
    active: Any,
    moving: Any,
) -> Any:
    def write(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        writer = _make_writer(context, builder, signature, given, (1, 2, 3, 4, 7, 10, 11))
        places, own = writer.places(given[8]), writer.shift(ir.Constant(_NUMBER, 0))
        totals = _loop_entries(writer, [writer.load(0, at) for at in places], 1, *given[5:7])
        scale = writer.load(4, builder.mul(given[8], ir.Constant(_NUMBER, DRAWS)))
        less, zero = writer.spread(builder.fneg(given[9])), writer.fill(0.0)
        for total, at, lane in zip(totals, places, own, strict=True):
            before, most = writer.load(2, at), writer.load(6, lane)
            value = builder.fmul(total, scale)
            moved = writer.call("fabs", builder.fsub(value, before))
            excess = writer.call("fma", less, writer.call("fabs", value), moved)
            most = builder.select(builder.fcmp_ordered(">", excess, most), excess, most)
            is_active = builder.fcmp_ordered(">", writer.load(5, lane), zero)
            writer.store(builder.select(is_active, value, before), 2, at)
            writer.store(most, 6, lane)
        return context.get_dummy_value()

    whole = types.int64
    arrays = (columns, rest, data, x, provider, whole, whole, inverse, whole, types.float64, active, moving)
    return types.void(*arrays), write


def _build_measure(
    _: Any,
    columns: Any,
    right: Any,
    data: Any,
    x: Any,
    provider: Any,
    begin: Any,
    end: Any,
    inverse: Any,
    row: Any,
    error: Any,
) -> Any:
    def write(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        writer = _make_writer(context, builder, signature, given, (1, 2, 3, 4, 7, 9))
        places, lanes = writer.places(given[8]), writer.shift(ir.Constant(_NUMBER, 0))
        scale = writer.load(4, builder.mul(given[8], ir.Constant(_NUMBER, DRAWS)))
        rest, size = [], []
        for at in places:
            wanted, own = writer.load(0, at), builder.fdiv(writer.load(2, at), scale)
            rest.append(builder.fsub(wanted, own))
            size.append(builder.fadd(writer.call("fabs", wanted), writer.call("fabs", own)))
        totals = _loop_entries(writer, [*rest, *size], 1, *given[5:7])
        tiny, infinite = writer.fill(_TINY), writer.fill(float("inf"))
        for left, whole, lane in zip(totals[: writer.columns], totals[writer.columns :], lanes, strict=True):
            share = builder.fdiv(writer.call("fabs", left), builder.fadd(whole, tiny))
            share = builder.select(builder.fcmp_ordered("<", whole, infinite), share, infinite)
            most = writer.load(5, lane)
            writer.store(builder.select(builder.fcmp_ordered(">", share, most), share, most), 5, lane)
        return context.get_dummy_value()

    arrays = (columns, right, data, x, provider, types.int64, types.int64, inverse, types.int64, error)
    return types.void(*arrays), write


def _build_sum(
    _: Any,
    values: Any,
    weight: Any,
    one: Any,
    two: Any,
    begin: Any,
    end: Any,
    most: Any,
    stride: Any,
    at: Any,
    sums: Any,
    target: Any,
) -> Any:
    def write(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        writer = _make_writer(context, builder, signature, given, (0, 1, 2, 3, 9))
        limit, first, end = writer.spread(given[6]), given[4], given[5]

        def find(rows: int, term: Any) -> Any:
            row = builder.sext(builder.load(builder.gep(writer.pointers[rows], [term])), _NUMBER)
            return writer.load(0, builder.add(builder.mul(row, given[7]), given[8]))

        before, loop, after = builder.block, builder.append_basic_block("terms"), builder.append_basic_block("after")
        builder.cbranch(builder.icmp_signed("<", first, end), loop, after)
        builder.position_at_end(loop)
        term, total = builder.phi(_NUMBER), builder.phi(_VECTOR)
        scale = writer.spread(builder.load(builder.gep(writer.pointers[1], [term])))
        product = builder.fmul(builder.fmul(scale, find(2, term)), find(3, term))
        counted = builder.select(builder.fcmp_ordered(">", product, limit), limit, product)
        result, upcoming = builder.fadd(total, counted), builder.add(term, ir.Constant(_NUMBER, 1))
        builder.cbranch(builder.icmp_signed("<", upcoming, end), loop, after)
        for value, start, last in ((term, first, upcoming), (total, writer.fill(0.0), result)):
            value.add_incoming(start, before)
            value.add_incoming(last, loop)
        builder.position_at_end(after)
        answer = builder.phi(_VECTOR)
        answer.add_incoming(writer.fill(0.0), before)
        answer.add_incoming(result, loop)
        writer.store(answer, 4, builder.mul(given[10], ir.Constant(_NUMBER, DRAWS)))
        return context.get_dummy_value()

    whole = types.int64
    arrays = (values, weight, one, two, whole, whole, types.float64, whole, whole, sums, whole)
    return types.void(*arrays), write


def _build_copy(_: Any, source: Any, at: Any, target: Any, to: Any) -> Any:
    def write(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        writer = _make_writer(context, builder, signature, given, (0, 2))
        writer.store(writer.load(0, given[1]), 1, given[3])
        return context.get_dummy_value()

    return types.void(source, types.int64, target, types.int64), write


def _build_add(_: Any, source: Any, at: Any, target: Any, to: Any) -> Any:
    def write(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        writer = _make_writer(context, builder, signature, given, (0, 2))
        total = builder.fadd(writer.load(1, given[3]), writer.load(0, given[1]))
        writer.store(total, 1, given[3])
        return context.get_dummy_value()

    return types.void(source, types.int64, target, types.int64), write


multiply_add = cast(Callable[[float, float, float], float], intrinsic(_build_multiply_add))
"""Multiply and add, rounded once: a b + c, the same bits on every machine."""

copy_vector = cast(Callable[[Array, int, Array, int], None], intrinsic(_build_copy))
"""Copy a vector: array, where it starts, target, where it goes."""

add_vector = cast(Callable[[Array, int, Array, int], None], intrinsic(_build_add))
"""Add a vector to another, in place; arguments as there."""

subtract_row = cast(
    Callable[[Columns, Array, Array, Array, Array, int, int, Array, int], None], intrinsic(_build_subtract)
)
"""Write what is left of the right-hand sides of a row without what its entries take.

Columns, right, data, x, provider, first entry, end, rest, row.
"""

solve_row = cast(
    Callable[[Columns, Array, Array, Array, Array, int, int, Array, int, float, Array, Array], None],
    intrinsic(_build_solve),
)
"""Solve a row for its own unknown where it is active; raise `moving` to the change beyond a share that is close.

Columns, right, data, x, provider, first entry, end, inverse (places x DRAWS,), row, close, active and moving (columns x
DRAWS,): above zero where an unknown is solved, or has moved.
"""

measure_row = cast(
    Callable[[Columns, Array, Array, Array, Array, int, int, Array, int, Array], None], intrinsic(_build_measure)
)
"""Raise `error` (columns x DRAWS,) to the componentwise backward error of a row; infinite where terms have no sum.

Columns, right, data, x, provider, first entry, end, inverse, row, error.
"""

sum_row = cast(
    Callable[[Array, Array, Array, Array, int, int, float, int, int, Array, int], None], intrinsic(_build_sum)
)
"""Sum ``min(weight v[one] v[two], most)`` over the terms of a target.

Values (rows x stride,), weight, one, two, first term, end, most, stride, first draw, sums (targets x DRAWS,), target.
"""
