"""The extended inventory: the background, and a process for each kind of row that suppliers have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lcaengine.errors import UnitError
from lcaengine.findings import Finding, Findings, Severity, raise_blockers
from lcaengine.footprints import measure_flows
from lcaengine.inventory import TABLES, Flows, Inventory, Kind, Role, build_frame, build_inventory, convert, find_role
from lcaengine.method import Method
from lcaengine.policy import Policy
from lcaengine.solve import report_loops
from lcaengine.suppliers.flows import append_rows, join_flows, raise_own
from lcaengine.system import Characterization, System, build_system, match_factors
from lcaengine.units import read_unit

__all__ = ["Extended", "Product", "extend_background"]

PROBE = "lcaengine probe"
"""Begins the ids of the processes that stand for a kind of row, and names what they make."""
_OF_A_PROCESS = ("open_water", "water_balance")
"""Findings of a process as a whole, which one row is not."""
_KINDS = {"product": Kind.PRODUCT, "waste": Kind.WASTE, "elementary": Kind.ELEMENTARY}


@dataclass(frozen=True, slots=True)
class Product:
    """What suppliers make.

    Attributes
    ----------
    id, unit : str
        Flow, and its reference unit.
    per_kg : float
        Reference units a kg; NaN where it has no mass.
    per_content : dict of str to float
        Reference units a kg of each element it contains.
    """

    id: str
    unit: str
    per_kg: float
    per_content: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Extended:
    """The background with a probe for each kind of row that has a burden.

    Attributes
    ----------
    system : System
    matched : Characterization
    probed : (q,) int64
        The kinds of row that have a probe; others are references, and co-products that carry nothing.
    activity : (q,) int64
        The activity of each probe.
    per_unit : (c,) float64
        Reference units of the flow per unit of amount.
    product : (c,) int64
        Position in `products` of what a reference row makes, -1 for other rows.
    products : tuple of Product
    warnings : tuple of Finding
    """

    system: System
    matched: Characterization
    probed: NDArray[np.int64]
    activity: NDArray[np.int64]
    per_unit: NDArray[np.float64]
    product: NDArray[np.int64]
    products: tuple[Product, ...]
    warnings: tuple[Finding, ...]


def extend_background(
    background: Inventory,
    own: Mapping[str, pa.Table],
    method: Method,
    policy: Policy,
    keys: pa.Table,
    faults: dict[int, list[Finding]],
) -> Extended | None:
    """Link and characterize the background with one process for every kind of row.

    Parameters
    ----------
    background : Inventory
    own : dict of str to pyarrow.Table
        ``flows`` and ``properties`` that the suppliers have besides.
    method : Method
    policy : Policy
    keys : pyarrow.Table
        Kinds of row; columns :data:`~lcaengine.suppliers.part.KEY`.
    faults : dict of int to list of Finding
        Receives what blocks a kind of row.

    Returns
    -------
    Extended or None
        None where a kind of row has a fault.

    Raises
    ------
    DataError
        With every blocking finding of the background, or of the suppliers' own flows.
    """
    probe = pa.table({"flow_id": [PROBE], "name": [PROBE], "kind": ["product"], "unit": ["piece"]})
    joined = join_flows(background, own, probe)
    raw = {name: pa.table(dict(background.frames[name].columns)) for name in ("processes", "exchanges")}
    raw |= joined.tables
    roles = _find_roles(keys, raw["flows"])
    has_probe = np.isin(roles, (Role.DEMAND, Role.AVOIDED, Role.ELEMENTARY, -1))
    probed = np.flatnonzero(has_probe)
    for at in np.flatnonzero(~has_probe).tolist():
        _judge_row(Role(roles[at]), keys, at, policy.allocation, faults)
    before = {name: len(background.frames[name]) for name in ("processes", "exchanges")}
    found = Findings(rows_named=len(probed) + 1000)
    changed = _write_probes(raw, keys.take(pa.array(probed)))
    changed |= {name: table for name, table in joined.tables.items() if table.num_rows}
    frames = {name: build_frame(table, TABLES[name], found) for name, table in changed.items()}
    given = {name for name, frame in background.frames.items() if len(frame)} | set(changed)
    inventory = build_inventory(background.label, background.about, {**background.frames, **frames}, given, found)
    raise_own(found, joined)
    if inventory is not None:
        system = build_system(inventory, policy, found)
        report_loops(system, found)
        matched = match_factors(system, method, found)
    made = {flow for at, flow in enumerate(keys.column("flow_id").to_pylist()) if roles[at] == Role.REFERENCE}
    _sort_faults(found, before, probed, made, faults)
    raise_blockers(found, background.label)
    if inventory is None or faults:
        return None
    per_unit, product, products = _convert_rows(keys, roles, inventory.flows, faults)
    if faults:
        return None
    at_probes = _find_activities(system, len(probed))
    is_open = matched.is_open.copy()
    is_open[at_probes] = False  # where its water goes, the supplier's other rows say
    known = {(f.code, f.what) for f in background.warnings}
    remarks = tuple(f for f in found.warnings() if (f.code, f.what) not in known)
    matched = replace(matched, is_open=is_open)
    return Extended(system, matched, probed, at_probes, per_unit, product, products, remarks)


def _find_activities(system: System, count: int) -> NDArray[np.int64]:
    """Give the activity of every probe."""
    ids = pa.array([f"{PROBE} {at}" for at in range(count)], pa.string())
    process = pc.index_in(ids, value_set=system.inventory.processes.ids).to_numpy(zero_copy_only=False).astype(np.int64)
    activity = np.full(len(system.inventory.processes), -1, np.int64)
    is_process = system.activities.process >= 0
    activity[system.activities.process[is_process]] = np.flatnonzero(is_process)
    return np.asarray(activity[process], np.int64)


def _find_roles(keys: pa.Table, flows: pa.Table) -> NDArray[np.int8]:
    """Give the role of every kind of row; -1 where its flow or direction is not known, which its probe will say."""
    kinds = dict(zip(flows.column("flow_id").to_pylist(), flows.column("kind").to_pylist(), strict=True))
    roles = np.full(keys.num_rows, -1, np.int8)
    columns = ("flow_id", "direction", "is_reference", "is_avoided")
    for at, (flow, direction, is_reference, is_avoided) in enumerate(
        zip(*(keys.column(name).to_pylist() for name in columns), strict=True)
    ):
        kind = _KINDS.get(kinds.get(flow, ""))
        if kind is not None and direction in ("input", "output"):
            roles[at] = find_role(kind, direction == "input", is_reference, is_avoided)
    return roles


def _judge_row(role: Role, keys: pa.Table, at: int, rule: str, faults: dict[int, list[Finding]]) -> None:
    """Report a kind of row that has no burden of its own and no meaning as a reference."""
    key = keys.slice(at, 1).to_pylist()[0]
    carries_all = rule == "none" if rule else key["carries_all"]  # a rule for all stands in place of the process's own
    fault = ("", "", "")
    if role is Role.REFERENCE and key["is_negative"]:
        fault = ("reference_amount", "the reference amount is below zero", "write the amount made, or treated")
    elif role is Role.REFUSED:
        marks = " and ".join(name[3:] for name in ("is_reference", "is_avoided") if key[name])
        fault = (
            "refused_row",
            f"{key['flow_id']} as an {key['direction']} that is {marks} has no meaning",
            "a reference is a product that goes out or a waste that comes in; elementary flows are never avoided",
        )
    elif role is Role.CO_PRODUCT and not carries_all:
        fault = (
            "co_product",
            f"{key['flow_id']} is a co-product, and suppliers in parts have one product each",
            "write its process in an inventory, share its burdens beforehand, or set allocation to none",
        )
    if fault[0]:
        column = "amount" if fault[0] == "reference_amount" else "flow_id"
        finding = Finding(Severity.BLOCKER, fault[0], "exchanges", None, column, key["flow_id"], fault[1], fault[2])
        faults.setdefault(at, []).append(finding)


def _write_probes(raw: Mapping[str, pa.Table], keys: pa.Table) -> dict[str, pa.Table]:
    """Write the background's tables with a process for each kind of row: a piece of nothing else, for a unit of it."""
    count = keys.num_rows
    ids = [f"{PROBE} {at}" for at in range(count)]
    processes = pa.table({"process_id": ids, "name": ids, "stage": _blank_nulls(keys, "stage")})
    reference = pa.table(
        {
            "process_id": ids,
            "flow_id": [PROBE] * count,
            "direction": ["output"] * count,
            "amount": np.ones(count),
            "unit": ["piece"] * count,
            "is_reference": np.ones(count, np.bool_),
            "is_avoided": np.zeros(count, np.bool_),
        }
    )
    sign = np.where(keys.column("is_negative").to_numpy(), -1.0, 1.0)
    names = ("flow_id", "direction", "unit", "provider_id", "location", "data_type")
    rows = pa.table(
        {
            "process_id": ids,
            "amount": sign,
            "is_reference": keys.column("is_reference"),
            "is_avoided": keys.column("is_avoided"),
            **{name: _blank_nulls(keys, name) for name in names},
        }
    )
    own = {"processes": [processes], "exchanges": [reference, rows]}
    return {name: append_rows(raw[name], tables) for name, tables in own.items()}


def _blank_nulls(keys: pa.Table, name: str) -> pa.ChunkedArray:
    column = keys.column(name)
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)


def _sort_faults(
    found: Findings,
    before: Mapping[str, int],
    probed: NDArray[np.int64],
    made: set[str],
    faults: dict[int, list[Finding]],
) -> None:
    """Take what is found of probes out of the findings, and give it to the kind of row it is of."""
    kept = []
    for finding in found.items:
        row = (finding.row or 0) - before.get(finding.table, 1 << 62) - 1
        if row < 0:
            kept.append(finding)
        elif finding.code not in _OF_A_PROCESS and finding.severity is Severity.BLOCKER:
            # Of probes, first the rows of what they make, then their own.
            at = int(probed[row % len(probed)])
            faults.setdefault(at, []).append(_explain(replace(finding, table="exchanges", row=None), made))
    for own in faults.values():
        if any(each.code == "unknown_provider_id" for each in own):  # who else might supply was not asked for
            own[:] = [each for each in own if each.code != "unlinked_input"]
    found.items[:] = [f for f in kept if f.code not in _OF_A_PROCESS or PROBE not in f.value]


def _explain(finding: Finding, made: set[str]) -> Finding:
    """Say of what finds no provider that suppliers are none."""
    if finding.code == "unlinked_input" and finding.value in made:
        what = f"only suppliers make {finding.value!r}, and suppliers in parts supply, and spare, nobody"
        fix = "put who makes it into the background, or score all as one inventory; --unlinked cutoff leaves it out"
        return replace(finding, what=what, fix=fix)
    if finding.code == "unknown_provider_id":
        what = f"{finding.value!r} is no process of the background, and suppliers in parts supply nobody"
        return replace(finding, what=what, fix="correct it, add it to the background, or leave it empty")
    return finding


def _convert_rows(
    keys: pa.Table, roles: NDArray[np.int8], flows: Flows, faults: dict[int, list[Finding]]
) -> tuple[NDArray[np.float64], NDArray[np.int64], tuple[Product, ...]]:
    """Give reference units of the flow per unit of amount, and what reference rows make."""
    ids, units = keys.column("flow_id").combine_chunks(), keys.column("unit").to_pylist()
    flow = pc.index_in(ids, value_set=flows.ids).to_numpy(zero_copy_only=False).astype(np.int64)
    per_unit, product = np.ones(len(flow)), np.full(len(flow), -1, np.int64)
    base, per_kg, per_content = measure_flows(flows)
    made: dict[int, int] = {}
    products: list[Product] = []
    for at, (f, label) in enumerate(zip(flow.tolist(), units, strict=True)):
        try:
            per_unit[at] = convert(read_unit(label), flows.units[f], f, flows.properties) / base[f]
        except UnitError as error:
            finding = Finding(Severity.BLOCKER, "unknown_unit", "exchanges", None, "unit", label, error.what, error.fix)
            faults.setdefault(at, []).append(finding)
        if roles[at] != Role.REFERENCE:
            continue
        if f not in made:
            made[f] = len(products)
            contents = {name: float(each[f]) for name, each in per_content.items() if np.isfinite(each[f])}
            products.append(Product(flows.ids[f].as_py(), flows.units[f].label, float(per_kg[f]), contents))
        product[at] = made[f]
    return per_unit, product, tuple(products)
