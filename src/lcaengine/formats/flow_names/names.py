"""Identity of elementary flows: the names of other lists, turned into those the factors of our methods use.

A flow is known by its id, or by its exact name, compartment and sub-compartment, in a published table; nothing is
matched by likeness. What it was called stays in its ``category``, and ``flows.csv`` lists every decision.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from lcaengine.errors import UnitError
from lcaengine.formats.flow_names.mapping import FlowMapping, Identity, list_mappings, read_mapping, take_mapping
from lcaengine.formats.flow_names.rescaling import find_unfit, rescale_flows
from lcaengine.formats.imported import Imported, Remark
from lcaengine.units import read_unit

__all__ = ["DECISIONS", "map_flows", "suggest_mappings"]

DECISIONS = "flows.csv"
"""The file that lists which flow was called what, beside the report of an import."""
_COLUMNS = (
    *("flow_id", "source_name", "source_compartment", "source_sub_compartment", "source_unit"),
    *("name", "compartment", "sub_compartment", "unit", "factor", "table", "source"),
)
_EXAMPLES = 5
_HINT = ": add --flows "


@dataclass(frozen=True, slots=True)
class _Flow:
    """An elementary flow of the source: its row, its texts, and how its exchanges go."""

    at: int
    id: str
    name: str
    compartment: str
    sub_compartment: str
    unit: str
    category: str
    directions: frozenset[str]

    def show(self) -> str:
        place = "/".join(part for part in (self.compartment, self.sub_compartment) if part)
        return f"{self.name} ({place or 'no compartment'})"


def map_flows(imported: Imported, table: FlowMapping | str | Path) -> Imported:
    """Give elementary flows the names, compartments and units that the factors of our methods use.

    Parameters
    ----------
    imported : Imported
    table : FlowMapping, str or Path
        A table, the name of one that comes with the engine, or a CSV file.

    Returns
    -------
    Imported
        Flows that an earlier table named stay as they are; two flows with one name stay two flows.

    Raises
    ------
    DataError
        If there is no such table, or it does not hold.

    Notes
    -----
    Where a row changes the unit, amounts and distributions are multiplied by its factor, and properties are divided by
    it, being per unit of the flow.
    """
    mapping = take_mapping(table)
    found, both_ways = _find(imported, mapping)
    chosen = {flow.at: row for flow, row in found if row.is_rescaled}
    unfit = find_unfit(imported.tables, chosen)
    found = [(flow, row) for flow, row in found if flow.at not in unfit]
    tables, scaled = rescale_flows(imported.tables, {at: row for at, row in chosen.items() if at not in unfit})
    tables = {**tables, "flows": _rename(tables["flows"], found)}
    named = f"the mapping table {mapping.name}"
    remarks = [
        _remark(False, f"elementary flows are named by {named}", [_show(*each) for each in found]),
        _remark(
            True,
            f"elementary flows are not named by {named}: it names one direction, and they go both ways",
            [flow.show() for flow in both_ways],
        ),
        _remark(
            True,
            f"elementary flows are not named by {named}: it changes their unit, and exchanges are in another dimension",
            [unfit[at] for at in sorted(unfit)],
        ),
        *(Remark(lost, what.format(table=named), count, examples) for lost, what, count, examples in scaled),
    ]
    kept = [each for each in imported.remarks if _HINT not in each.what]
    every = sorted([*kept, *(each for each in remarks if each.count)], key=lambda r: (not r.is_lost, -r.count, r.what))
    files = {**imported.files, DECISIONS: _write_decisions(imported.files.get(DECISIONS, ""), mapping, found)}
    return replace(imported, tables=tables, remarks=tuple(every), files=files)


def suggest_mappings(imported: Imported) -> Imported:
    """Remark which of the tables that come with the engine names most flows as they stand, and which assume something.

    Parameters
    ----------
    imported : Imported

    Returns
    -------
    Imported
    """
    names, assumptions = [], []
    for name in list_mappings():
        mapping = read_mapping(name)
        found = [_show(*each) for each in _find(imported, mapping)[0]]
        if mapping.is_assumption:
            what = f"elementary flows of no stated origin have no factor; the table {name} would take them for fossil"
            assumptions.append(_remark(False, f"{what}{_HINT}{name}", found))
        else:
            what = f"elementary flows are named by the mapping table {name}"
            names.append(_remark(False, f"{what}{_HINT}{name}", found))
    best = max(names, key=lambda each: each.count)
    suggested = [each for each in (best, *assumptions) if each.count]
    return replace(imported, remarks=(*imported.remarks, *suggested))


def _find(imported: Imported, mapping: FlowMapping) -> tuple[list[tuple[_Flow, Identity]], list[_Flow]]:
    """Find the flows that the table names, and those it would name if they went one way only."""
    by_id: dict[str, list[Identity]] = defaultdict(list)
    by_name: dict[tuple[str, str], list[Identity]] = defaultdict(list)
    for row in mapping.rows:
        if row.flow_id:
            by_id[row.flow_id].append(row)
        else:
            by_name[row.source_name, row.source_compartment].append(row)
    found, both_ways = [], []
    for flow in _list_flows(imported):
        named = by_name.get((flow.name, flow.compartment), [])
        sub = flow.sub_compartment
        levels = (
            by_id.get(flow.id, []),
            [row for row in named if row.source_sub_compartment == sub],
            [row for row in named if sub and not row.source_sub_compartment],
        )
        fits = next((fit for level in levels if (fit := [row for row in level if _fits_unit(row, flow)])), [])
        fits.sort(key=lambda row: (not row.source_unit, not row.direction))
        if fits and not _changes(fits[0], flow):
            continue
        own_way = [row for row in fits if not row.direction or flow.directions <= {row.direction}]
        if own_way:
            found.append((flow, own_way[0]))
        elif fits and len(flow.directions) > 1:
            both_ways.append(flow)
    return found, both_ways


def _list_flows(imported: Imported) -> Iterator[_Flow]:
    """List elementary flows that no earlier table has named."""
    flows, exchanges = imported.tables["flows"], imported.tables["exchanges"]
    named = {row["flow_id"] for row in csv.DictReader(io.StringIO(imported.files.get(DECISIONS, ""), newline=""))}
    used = exchanges.select(["flow_id", "direction"]).group_by(["flow_id", "direction"]).aggregate([])
    ways: dict[str, set[str]] = defaultdict(set)
    for row in used.to_pylist():
        ways[row["flow_id"]].add(row["direction"])
    fields = ("flow_id", "name", "compartment", "sub_compartment", "unit", "category")
    none = [None] * flows.num_rows
    columns = [flows[each].to_pylist() if each in flows.column_names else none for each in fields]
    kinds = flows["kind"].to_pylist()
    for at, (flow_id, *texts) in enumerate(zip(*columns, strict=True)):
        if kinds[at] == "elementary" and flow_id not in named:
            name, compartment, sub_compartment, unit, category = (text or "" for text in texts)
            ways_of = frozenset(ways[flow_id])
            yield _Flow(at, flow_id, name, compartment, sub_compartment, unit, category, ways_of)


def _changes(row: Identity, flow: _Flow) -> bool:
    """Tell whether a row calls a flow anything else than it is called already."""
    own = (flow.name, flow.compartment, flow.sub_compartment)
    sub_compartment = row.sub_compartment or flow.sub_compartment
    return row.is_rescaled or own != (row.name, row.compartment, sub_compartment)


def _fits_unit(row: Identity, flow: _Flow) -> bool:
    if not row.source_unit:
        return True
    try:
        return read_unit(row.source_unit).dimension == read_unit(flow.unit).dimension
    except UnitError:  # a unit that is not known here: the check of the inventory names it
        return False


def _rename(flows: pa.Table, found: list[tuple[_Flow, Identity]]) -> pa.Table:
    """Write the new names; the source's own stand in the category."""
    none: list[str | None] = [None] * flows.num_rows
    fields = ("name", "compartment", "sub_compartment", "unit", "category")
    columns = {each: flows[each].to_pylist() if each in flows.column_names else list(none) for each in fields}
    for flow, row in found:
        columns["name"][flow.at] = row.name
        columns["compartment"][flow.at] = row.compartment
        columns["sub_compartment"][flow.at] = row.sub_compartment or flow.sub_compartment or None
        columns["unit"][flow.at] = row.unit if row.is_rescaled else flow.unit
        place = flow.category or "/".join(part for part in (flow.compartment, flow.sub_compartment) if part)
        columns["category"][flow.at] = f"{place}: {flow.name}" if place else flow.name
    for each, values in columns.items():
        column = pa.array(values, pa.string())
        if each in flows.column_names:
            flows = flows.set_column(flows.column_names.index(each), each, column)
        elif column.null_count < len(column):
            flows = flows.append_column(each, column)
    return flows


def _show(flow: _Flow, row: Identity) -> str:
    place = "/".join(part for part in (row.compartment, row.sub_compartment) if part)
    return f"{flow.show()} is {row.name} ({place})"


def _remark(is_lost: bool, what: str, examples: list[str]) -> Remark:
    return Remark(is_lost, what, len(examples), tuple(examples[:_EXAMPLES]))


def _write_decisions(before: str, mapping: FlowMapping, found: list[tuple[_Flow, Identity]]) -> str:
    """Write which flow was called what and is called what, by which table and which source."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    if not before:
        writer.writerow(_COLUMNS)
    for flow, row in found:
        source = mapping.sources.get(row.source_id, row.source_id)
        own = (flow.id, flow.name, flow.compartment, flow.sub_compartment, flow.unit)
        new = (row.name, row.compartment, row.sub_compartment or flow.sub_compartment)
        unit = row.unit if row.is_rescaled else flow.unit
        writer.writerow((*own, *new, unit, repr(row.factor), mapping.name, source))
    return before + text.getvalue()
