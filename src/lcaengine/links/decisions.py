"""Decisions on links: read from a link file, checked, and written into a new inventory with who made them, and when."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from lcaengine.errors import DataError
from lcaengine.findings import Findings
from lcaengine.formats.imported import Imported, Remark
from lcaengine.formats.text import decode, read_date
from lcaengine.inventory import Inventory
from lcaengine.inventory.schema import TABLES
from lcaengine.io.source import open_source
from lcaengine.links.candidates import COLUMNS, converts, list_products
from lcaengine.places import GLOBAL
from lcaengine.policy import Policy
from lcaengine.system import build_system

__all__ = ["Decision", "apply_links", "read_decisions"]

USE, CUT = "use", "cutoff"
_ASKED = ("flow_id", "decided_by", "decided_on")
CUT_FLOW = "cutoff:"
"""Beginning of the id of a flow that stands for an input that is left out: nobody makes it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: inputs of this flow, at this place, of this process if one is named, have this provider or none.

    Attributes
    ----------
    row : int
        Line of the file, from 1 below the header.
    flow_id, asked_at, process_id : str
        Which inputs; the last two may be empty, for all.
    provider_id, provider_flow_id : str
        Who meets them, and with what; an empty flow is the one that is asked for, an empty provider leaves them out.
    decided_by, decided_on, note : str
    """

    row: int
    flow_id: str
    asked_at: str
    process_id: str
    provider_id: str
    provider_flow_id: str
    decided_by: str
    decided_on: str
    note: str


def apply_links(inventory: Inventory, links: str | Path) -> Imported:
    """Write the decisions of a link file into an inventory's exchanges.

    Parameters
    ----------
    inventory : Inventory
        As it was when the file was made, or later; inputs that name a provider already are left alone, unless their
        process is named.
    links : str or Path
        CSV as :func:`~lcaengine.list_candidates` gives it, with ``use`` under ``decision`` in the chosen rows, or
        ``cutoff`` for inputs to leave out: these become inputs of a flow that nobody makes, and count as cut off.

    Returns
    -------
    Imported
        For :func:`~lcaengine.formats.write_inventory`: each linked row says who decided, when and why in its comment;
        the file is a row of ``sources``, and stands beside the report.

    Raises
    ------
    DataError
        If a decision has no name or date, contradicts another, names a process or flow that is not there or does not
        make what is asked for, or meets no input.

    Examples
    --------
    >>> import lcaengine as lca
    >>> lca.apply_links(lca.read_inventory(lca.find_example("two-suppliers")), "nowhere.csv")
    Traceback (most recent call last):
    lcaengine.errors.DataError: there is nothing at 'nowhere.csv'
      where: nowhere.csv
      do:    give the folder, zip or URI of an inventory (or example:NAME)
    """
    source = open_source(links, (".csv",), "decisions on links")
    content = source.read(source.names[0])
    text = decode(content, source.label)
    decisions = read_decisions(text, source.label)
    processes, flows = inventory.processes.ids.to_pylist(), inventory.flows.ids.to_pylist()
    system = build_system(inventory, Policy(unlinked="cutoff"), Findings())
    products = list_products(system)
    made = {(processes[each.process], flows[each.flow]): each.carries for each in products}
    position = {flow_id: at for at, flow_id in enumerate(flows)}
    for each in decisions:
        if each.provider_id:
            _check(each, made, source.label)
            asked, given = position.get(each.flow_id, -1), position[each.provider_flow_id or each.flow_id]
            if asked >= 0 and not converts(inventory, asked, given):
                what = f"{flows[given]!r} cannot stand for {each.flow_id!r}: it is of another kind or unit"
                raise DataError(what, f"{source.label} row {each.row}", "choose a product like it", row=each.row)
    rows = sorted(set(system.demands.row[system.demands.row >= 0].tolist()))
    chosen = _choose(inventory, rows, decisions, source.label)
    digest = hashlib.sha256(content).hexdigest()
    tables = {name: frame.to_table() for name, frame in inventory.frames.items() if len(frame)}
    tables["exchanges"] = _link(tables["exchanges"], chosen)
    cut = {each.flow_id for each in chosen.values() if not each.provider_id}
    for name in ("flows", "properties"):
        if name in tables:
            tables[name] = _copy_cut(tables[name], cut)
    cited = {
        "source_id": f"links:{digest[:12]}",
        "citation": f"decisions on links, {source.names[0]}",
        "sha256": digest,
    }
    tables["sources"] = _append(tables.get("sources"), cited)
    about = {name: str(value) for name, value in asdict(inventory.about).items() if name != "schema_version"}
    remark = Remark(
        False, "inputs are linked or left out by decision", len(chosen), tuple(_tell(each) for each in decisions[:5])
    )
    return Imported("links", inventory.label, inventory.hash, about, tables, (remark,), {"links.csv": text})


def read_decisions(text: str, where: str) -> list[Decision]:
    """Read the rows of a link file that are decided.

    Raises
    ------
    DataError
        If the file has not the columns, or a decision is not whole.
    """
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise DataError(f"the link file is no CSV: {error}", where, "write it again") from error
    missing = [name for name in ("decision", "provider_id", *_ASKED) if name not in (reader.fieldnames or ())]
    if missing:
        raise DataError(f"the link file has no column {missing[0]!r}", where, f"it has: {', '.join(COLUMNS)}")
    decisions = []
    for at, row in enumerate(rows, 1):
        given = {name: (value or "").strip() for name, value in row.items() if name and isinstance(value, str)}
        word = given.get("decision", "")
        if not word:
            continue
        if word.casefold() not in (USE, CUT):
            fix = f"write {USE} or {CUT}, or leave it empty"
            raise DataError(f"decision {word!r} is not known", f"{where} row {at}", fix)
        if word.casefold() == CUT:
            given["provider_id"] = given["provider_flow_id"] = ""
        empty = [name for name in _ASKED if not given.get(name)]
        empty += ["provider_id"] if word.casefold() == USE and not given.get("provider_id") else []
        if empty:
            fix = "a decision says what, with whom, who decided, and when"
            raise DataError(f"the decision has no {empty[0]}", f"{where} row {at}", fix, row=at)
        read_date(given["decided_on"], f"{where} row {at}")
        names = ("flow_id", "asked_at", "process_id", "provider_id", "provider_flow_id", "decided_by", "decided_on")
        decisions.append(Decision(at, *(given.get(name, "") for name in (*names, "note"))))
    if not decisions:
        raise DataError("no row of the link file is decided", where, f"write {USE} under decision in the chosen rows")
    return decisions


def _check(decision: Decision, made: Mapping[tuple[str, str], bool], where: str) -> None:
    flow = decision.provider_flow_id or decision.flow_id
    carries = made.get((decision.provider_id, flow))
    what, fix = f"{decision.provider_id!r} does not make {flow!r}", "name a process of the inventory that makes it"
    if carries is False:
        what = f"{decision.provider_id!r} makes {flow!r} as a co-product that carries nothing"
        fix = "give the process an allocation, then decide"
    if not carries:
        raise DataError(what, f"{where} row {decision.row}", fix, row=decision.row, id=decision.provider_id)


def _choose(inventory: Inventory, rows: list[int], decisions: list[Decision], where: str) -> dict[int, Decision]:
    """Give the decision on each of the rows that ask for something, by position; one for a process goes first."""
    by_flow: dict[str, list[Decision]] = {}
    for each in decisions:
        by_flow.setdefault(each.flow_id, []).append(each)
    exchanges, processes, flows = inventory.exchanges, inventory.processes, inventory.flows
    ids, names = flows.ids.to_pylist(), processes.ids.to_pylist()
    chosen: dict[int, Decision] = {}
    for row in rows:
        process = int(exchanges.process[row])
        place = exchanges.locate(row) or processes.location[process] or GLOBAL
        fits = [
            each
            for each in by_flow.get(ids[int(exchanges.flow[row])], ())
            if each.asked_at in ("", place)
            and (each.process_id == names[process] or (not each.process_id and exchanges.provider[row] < 0))
        ]
        best = [each for each in fits if each.process_id] or [each for each in fits if each.asked_at] or fits
        if len({(each.provider_id, each.provider_flow_id) for each in best}) > 1:
            what = f"rows {best[0].row} and {best[1].row} decide differently on {best[0].flow_id!r} at {place}"
            raise DataError(what, where, "keep one of them", row=best[1].row)
        if best:
            chosen[row] = best[0]
    used = {each.row for each in chosen.values()}
    idle = [each for each in decisions if each.row not in used]
    if idle:
        what = f"the decision on {idle[0].flow_id!r} meets no input that has no provider yet"
        raise DataError(what, f"{where} row {idle[0].row}", "take it out, or correct it", row=idle[0].row)
    return chosen


def _link(exchanges: pa.Table, chosen: Mapping[int, Decision]) -> pa.Table:
    columns = {name: exchanges[name].to_pylist() for name in ("provider_id", "flow_id", "comment")}
    for row, decision in chosen.items():
        cut = f"{CUT_FLOW}{decision.flow_id}"
        columns["provider_id"][row] = decision.provider_id or None
        columns["flow_id"][row] = (decision.provider_flow_id or decision.flow_id) if decision.provider_id else cut
        columns["comment"][row] = "; ".join(part for part in (columns["comment"][row], _tell(decision)) if part)
    for name, values in columns.items():
        exchanges = exchanges.set_column(exchanges.column_names.index(name), name, pa.array(values, pa.string()))
    return exchanges


def _copy_cut(table: pa.Table, cut: set[str]) -> pa.Table:
    """Copy the rows of flows that are left out, under the id that stands for that."""
    rows = [row for row in table.to_pylist() if row["flow_id"] in cut]
    known = set(table["flow_id"].to_pylist())
    more = [row | {"flow_id": f"{CUT_FLOW}{row['flow_id']}"} for row in rows]
    more = [row for row in more if row["flow_id"] not in known]
    return pa.concat_tables([table, pa.Table.from_pylist(more, table.schema)]) if more else table


def _append(sources: pa.Table | None, row: dict[str, str]) -> pa.Table:
    columns = {c.name: pa.bool_() if c.kind == "flag" else pa.string() for c in TABLES["sources"].columns}
    own = pa.table({name: pa.array([row.get(name)], kind) for name, kind in columns.items()})
    return own if sources is None else pa.concat_tables([sources, own], promote_options="permissive")


def _tell(decision: Decision) -> str:
    flow = f" (asked for as {decision.flow_id})" if decision.provider_flow_id not in ("", decision.flow_id) else ""
    why = f": {decision.note}" if decision.note else ""
    if not decision.provider_id:
        return f"left out by {decision.decided_by} on {decision.decided_on}{why}"
    return f"linked to {decision.provider_id}{flow} by {decision.decided_by} on {decision.decided_on}{why}"
