"""Reading an inventory: from a store to validated tables in base units."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.errors import DataError, UnitError
from lcaengine.findings import Findings, raise_blockers
from lcaengine.inventory.about import About, read_about
from lcaengine.inventory.conversion import convert
from lcaengine.inventory.frame import Frame, build_frame, hash_frames
from lcaengine.inventory.inventory import DataType, Exchanges, Flows, Inventory, Processes
from lcaengine.inventory.properties import build_properties
from lcaengine.inventory.references import report_places, report_references_between, report_unknown
from lcaengine.inventory.schema import STAGES, TABLES
from lcaengine.inventory.signs import report_signs
from lcaengine.inventory.uncertainty import report_pedigree, report_uncertainty
from lcaengine.inventory.validity import report_validity
from lcaengine.inventory.words import find_distinct, list_codes
from lcaengine.io.store import open_store, read_bytes
from lcaengine.io.tables import list_tables, read_table
from lcaengine.units import Unit, read_unit

__all__ = ["build_inventory", "load_inventory", "read_inventory"]

_DATA_TYPES = pa.array(["primary", "secondary", "proxy"])
_UNCERTAIN = {"exchanges": ("amount",), "allocation": ("factor",), "markets": ("share", "amount")}
"""Tables whose rows may have a distribution, and the columns that hold the static value."""
STRUCTURAL = ("unreadable", "missing_table", "missing_column", "empty_table", "wrong_type")
"""Blockers of a whole table or column, which leave nothing to go on with."""
PLENTY = 1e30
"""Stands for a reference amount that cannot be read, so that no loop is called starved for it [base unit]."""


def read_inventory(place: str | Path) -> Inventory:
    """Read an inventory, check it, and carry it to base units.

    Parameters
    ----------
    place : str or Path
        A folder, a zip of one, or a URI that ``pyarrow.fs`` opens.

    Returns
    -------
    Inventory

    Raises
    ------
    DataError
        If it cannot be opened, or with every blocking finding.

    Examples
    --------
    >>> import lcaengine as lca
    >>> len(lca.read_inventory(lca.find_example("two-suppliers")).processes)
    4
    """
    found = Findings()
    inventory = load_inventory(place, found)
    raise_blockers(found, str(place))
    assert inventory is not None
    return inventory


def load_inventory(place: str | Path, found: Findings) -> Inventory | None:
    """Read an inventory and report everything that is wrong with it.

    Parameters
    ----------
    place : str or Path
        As in :func:`read_inventory`.
    found : Findings
        Receives blockers and warnings.

    Returns
    -------
    Inventory or None
        None where a blocker leaves nothing to go on with. With blockers in `found`, what is returned serves to find
        more of them and nothing else: rows that cannot be read are left out, amounts that cannot be read stand as
        zero, or as more than anybody asks for where they are a reference.

    Raises
    ------
    DataError
        If `place` cannot be opened at all.
    """
    store = open_store(place)
    about = read_about(read_bytes(store, "inventory.toml") if "inventory.toml" in store.files else None, found)
    files, unread = list_tables(store, TABLES)
    for name, file in unread:
        fix = f"name it {name}.csv or {name}.parquet, or take it away"
        found.block("unread_file", name, f"{file} looks like a part of {name!r} and cannot be read", fix, value=file)
    for name in sorted(set(files) - set(TABLES) - {"claims"}):
        found.warn("unknown_table", name, f"table {name!r} is not of the schema and is not read", "rename or remove it")
    frames: dict[str, Frame] = {}
    for name, spec in TABLES.items():
        try:
            frames[name] = build_frame(
                read_table(store, name, files[name], coded=True) if name in files else None, spec, found
            )
        except DataError as error:
            found.block("unreadable", name, error.what, error.fix)
    return build_inventory(str(place), about, frames, files, found)


def build_inventory(
    label: str, about: About, frames: Mapping[str, Frame], given: Collection[str], found: Findings
) -> Inventory | None:
    """Build an inventory from tables, and report what contradicts itself.

    Parameters
    ----------
    label : str
        What the inventory is called in messages.
    about : About
        inventory.toml.
    frames : dict of str to Frame
        The tables of the schema, typed.
    given : collection of str
        Names of those that were there.
    found : Findings
        Receives blockers and warnings; those of the frames are in it already.

    Returns
    -------
    Inventory or None
        As in :func:`load_inventory`.
    """
    if any(f.code in STRUCTURAL and f.row is None and f.table in TABLES for f in found.blockers()):
        return None
    if not len(frames["processes"]) or not len(frames["flows"]):  # no row has an id
        return None
    with ThreadPoolExecutor(1) as beside:  # it needs no one's results, and gives way to other threads
        digest = beside.submit(hash_frames, frames, about.to_canonical())
        built = _build_inventory(frames, given, about.reference_period, found)
    if built is None:
        return None
    return Inventory(label, about, digest.result(), *built, frames, tuple(found.warnings()))


def _build_inventory(
    frames: Mapping[str, Frame], files: Collection[str], reference_period: str, found: Findings
) -> tuple[Processes, Flows, Exchanges] | None:
    """Build what the tables hold, and report what contradicts itself; None where too little is left of it."""
    flows, is_broken = _build_flows(frames["flows"], frames["properties"], found)
    processes = _build_processes(frames["processes"], found)
    exchanges, lost = _build_exchanges(frames["exchanges"], processes, flows, is_broken, found)
    if any(f.code == "wrong_type" and f.column == "is_reference" for f in found.blockers()):
        lost[:] = True
    report_signs(exchanges, processes, flows, frames["exchanges"], lost, found)
    processes = _read_production(frames["processes"], processes, exchanges, flows, found)
    report_references_between(frames, files, processes.ids, flows.ids, found)
    report_validity(frames["processes"], reference_period, found)
    report_pedigree(frames["exchanges"], found)
    for name, amounts in _UNCERTAIN.items():
        report_uncertainty(frames[name], amounts, found)
    return None if lost.any() else (processes, flows, exchanges)


def _build_flows(frame: Frame, properties: Frame, found: Findings) -> tuple[Flows, NDArray[np.bool_]]:
    """Build the flows, and tell which of them have no unit or kind that can be read."""
    known_units, unit = _read_units(frame, "unit", found)
    units, unit_codes = _fill_units(known_units, unit)
    kind = frame.codes("kind", pa.array(["product", "waste", "elementary"])).astype(np.int8)
    flows = Flows(
        frame.strings("flow_id"),
        [name or "" for name in frame.text("name")],
        kind,
        [units[at] for at in unit_codes.tolist()],
        frame.text("compartment"),
        frame.text("sub_compartment"),
        frame.text("category"),
        {},
        unit_codes,
        units,
    )
    codes = properties.codes("flow_id", flows.ids)
    report_unknown(properties, "flow_id", codes, "flows", found)
    known = build_properties(properties, codes, _spread_units(properties, "unit", found), flows, found)
    is_broken = np.array([each is None for each in known_units] + [True], np.bool_)[unit] | (kind < 0)
    return replace(flows, properties=known), is_broken


def _build_processes(frame: Frame, found: Findings) -> Processes:
    report_places(frame, found)
    return Processes(
        frame.strings("process_id"),
        [name or "" for name in frame.text("name")],
        frame.codes("stage", pa.array(STAGES)).astype(np.int8),
        frame.text("supplier_id"),
        frame.text("location"),
        frame.text("allocation"),
        frame.codes("data_type", _DATA_TYPES).astype(np.int8),
        np.full(len(frame), np.nan),
    )


def _build_exchanges(
    frame: Frame, processes: Processes, flows: Flows, is_broken: NDArray[np.bool_], found: Findings
) -> tuple[Exchanges, NDArray[np.bool_]]:
    """Build the exchanges, and tell which processes lost a reference that cannot be read."""
    report_places(frame, found)
    process, flow = frame.codes("process_id", processes.ids), frame.codes("flow_id", flows.ids)
    for column, codes, table in (("process_id", process, "processes"), ("flow_id", flow, "flows")):
        report_unknown(frame, column, codes, table, found)
    provider = frame.codes("provider_id", processes.ids)
    report_unknown(frame, "provider_id", provider, "processes", found)
    direction = frame.codes("direction", pa.array(["output", "input"]))
    factor = _conversion_factors(frame, flow, flows, is_broken, found)
    with np.errstate(over="ignore"):  # reported below, by row
        amount = frame.number("amount") * factor
    overflow = np.isinf(amount) & np.isfinite(frame.number("amount"))
    if overflow.any():
        what, given = "{value} is too large in base units", frame.columns["amount"]
        found.block_rows(
            "not_finite", "exchanges", overflow, frame.rows, "amount", given, what, "check amount and unit"
        )
    is_reference = frame.flag("is_reference")
    amount = np.where(np.isfinite(amount), amount, np.where(is_reference, PLENTY, 0.0))
    data_type = frame.codes("data_type", _DATA_TYPES).astype(np.int8)
    data_type = np.where(data_type == DataType.BLANK, processes.data_type[process], data_type)
    data_type = np.where(data_type == DataType.BLANK, np.int8(DataType.SECONDARY), data_type)
    keep = (process >= 0) & (flow >= 0) & (direction >= 0) & ~is_broken[flow]
    lost = np.zeros(len(processes), np.bool_)
    lost[process[~keep & is_reference & (process >= 0)]] = True
    places = frame.columns["location"]
    exchanges = Exchanges(
        process=process,
        flow=flow,
        is_input=direction == 1,
        amount=amount,
        is_reference=is_reference,
        is_avoided=frame.flag("is_avoided"),
        provider=provider,
        place=list_codes(places),
        places=places.dictionary.to_pylist(),
        data_type=data_type,
        rows=frame.rows,
    )
    if keep.all():
        return exchanges, lost
    kept = {f.name: getattr(exchanges, f.name)[keep] for f in fields(exchanges) if f.name != "places"}
    return replace(exchanges, **kept), lost


def _conversion_factors(
    frame: Frame, flow: NDArray[np.int64], flows: Flows, is_broken: NDArray[np.bool_], found: Findings
) -> NDArray[np.float64]:
    """Give base units of the flow per unit of each row, asking once a distinct pair of unit and flow."""
    labels = frame.columns["unit"]
    units = [_try_unit(label) for label in labels.dictionary.to_pylist()]
    pairs, inverse = find_distinct(flow * (len(units) + 1) + list_codes(labels))
    factors = _match_dimensions(pairs // (len(units) + 1), pairs % (len(units) + 1), units, flows, is_broken)
    problems: dict[int, UnitError] = {}
    for at in np.flatnonzero(np.isnan(factors)).tolist():
        flow_at, unit_at = divmod(int(pairs[at]), len(units) + 1)
        unit = units[unit_at] if 0 <= unit_at < len(units) else None
        if isinstance(unit, UnitError):
            problems[at] = unit
        if flow_at < 0 or not isinstance(unit, Unit) or is_broken[flow_at]:
            continue
        try:
            factors[at] = convert(unit, flows.units[flow_at], flow_at, flows.properties)
        except UnitError as error:
            problems[at] = error
    for at, problem in problems.items():
        code = "unknown_unit" if isinstance(units[int(pairs[at]) % (len(units) + 1)], UnitError) else "wrong_dimension"
        column = frame.columns["unit"]
        found.block_rows(code, frame.table, inverse == at, frame.rows, "unit", column, problem.what, problem.fix)
    return factors[inverse]


def _match_dimensions(
    flow: NDArray[np.int64],
    unit: NDArray[np.int64],
    units: list[Unit | UnitError],
    flows: Flows,
    is_broken: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Give the factors of pairs of flow and unit that are of one dimension, NaN for the others."""
    dimensions = {each.dimension: at for at, each in enumerate(flows.kinds_of_unit)}
    known = [each if isinstance(each, Unit) else None for each in units]
    of_unit = np.array([dimensions.get(each.dimension, -1) if each else -1 for each in known] + [-1], np.int64)
    factor = np.array([each.factor if each else np.nan for each in known] + [np.nan])
    of_flow = np.array([dimensions[each.dimension] for each in flows.kinds_of_unit], np.int64)[flows.unit]
    at = np.maximum(flow, 0)
    fits = (flow >= 0) & (of_unit[unit] >= 0) & (of_flow[at] == of_unit[unit]) & ~is_broken[at]
    return np.where(fits, factor[unit], np.nan)


def _read_production(
    frame: Frame, processes: Processes, exchanges: Exchanges, flows: Flows, found: Findings
) -> Processes:
    stated = frame.filled("production_amount")
    if not stated.any():
        return processes
    units = _spread_units(frame, "production_unit", found)
    amounts = frame.number("production_amount")
    reference = np.full(len(processes), -1, np.int64)
    reference[exchanges.process[exchanges.is_reference]] = exchanges.flow[exchanges.is_reference]
    production = np.full(len(processes), np.nan)
    for at in np.flatnonzero(stated & np.isfinite(amounts)).tolist():
        flow, unit = int(reference[at]), units[at]
        problem: tuple[str, str, str] | None = None
        if unit is None:
            if frame.columns["production_unit"][at].as_py() is None:
                problem = ("missing_value", "production_amount has no production_unit", "fill it in")
        elif amounts[at] < 0:
            problem = ("production", "production_amount is below zero", "write what is made a year")
        elif flow >= 0:
            try:
                production[at] = float(amounts[at]) * convert(unit, flows.units[flow], flow, flows.properties)
            except UnitError as error:
                problem = ("wrong_dimension", error.what, error.fix)
            if np.isinf(production[at]):
                problem = ("not_finite", "production_amount is too large in base units", "check it and its unit")
        if problem:
            row, value = int(frame.rows[at]), f"{amounts[at]:g}"
            code, what, fix = problem
            found.block(code, "processes", what, fix, row=row, column="production_amount", value=value)
    return replace(processes, production=production)


def _read_units(frame: Frame, column: str, found: Findings) -> tuple[list[Unit | None], NDArray[np.int64]]:
    """Read a column of labels, once a distinct label: units, None where one cannot be read, and each row's, or -1."""
    labels = frame.columns[column]
    units = [_try_unit(label) for label in labels.dictionary.to_pylist()]
    codes = list_codes(labels).astype(np.int64)
    for at, unit in enumerate(units):
        if isinstance(unit, UnitError):
            found.block_rows("unknown_unit", frame.table, codes == at, frame.rows, column, labels, unit.what, unit.fix)
    return [None if isinstance(unit, UnitError) else unit for unit in units], codes


def _spread_units(frame: Frame, column: str, found: Findings) -> list[Unit | None]:
    """Read a column of labels: the unit of every row, None where it is null or cannot be read."""
    units, codes = _read_units(frame, column, found)
    return [units[code] if code >= 0 else None for code in codes.tolist()]


def _fill_units(units: list[Unit | None], codes: NDArray[np.int64]) -> tuple[list[Unit], NDArray[np.int64]]:
    """Have kg stand for what cannot be read, so that checking can go on: a blocker says so."""
    filled = [unit or read_unit("kg") for unit in units]
    if (codes >= 0).all():
        return filled, codes
    return [*filled, read_unit("kg")], np.where(codes >= 0, codes, len(filled))


def _try_unit(label: str) -> Unit | UnitError:
    try:
        return read_unit(label)
    except UnitError as error:
        return error
