"""Distributions of rows whose amount is changed: moved with it, or replaced by those a change gives."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from lcaengine.findings import Findings
from lcaengine.inventory.frame import Frame
from lcaengine.inventory.schema import UNCERTAINTY_TYPES
from lcaengine.scenarios.columns import write_numbers, write_words
from lcaengine.scenarios.edits import Edits

__all__ = ["change_distributions", "multiply_distribution"]

PARAMETERS = ("loc", "scale", "shape", "minimum", "maximum")
_TIMES = {
    "undefined": ("loc",),
    "none": ("loc",),
    "lognormal": ("minimum", "maximum"),
    "normal": ("loc", "scale", "minimum", "maximum"),
    "uniform": ("minimum", "maximum"),
    "triangular": ("loc", "minimum", "maximum"),
    "weibull": ("loc", "scale", "minimum", "maximum"),
    "gamma": ("loc", "scale", "minimum", "maximum"),
    "beta": ("minimum", "maximum"),
    "generalized_extreme_value": ("loc", "scale", "minimum", "maximum"),
    "student_t": ("loc", "scale", "minimum", "maximum"),
    "beta_pert": ("loc", "minimum", "maximum"),
}
"""Parameters that are in the unit of the amount, by type; types that give whole numbers alone cannot be multiplied."""
_WHERE_BLANK = {("student_t", "scale"): 1.0, ("beta", "maximum"): 1.0}
"""What such a parameter is where it is not given, if not zero or nothing."""


def change_distributions(frame: Frame, columns: dict[str, pa.Array], edits: Edits, found: Findings) -> None:
    """Write the distributions of rows whose amount is changed; a warning tells of those that no change gives.

    A distribution is of the amount: with c times the amount, the row has c times the distribution, ``X' = c X``, so
    that its spread in percent stays. One that cannot be multiplied (the amount turns around, is or was zero; whole
    numbers) is dropped.

    Parameters
    ----------
    frame : Frame
        `exchanges` as they were.
    columns : dict of str to pyarrow.Array
        Those to write, amounts changed already.
    edits : Edits
    found : Findings
    """
    new: dict[int, Mapping[str, str | float | bool | None]] = {**edits.distributions}
    for row in sorted(edits.amounts.keys() - edits.distributions.keys()):
        given = {name: columns[name][row].as_py() for name in ("uncertainty_type", *PARAMETERS, "negative")}
        if not any(value not in (None, False) for value in given.values()):
            continue
        before, after = frame.columns["amount"][row].as_py(), edits.amounts[row][0]
        moved = multiply_distribution(given, after / before) if before and after / before > 0 else None
        new[row] = moved or {"uncertainty_type": None}
        what, code = "the amount is changed, and its distribution with it: its spread in percent stays", "moved"
        fix = "give the amount with a distribution of its own, or with uncertainty_type none, where that is not meant"
        if moved is None:
            what, code = "the amount is changed, and has no distribution any more: that cannot be multiplied", "dropped"
            fix = "give the amount with a distribution of its own, where its uncertainty matters"
        at, kind = int(frame.rows[row]), given["uncertainty_type"]
        found.warn(f"distribution_{code}", frame.table, what, fix, row=at, column="uncertainty_type", value=kind)
    _write_distributions(columns, new)


def multiply_distribution(
    given: Mapping[str, str | float | bool | None], factor: float
) -> dict[str, str | float | bool | None] | None:
    """Give the distribution of a multiple of a number.

    Parameters
    ----------
    given : dict
        Type and parameters, as the columns have them; None where one is blank.
    factor : float
        Above zero.

    Returns
    -------
    dict or None
        None where no distribution of its type is that of the multiple.

    Examples
    --------
    >>> multiply_distribution({"uncertainty_type": "normal", "loc": 4.0, "scale": 0.5}, 2.0)
    {'uncertainty_type': 'normal', 'loc': 8.0, 'scale': 1.0}
    >>> moved = multiply_distribution({"uncertainty_type": "lognormal", "loc": 0.0, "scale": 0.1}, 2.0)
    >>> round(moved["loc"], 3), moved["scale"]  # log(2); sigma is of the logarithm
    (0.693, 0.1)
    """
    named = given["uncertainty_type"]
    kind = UNCERTAINTY_TYPES[int(named)] if isinstance(named, str) and named.isdigit() else named
    if kind not in _TIMES:
        return None
    moved = dict(given)
    for name in _TIMES[kind]:
        value = given.get(name)
        number = _WHERE_BLANK.get((kind, name)) if value is None else float(value)
        if number is not None:
            moved[name] = number * factor
    if kind == "lognormal":
        moved["loc"] = float(given["loc"] or 0.0) + math.log(factor)
    return moved


def _write_distributions(
    columns: dict[str, pa.Array], new: Mapping[int, Mapping[str, str | float | bool | None]]
) -> None:
    """Write distributions into some rows, whole: what one does not name is empty."""
    if not new:
        return
    words = {row: None if (word := each["uncertainty_type"]) is None else str(word) for row, each in new.items()}
    columns["uncertainty_type"] = write_words(columns["uncertainty_type"], words)
    for name in PARAMETERS:
        numbers = {row: None if (value := each.get(name)) is None else float(value) for row, each in new.items()}
        columns[name] = write_numbers(columns[name], numbers)
    flags = np.array(columns["negative"].to_numpy(zero_copy_only=False))
    flags[list(new)] = [bool(each.get("negative", False)) for each in new.values()]
    columns["negative"] = pa.array(flags)
