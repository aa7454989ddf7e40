"""Uncertainty: the distribution of a row, in the field's own encoding, refused where it contradicts itself.

Types and parameters are those of stats_arrays; all parameters are in the row's own unit.

===== =========================== ==================================================================
id    name                        parameters
===== =========================== ==================================================================
0, 1  undefined, none             loc, where given, is the amount
2     lognormal                   loc = mu and scale = sigma of the logarithm; negative mirrors at zero
3     normal                      loc = mean, scale = standard deviation
4     uniform                     minimum, maximum
5     triangular                  loc = mode, minimum, maximum
6     bernoulli                   loc = probability of one, else zero; no bounds but 0 and 1
7     discrete_uniform            minimum (0 where there is none), maximum, which is left out
8, 9  weibull, gamma              scale, shape, loc = offset (0); negative mirrors at zero
10    beta                        loc = alpha, shape = beta, minimum (0), maximum (1)
11    generalized_extreme_value   loc, scale, shape = 0
12    student_t                   shape = degrees of freedom, loc (0), scale (1)
13    beta_pert                   loc = mode, minimum, maximum, scale = lambda (4)
===== =========================== ==================================================================

Of other types than these three, negative says nothing: their sign is in their parameters.

References
----------
Mutel, C., stats_arrays 4.0: the modules of its `distributions`, for the parameters each one needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lcaengine.findings import Findings, Severity
from lcaengine.inventory.center import LARGEST_LOGARITHM, find_spans, is_outside
from lcaengine.inventory.frame import Frame
from lcaengine.inventory.schema import UNCERTAINTY_TYPES
from lcaengine.inventory.words import pick

__all__ = ["report_pedigree", "report_uncertainty"]

_LOGNORMAL, _BERNOULLI, _DISCRETE, _BETA, _EXTREME, _STUDENT, _PERT = 2, 6, 7, 10, 11, 12, 13
_NEEDED = {
    "loc": (2, 3, 5, 6, 10, 11, 13),
    "scale": (2, 3, 8, 9, 11),
    "shape": (8, 9, 10, 11, 12),
    "minimum": (4, 5, 13),
    "maximum": (4, 5, 7, 13),
}
"""Parameters, and the types that cannot do without."""
_READ = {
    "loc": (0, 1, 2, 3, 5, 6, 8, 9, 10, 11, 12, 13),
    "scale": (2, 3, 8, 9, 11, 12, 13),
    "shape": (8, 9, 10, 11, 12),
    "minimum": tuple(range(2, 14)),
    "maximum": tuple(range(2, 14)),
}
"""Parameters, and the types that read them."""
_ABOVE_ZERO = {"scale": (2, 3, 8, 9, 11, 12, 13), "shape": (8, 9, 10, 12), "loc": (10,)}
_SPREAD = (4, 5, 7, 10, 13)
"""Types whose bounds must differ."""
_FROM_OFFSET = (8, 9)
"""Types that begin at loc, or at zero."""
LARGEST_PARAMETER = 1e150
"""Squares of what is larger are no numbers, and a standard deviation needs them."""
SIGMAS = 10.0
"""How far out a draw of a lognormal must still be a number."""
_EXACT = 1e-9


@dataclass(frozen=True, slots=True)
class _Rows:
    """The uncertainty columns of the rows that fill any; NaN where a parameter is not given or not finite."""

    frame: Frame
    kind: NDArray[np.int64]
    amount: NDArray[np.float64]
    amount_columns: tuple[str, ...]
    amount_column: NDArray[np.int64]
    negative: NDArray[np.bool_]
    parameters: dict[str, NDArray[np.float64]]
    is_wrong: NDArray[np.bool_]

    def is_type(self, *types: int) -> NDArray[np.bool_]:
        known = np.zeros(len(UNCERTAINTY_TYPES) + 1, np.bool_)  # the last is for a kind of -1
        known[list(types)] = True
        return known[self.kind]


def report_uncertainty(frame: Frame, amount_columns: tuple[str, ...], found: Findings) -> None:
    """Report rows whose distribution contradicts itself or the row's amount.

    Parameters
    ----------
    frame : Frame
        `exchanges`, `allocation` or `markets`.
    amount_columns : tuple of str
        The columns that hold the row's static value; the first that is filled counts.
    found : Findings
        Receives a blocker `uncertainty` for a contradiction, and a warning `uncertainty_center` where the amount is
        more than 1 % off the center of its distribution (mean to median, where that is skewed);
        `uncertainty_moments` where that has no mean or no standard deviation; `uncertainty_unread` of parameters that
        its type does not read, once a parameter: the first row, and how many more.
    """
    used = frame.filled("uncertainty_type") | frame.flag("negative")
    for name in _NEEDED:
        used |= frame.filled(name)
    if not used.any():
        return
    rows = _take_rows(frame, used, amount_columns)
    _report_blank(rows, found)
    _report_parameters(rows, found)
    _report_lognormals(rows, found)
    lower, upper = _report_bounds(rows, found)
    _report_amounts(rows, lower, upper, found)
    _report_centers(rows, found)
    _report_moments(rows, found)
    _report_unread(rows, found)


def report_pedigree(frame: Frame, found: Findings) -> None:
    """Report pedigrees that are not five integers from 1 to 5, separated by semicolons."""
    column = frame.columns["pedigree"]
    fits = pc.match_substring_regex(column.dictionary, r"^[1-5](;[1-5]){4}$")
    wrong = ~np.asarray(pick(column, fits.to_numpy(zero_copy_only=False), True), np.bool_)
    what, fix = "{value} is no pedigree", "write five integers from 1 to 5, as 2;3;1;4;3"
    found.block_rows("pedigree", frame.table, wrong, frame.rows, "pedigree", column, what, fix)


def _take_rows(frame: Frame, used: NDArray[np.bool_], amount_columns: tuple[str, ...]) -> _Rows:
    mask = pa.array(used)
    part = Frame(frame.table, {n: v.filter(mask) for n, v in frame.columns.items()}, frame.rows[used])
    codes = part.codes("uncertainty_type", pa.array([*UNCERTAINTY_TYPES, *map(str, range(len(UNCERTAINTY_TYPES)))]))
    amount, column = np.full(len(part), np.nan), np.zeros(len(part), np.int64)
    for at, name in reversed(list(enumerate(amount_columns))):
        given = part.filled(name)
        amount[given], column[given] = part.number(name)[given], at
    parameters = {}
    for name in _NEEDED:
        values = part.number(name)
        parameters[name] = np.where(np.isfinite(values), values, np.nan)
    return _Rows(
        part,
        np.where(codes >= 0, codes % len(UNCERTAINTY_TYPES), -1),
        np.where(np.isfinite(amount), amount, np.nan),
        amount_columns,
        column,
        part.flag("negative"),
        parameters,
        np.zeros(len(part), np.bool_),
    )


def _block(rows: _Rows, wrong: NDArray[np.bool_], column: str, what: str, fix: str, found: Findings) -> None:
    """Report rows under one column, once a row."""
    wrong = wrong & ~rows.is_wrong
    if not wrong.any():
        return
    rows.is_wrong[wrong] = True
    values = None if column == "amount" else rows.frame.columns[column]
    _report_rows("uncertainty", rows, wrong, column, values, what, fix, found)


def _report_rows(
    code: str,
    rows: _Rows,
    wrong: NDArray[np.bool_],
    column: str,
    values: Sequence[object] | None,
    what: str,
    fix: str,
    found: Findings,
    severity: Severity = Severity.BLOCKER,
) -> None:
    """Report rows; those of `amount` under the column that holds it."""
    frame = rows.frame
    names = rows.amount_columns if column == "amount" else (column,)
    for at, name in enumerate(names):
        here = wrong & (rows.amount_column == at) if len(names) > 1 else wrong
        given = frame.columns[name] if values is None else values
        found.block_rows(code, frame.table, here, frame.rows, name, given, what, fix, severity)


def _report_blank(rows: _Rows, found: Findings) -> None:
    blank = ~rows.frame.filled("uncertainty_type")
    fix = "name the distribution in uncertainty_type, or empty the parameters"
    for name in _NEEDED:
        what = f"{name} is {{value}}, and uncertainty_type is blank"
        _block(rows, blank & rows.frame.filled(name), name, what, fix, found)
    what = "the distribution is mirrored, and uncertainty_type is blank"
    _block(rows, blank & rows.negative, "negative", what, fix, found)


def _report_parameters(rows: _Rows, found: Findings) -> None:
    for name, types in _NEEDED.items():
        for kind in types:
            missing = rows.is_type(kind) & ~rows.frame.filled(name)
            fix = "fill it in, or write another uncertainty_type"
            _block(rows, missing, name, f"a {UNCERTAINTY_TYPES[kind]} distribution needs {name}", fix, found)
    for name, types in _ABOVE_ZERO.items():
        wrong = rows.is_type(*types) & (rows.parameters[name] <= 0)
        _block(rows, wrong, name, f"{name} is {{value}}, it must be above zero", "correct it", found)
    loc, shape = rows.parameters["loc"], rows.parameters["shape"]
    wrong = rows.is_type(_BERNOULLI) & ((loc < 0) | (loc > 1))
    _block(rows, wrong, "loc", "{value} is no probability", "write one from 0 to 1", found)
    fix = "empty it and write the row in a unit of which it is 0 or 1, or write another distribution"
    for name, own in (("minimum", 0.0), ("maximum", 1.0)):
        bound = rows.parameters[name]
        wrong = rows.is_type(_BERNOULLI) & np.isfinite(bound) & (bound != own)
        _block(rows, wrong, name, f"a bernoulli distribution gives 0 or 1, its {name} is {{value}}", fix, found)
    wrong = rows.is_type(_EXTREME) & (np.abs(shape) > 0)
    what, fix = "an extreme value distribution of shape {value} is not read", "write a shape of 0 (Gumbel)"
    _block(rows, wrong, "shape", what, fix, found)
    for name in ("loc", "scale", "minimum", "maximum"):
        wrong = ~rows.is_type(0, 1, _LOGNORMAL) & (np.abs(rows.parameters[name]) > LARGEST_PARAMETER)
        what = f"the square of {name}, {{value}}, is beyond what a number holds, and so is a standard deviation"
        _block(rows, wrong, name, what, "check the amount and its unit", found)
    for name in ("minimum", "maximum"):
        bound = rows.parameters[name]
        wrong = rows.is_type(_DISCRETE) & np.isfinite(bound) & (bound != np.round(bound))
        what, fix = "a bound of {value} is no whole number", "write whole numbers, or uniform"
        _block(rows, wrong, name, what, fix, found)


def _report_lognormals(rows: _Rows, found: Findings) -> None:
    lognormal, loc, scale = rows.is_type(_LOGNORMAL), rows.parameters["loc"], rows.parameters["scale"]
    with np.errstate(over="ignore"):
        top = loc + np.maximum(SIGMAS * scale, scale * scale / 2)  # a far draw, and the mean, as logarithms
    fix = "write mu and sigma of the logarithm, not the amount and its deviation"
    wrong = lognormal & (np.abs(loc) > LARGEST_LOGARITHM)
    _block(rows, wrong, "loc", "exp({value}) is beyond what a number holds", fix, found)
    wrong = lognormal & (top > LARGEST_LOGARITHM)
    _block(rows, wrong, "scale", "a sigma of {value} draws beyond what a number holds", fix, found)
    wrong = lognormal & (np.where(rows.negative, rows.amount >= 0, rows.amount <= 0))
    what = "the amount is {value}, and its lognormal distribution lies on the other side of zero"
    _block(rows, wrong, "amount", what, "set negative where the amount is below zero, and only there", found)


def _report_bounds(rows: _Rows, found: Findings) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Report bounds that hold nothing, and give the least and most that can be drawn; NaN for none."""
    lower, upper, loc = (rows.parameters[name].copy() for name in ("minimum", "maximum", "loc"))
    lower[rows.is_type(_BERNOULLI, _DISCRETE, _BETA) & np.isnan(lower)] = 0.0
    upper[rows.is_type(_BERNOULLI, _BETA) & np.isnan(upper)] = 1.0
    begins = rows.is_type(*_FROM_OFFSET)
    offset = np.where(np.isnan(loc), 0.0, loc)
    lower = np.where(begins & ~rows.negative, np.fmax(lower, offset), lower)
    upper = np.where(begins & rows.negative, np.fmin(upper, -offset), upper)
    bounded = rows.kind > 1
    has_lower = rows.frame.filled("minimum")
    empty = (rows.is_type(*_SPREAD) & (lower == upper)) | (bounded & (lower > upper))
    for column, here in (("minimum", has_lower), ("maximum", ~has_lower)):
        what = f"with a {column} of {{value}} nothing is left between the distribution's bounds"
        _block(rows, empty & here, column, what, "correct minimum and maximum", found)
    outside = rows.is_type(5, _PERT) & ((loc < lower) | (loc > upper))
    what, fix = "the mode, {value}, is outside minimum and maximum", "correct loc, minimum or maximum"
    _block(rows, outside, "loc", what, fix, found)
    upper[rows.is_type(_DISCRETE)] -= 1.0  # the maximum itself is left out
    return np.where(bounded, lower, np.nan), np.where(bounded, upper, np.nan)


def _report_amounts(rows: _Rows, lower: NDArray[np.float64], upper: NDArray[np.float64], found: Findings) -> None:
    slack = _EXACT * np.abs(rows.amount)
    with np.errstate(over="ignore"):
        wrong = (rows.amount < lower - slack) | (rows.amount > upper + slack)
    what = "the amount, {value}, is outside what its distribution can give"
    fix = "correct the amount or the bounds; a discrete_uniform leaves its maximum out"
    _block(rows, wrong & rows.is_type(_DISCRETE), "amount", what, fix, found)
    _block(rows, wrong, "amount", what, "correct the amount or the bounds", found)


def _report_centers(rows: _Rows, found: Findings) -> None:
    low, high = find_spans(rows.kind, rows.negative, rows.parameters, rows.amount)
    wrong = is_outside(rows.amount, low, high) & ~rows.is_wrong
    ends = zip(low.tolist(), high.tolist(), strict=True) if wrong.any() else ()
    shown = [f"{one:g}" if f"{one:g}" == f"{other:g}" else f"{one:g} to {other:g}" for one, other in ends]
    what, fix = "the amount is more than 1 % off the center of its distribution, {value}", "see which of them is meant"
    _report_rows("uncertainty_center", rows, wrong, "amount", shown, what, fix, found, Severity.WARNING)


def _report_moments(rows: _Rows, found: Findings) -> None:
    """Warn of distributions of Student that are open to one side, and of so few degrees of freedom that moments lack.

    The one of a single degree, Cauchy's, has no mean, and of two no variance (Johnson, Kotz and Balakrishnan 1995, vol.
    2, ch. 28); a bound on one side leaves the other tail as it is.
    """
    shape = rows.parameters["shape"]
    is_open = rows.is_type(_STUDENT) & (np.isnan(rows.parameters["minimum"]) | np.isnan(rows.parameters["maximum"]))
    values = rows.frame.columns["shape"]
    fix = "give it minimum and maximum, or read its quantiles alone"
    for wrong, lacking in (
        (shape <= 1, "no mean and no standard deviation"),
        ((shape > 1) & (shape <= 2), "no standard deviation"),
    ):
        what = f"a student_t distribution of shape {{value}} has {lacking}: of draws only quantiles mean something"
        here = is_open & wrong & ~rows.is_wrong
        _report_rows("uncertainty_moments", rows, here, "shape", values, what, fix, found, Severity.WARNING)


def _report_unread(rows: _Rows, found: Findings) -> None:
    """Warn of parameters that say nothing of a distribution of their type; a loc that is the amount needs no word."""
    is_amount = np.abs(rows.parameters["loc"] - rows.amount) <= _EXACT * np.abs(rows.amount)
    for name, types in _READ.items():
        unread = np.isfinite(rows.parameters[name]) & (rows.kind >= 0) & ~rows.is_type(*types) & ~rows.is_wrong
        if name == "loc":
            unread &= ~is_amount
        if not unread.any():
            continue
        kind = int(rows.kind[np.argmax(unread)])
        label, reads = UNCERTAINTY_TYPES[kind], " ".join(each for each, of in _READ.items() if kind in of)
        what = f"{name} is {{value}}, and is not read of a distribution that is {label}"
        fix = f"empty it, or write what is meant where it is read: of {label} these are {reads}"
        some = Findings(rows_named=1)
        _report_rows(
            "uncertainty_unread", rows, unread, name, rows.frame.columns[name], what, fix, some, Severity.WARNING
        )
        found.items += some.items
