"""Distributions as they come: those that contradict themselves are taken out and reported, the amount stays."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lcaengine.findings import Finding, Findings
from lcaengine.inventory.frame import build_frame
from lcaengine.inventory.schema import TABLES
from lcaengine.inventory.uncertainty import report_pedigree, report_uncertainty

__all__ = ["drop_contradictions"]

_AMOUNTS = {"exchanges": ("amount",), "allocation": ("factor",), "markets": ("share", "amount")}
_DISTRIBUTION = ("uncertainty_type", "loc", "scale", "shape", "minimum", "maximum", "negative")


ROWS_AT_ONCE = 1 << 17
"""Rows that are looked at together; what is looked at is typed and put in order, which takes several times its size."""


def drop_contradictions(name: str, table: pa.Table) -> tuple[pa.Table, dict[str, list[str]]]:
    """Empty the distributions and pedigrees of rows that the inventory would refuse.

    Parameters
    ----------
    name : str
        Table of the schema.
    table : pyarrow.Table

    Returns
    -------
    table : pyarrow.Table
        With the same rows.
    lost : dict of str to list of str
        What was wrong, and the rows it was wrong in, for people.
    """
    parts: list[pa.Table] = []
    lost: dict[str, list[str]] = defaultdict(list)
    for start in range(0, table.num_rows, ROWS_AT_ONCE):
        part, of_part = _drop_part(name, table.slice(start, ROWS_AT_ONCE))
        parts.append(part)
        for what, rows in of_part.items():
            lost[what] += rows
    return pa.concat_tables(parts), lost


def _drop_part(name: str, table: pa.Table) -> tuple[pa.Table, dict[str, list[str]]]:
    used = [column for column in (*_DISTRIBUTION, "pedigree") if column in table.column_names]
    if name not in _AMOUNTS or not used:
        return table, {}
    given = np.zeros(table.num_rows, np.bool_)
    for column in used:
        given |= np.asarray(table[column].is_valid().to_numpy(), np.bool_)
    rows = np.flatnonzero(given)
    needed = [c.name for c in TABLES[name].columns if c.required and c.name in table.column_names]
    part = table.select(list(dict.fromkeys((*needed, *used)))).filter(pa.array(given))
    found = Findings(rows_named=len(rows))
    frame = build_frame(part, TABLES[name], Findings())
    report_uncertainty(frame, _AMOUNTS[name], found)
    if "pedigree" in used:
        report_pedigree(frame, found)
    lost: dict[str, list[str]] = defaultdict(list)
    for column in ("uncertainty", "pedigree"):
        wrong = [f for f in found.blockers() if f.code == column and f.row is not None]
        if not wrong:
            continue
        emptied = _DISTRIBUTION if column == "uncertainty" else ("pedigree",)
        mask = np.zeros(table.num_rows, np.bool_)
        mask[rows[[int(f.row or 0) - 1 for f in wrong]]] = True
        for each in emptied:
            if each in table.column_names:
                at = table.column_names.index(each)
                null = pa.scalar(None, table.schema.field(each).type)
                table = table.set_column(at, each, pc.if_else(pa.array(mask), null, table[each]))
        word = "distributions" if column == "uncertainty" else "pedigree scores"
        for finding in wrong:
            lost[f"{word} that contradict themselves; the amount stays"].append(_show(part, finding))
    return table, lost


def _show(table: pa.Table, finding: Finding) -> str:
    row = int(finding.row or 0) - 1
    whose = table["process_id"][row].as_py()
    of = table["flow_id"][row].as_py() if "flow_id" in table.column_names else ""
    return f"{finding.what} ({whose}, {of})"
