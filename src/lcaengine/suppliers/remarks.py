"""Remarks: the warnings of many suppliers' rows, said once a kind, with how many there are and where the first is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lcaengine.findings import MORE, Finding

__all__ = ["OFF_CENTER", "count_rows", "join_warnings", "name_first_off_center"]

OFF_CENTER = "uncertainty_center"
"""Code of the finding that names an amount off the center of its distribution."""
OfParts = Sequence[tuple[str, Sequence[Finding]]]
"""Names of parts, and the warnings of each."""
_IN_PART = "in part "


def join_warnings(of_parts: OfParts) -> tuple[Finding, ...]:
    """Join the warnings of parts: of rows, the first of each kind is named, and the others are counted.

    Parameters
    ----------
    of_parts : sequence of (str, sequence of Finding)
        In the order of the parts; the name is empty where there is but one.

    Returns
    -------
    tuple of Finding
        Of a code and column, one that names row and part, and where there are more rows one that counts them. What
        speaks of no row stands once. To join what was joined, part by part, gives the same.

    Examples
    --------
    >>> from lcaengine.findings import Severity
    >>> some = [Finding(Severity.WARNING, "code", "exchanges", row, "amount", "1", "off", "") for row in (4, 7)]
    >>> [(each.row, each.what) for each in join_warnings([("a", some), ("b", some)])]
    [(4, 'in part a: off'), (None, '3 more rows of the same kind (4 in all)')]
    """
    joined: dict[tuple[str, str, str, str], tuple[Finding, int]] = {}
    for part, warnings in of_parts:
        for each in warnings:
            is_of_rows = each.row is not None or MORE in each.what
            key = (each.code, each.table, each.column, "" if is_of_rows else each.what)
            first, rows = joined.get(key, (_name_part(each, part), 0))
            joined[key] = (first, rows + each.count() if is_of_rows else 1)
    every: list[Finding] = []
    for first, rows in joined.values():
        every.append(first)
        if rows > 1:
            what = f"{rows - 1} {MORE} ({rows} in all)"
            every.append(replace(first, row=None, value=str(rows - 1), what=what))
    return tuple(every)


def count_rows(warnings: Sequence[Finding], code: str) -> int:
    """Count the rows that warnings of one code speak of."""
    return sum(each.count() for each in warnings if each.code == code)


def name_first_off_center(of_parts: OfParts) -> str | None:
    """Name the first amount that is off the center of its distribution, by part and row; None where there is none."""
    for part, warnings in of_parts:
        for each in warnings:
            if each.code == OFF_CENTER:
                return f"part {part}: {each.where()}" if part else each.where()
    return None


def _name_part(finding: Finding, part: str) -> Finding:
    """Say of which part a finding of a row is, once."""
    if not part or finding.row is None or finding.what.startswith(_IN_PART):
        return finding
    return replace(finding, what=f"{_IN_PART}{part}: {finding.what}")
