"""Flows: those of a background, and what suppliers have besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lcaengine.findings import Findings, raise_blockers
from lcaengine.inventory import TABLES, Inventory, build_frame
from lcaengine.inventory.frame import Frame

__all__ = ["JoinedFlows", "append_rows", "join_flows", "raise_own"]

_SAME = {"flows": ("kind", "unit"), "properties": ("value", "unit")}
"""Columns in which a row of the suppliers must say what the background's of the same key says."""
_SAME_WHERE_GIVEN = {"flows": ("name", "compartment", "sub_compartment", "category"), "properties": ()}
"""Those in which it must where it says anything; the name of elementary flows only, which factors go by."""
_THINGS = {"flows": "flow", "properties": "property"}


@dataclass(frozen=True, slots=True)
class JoinedFlows:
    """Flows and properties of a background and its suppliers.

    Attributes
    ----------
    tables : dict of str to pyarrow.Table
        ``flows`` and ``properties``.
    rows : dict of str to (n,) int64
        The row of the suppliers' table that each row comes from; 0 for all others.
    """

    tables: Mapping[str, pa.Table]
    rows: Mapping[str, NDArray[np.int64]]


def join_flows(background: Inventory, own: Mapping[str, pa.Table], more: pa.Table) -> JoinedFlows:
    """Join what suppliers have besides to the background's flows and properties, as one inventory would.

    A row that says again what the background says is left out: suppliers may write down what they buy. A property of a
    flow of the background that the background does not have counts for everybody.

    Parameters
    ----------
    background : Inventory
    own : dict of str to pyarrow.Table
        ``flows`` and ``properties`` of the suppliers, where they have any.
    more : pyarrow.Table
        Flows besides.

    Returns
    -------
    JoinedFlows

    Raises
    ------
    DataError
        With every row of the suppliers that does not hold, or contradicts the background.
    """
    tables, rows = {}, {}
    for name in ("flows", "properties"):
        known = background.frames[name].to_table()
        parts, origin = [known], [np.zeros(len(known), np.int64)]
        if name == "flows":
            parts.append(more)
            origin.append(np.zeros(len(more), np.int64))
        if name in own:
            found = Findings()
            frame = build_frame(own[name], TABLES[name], found)
            raise_blockers(found, f"the suppliers' {name}", f"mend their table {name}")
            at = pc.index_in(_join_key(frame.to_table(), name), value_set=_join_key(known, name))
            is_new = at.is_null()
            _report_others(name, known, frame, at, found)
            raise_blockers(found, f"the suppliers' {name}", f"mend their table {name}")
            parts.append(frame.to_table().filter(is_new))
            origin.append(frame.rows[is_new.to_numpy(zero_copy_only=False)])
        tables[name] = append_rows(parts[0], parts[1:])
        rows[name] = np.concatenate(origin)
    return JoinedFlows(tables, rows)


def raise_own(found: Findings, joined: JoinedFlows) -> None:
    """Raise what is wrong with flows and properties: a background that holds by itself does not with these.

    Findings of rows that suppliers have get the rows of their tables.

    Raises
    ------
    DataError
        With every such blocker.
    """
    for at, finding in enumerate(found.items):
        row = int(joined.rows[finding.table][finding.row - 1]) if finding.table in joined.rows and finding.row else 0
        if row:
            found.items[at] = replace(finding, row=row)
    own = [finding for finding in found.items if finding.table in joined.rows]
    raise_blockers(Findings(own), "the suppliers' flows and properties", "mend their tables flows and properties")


def append_rows(table: pa.Table, others: list[pa.Table]) -> pa.Table:
    """Append tables to one whose text may be codes and words."""
    coded = {field.name for field in table.schema if pa.types.is_dictionary(field.type)}
    alike = []
    for other in others:
        columns = dict(zip(other.column_names, other.columns, strict=True))
        alike.append(pa.table({n: c.dictionary_encode() if n in coded else c for n, c in columns.items()}))
    return pa.concat_tables([table, *alike], promote_options="permissive")


def _join_key(table: pa.Table, name: str) -> pa.Array:
    """Give the key of every row as one text."""
    columns = [table.column(column).cast(pa.string()) for column in TABLES[name].key]
    joined = pc.binary_join_element_wise(*columns, "\0", null_handling="replace")
    return pa.concat_arrays(joined.chunks) if joined.num_chunks else pa.array([], pa.string())


def _report_others(name: str, known: pa.Table, frame: Frame, at: pa.ChunkedArray, found: Findings) -> None:
    """Report where suppliers have a flow or a property under the key of one of the background's, and mean another."""
    given = frame.to_table()
    rows = frame.rows[at.is_valid().to_numpy(zero_copy_only=False)]
    given, theirs = given.filter(at.is_valid()), known.take(at.drop_null())
    for column in (*_SAME[name], *_SAME_WHERE_GIVEN[name]):
        is_open = column in _SAME_WHERE_GIVEN[name]
        for place, (one, other) in enumerate(
            zip(given.column(column).to_pylist(), theirs.column(column).to_pylist(), strict=True)
        ):
            if one == other or (is_open and one is None):
                continue
            if column == "name" and given.column("kind")[place].as_py() != "elementary":
                continue
            says = f"no {column}" if other is None else f"the {column} {other!r}"
            what = f"a {_THINGS[name]} of the background has this id and {says}"
            fix = "give it an id of its own, write it as the background does, or take the row away"
            value = f"{given.column('flow_id')[place].as_py()}: {'' if one is None else one}"
            found.block(f"other_{_THINGS[name]}", name, what, fix, row=int(rows[place]), column=column, value=value)
