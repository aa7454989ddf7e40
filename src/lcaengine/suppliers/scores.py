"""Scores: intensities of the suppliers of a part, as sums over their rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lcaengine.findings import Findings
from lcaengine.kernels.suppliers import sum_rows
from lcaengine.policy import Policy
from lcaengine.results import Status, divide_sizes, share_far
from lcaengine.suppliers.part import Part
from lcaengine.suppliers.probes import CREDITED, GIVEN, RELEASED, TAKEN, Probes

__all__ = ["Scores", "find_most", "sum_part"]

A_WORD = 16
"""Indicators whose statuses fit into 64 bits, four each: there are five statuses, and complete is no bit."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Intensities of the suppliers of a part, per reference unit of what each makes.

    Attributes
    ----------
    value : (p, parts, k) float64
        NaN where the status is missing.
    primary_data_share : (p, parts, k) float64
        [1], or of the total alone, (p, 1, k); NaN where there is no contribution, or credits are in the chain.
    fallback_share : (p, k) float64
        [1]
    unlinked_mass_share : (p,) float64
        [1]
    status : (p, k) int8
    missing_inputs, missing_factors : (p,) int64
    product : (p,) int64
        Position in the probes' products.
    is_open : (p, balanced) bool
        Whether a supplier withdraws water and says nothing of its release.
    is_credited : (p,) bool
    """

    value: NDArray[np.float64]
    primary_data_share: NDArray[np.float64]
    fallback_share: NDArray[np.float64]
    unlinked_mass_share: NDArray[np.float64]
    status: NDArray[np.int8]
    missing_inputs: NDArray[np.int64]
    missing_factors: NDArray[np.int64]
    product: NDArray[np.int64]
    is_open: NDArray[np.bool_]
    is_credited: NDArray[np.bool_]


def sum_part(
    part: Part, at: NDArray[np.int64], probes: Probes, policy: Policy, found: Findings, every_share: bool = True
) -> Scores | None:
    """Sum the rows of every supplier: ``y_p = sum_r x_r y_c(r) / q_p``, with q what it makes.

    Parameters
    ----------
    part : Part
    at : (c,) int64
        The probe of every kind of row of the part.
    probes : Probes
    policy : Policy
    found : Findings
        Receives suppliers that cannot be scored.
    every_share : bool
        Whether the primary data share is wanted of every stage; else of the total alone.

    Returns
    -------
    Scores or None
        None where a blocker was found.
    """
    output, product = _find_outputs(part, probes, at, found)
    _report_large(part, probes, at, found)
    if found.blockers():
        return None
    p, (_, s, k) = len(part), probes.intensity.shape
    kept = slice(None) if every_share else slice(s - 1, s)
    blocks = (probes.intensity, probes.size[:, kept], probes.primary[:, kept], probes.near[:, None])
    table = np.concatenate([*(each[at].reshape(len(at), -1) for each in blocks), probes.mass[at]], axis=1)
    column = np.flatnonzero(table.any(axis=0))  # a stage or a share that no row has is zero for all
    sums = np.empty((table.shape[1], p))
    sums[np.setdiff1d(np.arange(table.shape[1]), column)] = 0.0
    words = probes.marks.shape[1]
    union = np.zeros((p, words + -(-k // A_WORD)), np.uint64)
    every = np.concatenate([probes.marks[at], _pack_statuses(probes.status[at])], axis=1)
    sum_rows(part.starts, part.code, part.amount, output, _pad(table[:, column]), column, every, sums, union)
    marks, status = union[:, :words], _unpack_statuses(union[:, words:], k)
    status[part.is_proxy] = np.maximum(status[part.is_proxy], np.int8(Status.PROXY))
    _join_said(part, probes.marks[at, 0], marks)
    ends = np.cumsum([each[0].size for each in blocks])
    # One number of all suppliers after another, as the columns of a table stand.
    value, size, primary, near = (
        each.reshape(-1, k, p).transpose(2, 0, 1) for each in np.split(sums[: ends[-1]], ends[:-1])
    )
    mass = sums[ends[-1] :]
    is_credited = _has_bit(marks, CREDITED)
    is_open = _find_open(probes, marks)
    _report(part, value, find_most(probes)[product], is_open, policy, found)
    if found.blockers():
        return None
    if policy.open_water == "missing":
        status[:, probes.balanced] = np.where(is_open, np.int8(Status.MISSING), status[:, probes.balanced])
    missing = status == Status.MISSING
    share = divide_sizes(primary, size)
    share[is_credited] = np.nan
    unlinked = divide_sizes(mass[1], mass[0])
    unlinked[is_credited] = np.nan
    far = share_far(value[:, -1], near[:, 0])
    far[missing] = np.nan
    value[np.broadcast_to(missing[:, None], value.shape)] = np.nan
    words = 1 + probes.input_words
    own = _count(part, probes.is_unlinked[at])
    return Scores(
        *(value, share, far, unlinked, status),
        own + np.bitwise_count(marks[:, 1:words]).sum(axis=1).astype(np.int64),
        np.bitwise_count(marks[:, words:]).sum(axis=1).astype(np.int64),
        *(product, is_open, is_credited),
    )


def _pad(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give numbers columns of zeros up to a multiple of eight: what a processor adds at once."""
    return np.ascontiguousarray(np.pad(table, ((0, 0), (0, -table.shape[1] % 8))))


def _pack_statuses(status: NDArray[np.int8]) -> NDArray[np.uint64]:
    """Write statuses as bits, the lowest s of four for the status s, so that a union of bits is the worst of them."""
    c, k = status.shape
    bits = np.zeros((c, -(-k // A_WORD)), np.uint64)
    for at in range(k):
        bits[:, at // A_WORD] |= ((1 << status[:, at].astype(np.uint64)) - 1) << np.uint64(4 * (at % A_WORD))
    return bits


def _unpack_statuses(bits: NDArray[np.uint64], k: int) -> NDArray[np.int8]:
    """Read the statuses of k indicators from bits."""
    status = np.empty((len(bits), k), np.int8)
    for at in range(k):
        four = bits[:, at // A_WORD] >> np.uint64(4 * (at % A_WORD)) & np.uint64(15)
        status[:, at] = np.bitwise_count(four)
    return status


def _join_said(part: Part, flags: NDArray[np.uint64], marks: NDArray[np.uint64]) -> None:
    """Join what rows of zero say: that none of the water is returned or released is known too."""
    said = np.uint64(sum(1 << bit for bit in range(GIVEN, RELEASED + 1)))
    rows = np.flatnonzero((part.amount == 0) & ((flags & said) != 0)[part.code])
    process = np.searchsorted(part.starts, rows, side="right") - 1
    np.bitwise_or.at(marks[:, 0], process, flags[part.code[rows]] & said)


def _find_outputs(
    part: Part, probes: Probes, at: NDArray[np.int64], found: Findings
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give what every supplier makes, in reference units, and which product it is."""
    rows = np.flatnonzero(probes.product[at[part.code]] >= 0)
    process = np.repeat(np.arange(len(part)), np.diff(part.starts))[rows]
    output, product = np.zeros(len(part)), np.full(len(part), -1, np.int64)
    kind = at[part.code[rows]]
    with np.errstate(over="ignore", under="ignore"):  # reported below
        output[process] = part.amount[rows] * probes.per_unit[kind]
    product[process] = probes.product[kind]
    written = np.zeros(len(part))
    written[process] = part.amount[rows]
    for wrong, what, fix in (
        (
            written <= 0,
            "the reference amount of process {value} is not above zero",
            "write the amount made, or treated",
        ),
        (
            (written > 0) & ~((output > 0) & np.isfinite(output)),
            "the reference amount of process {value} is out of range in the flow's unit",
            "check amount and unit",
        ),
    ):
        if wrong.any():
            _block(part, "reference_amount", wrong, "amount", what, fix, found)
    return output, product


def _report_large(part: Part, probes: Probes, at: NDArray[np.int64], found: Findings) -> None:
    """Report amounts that are no number in the unit their flow is measured in."""
    per_unit = np.maximum(probes.per_unit[at], 1.0)
    most = np.finfo(np.float64).max / per_unit
    if part.amount.max(initial=0.0) <= most.min(initial=np.inf):
        return
    wrong = np.zeros(len(part), np.bool_)
    rows = np.flatnonzero(part.amount > most[part.code])
    wrong[np.searchsorted(part.starts, rows, side="right") - 1] = True
    if wrong.any():
        what = "an amount of process {value} is too large in the flow's unit"
        _block(part, "not_finite", wrong, "amount", what, "check amount and unit", found)


def _block(part: Part, code: str, wrong: NDArray[np.bool_], column: str, what: str, fix: str, found: Findings) -> None:
    none = np.zeros(len(part), np.int64)
    found.block_rows(code, "exchanges", wrong, none, column, part.process_id, what, fix)


def _has_bit(marks: NDArray[np.uint64], bit: int) -> NDArray[np.bool_]:
    return np.asarray(marks[:, 0] & np.uint64(1 << bit) != 0)


def _find_open(probes: Probes, marks: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Tell which suppliers withdraw water, and neither return nor release any, by balance."""
    released = _has_bit(marks, RELEASED)
    columns = [
        _has_bit(marks, TAKEN + bit) & ~_has_bit(marks, GIVEN + bit) & ~released for bit in range(len(probes.balanced))
    ]
    return np.stack(columns, axis=1) if columns else np.zeros((len(marks), 0), np.bool_)


def find_most(probes: Probes) -> NDArray[np.float64]:
    """Give how many reference units of each product are in what it is scored per, at most: a kg, or a kg of content."""
    most = [max([1.0, np.nan_to_num(each.per_kg), *each.per_content.values()]) for each in probes.products]
    return np.array(most)


def _report(
    part: Part,
    value: NDArray[np.float64],
    most: NDArray[np.float64],
    is_open: NDArray[np.bool_],
    policy: Policy,
    found: Findings,
) -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        wrong = ~np.isfinite(np.maximum(value.max(axis=(1, 2)), -value.min(axis=(1, 2))) * most)
    if wrong.any():
        fix = "check amounts, units and masses there"
        _block(part, "overflow", wrong, "amount", "an intensity of {value} is too large for a number", fix, found)
    if policy.open_water == "refuse" and is_open.any():
        what = "process {value} withdraws water and says nothing of its release: its water consumption is not known"
        fix = "write what returns to river or ground, evaporates, or goes to treatment; or --open-water consumed"
        _block(part, "open_water", np.asarray(is_open.any(axis=1)), "process_id", what, fix, found)


def _count(part: Part, is_of_kind: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count the rows of a kind of every supplier."""
    if not is_of_kind.any():
        return np.zeros(len(part), np.int64)
    rows = np.flatnonzero(is_of_kind[part.code] & (part.amount != 0))
    process = np.searchsorted(part.starts, rows, side="right") - 1
    return np.bincount(process, minlength=len(part)).astype(np.int64)
