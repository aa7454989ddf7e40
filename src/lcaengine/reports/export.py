"""Exporting an inventory with its results: to Excel, Parquet, JSON, and to the formats of other programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

import pyarrow as pa

from lcaengine.errors import LcaError, OutputError
from lcaengine.footprints import Footprints
from lcaengine.formats.imported import Remark, list_remarks, write_about
from lcaengine.formats.tables.template import build_sheets, list_about
from lcaengine.inventory import Inventory
from lcaengine.inventory.schema import TABLES
from lcaengine.io.excel import MOST_ROWS, Sheet, write_workbook
from lcaengine.io.write import check_target, replace_file, replace_folder, write_table
from lcaengine.reports.answer import list_fields
from lcaengine.reports.write import describe_run
from lcaengine.version import __version__

__all__ = ["Exported", "tabulate_inventory", "write_datapackage", "write_excel", "write_json", "write_jsonld"]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes
    ----------
    files : tuple of Path
        Files and folders.
    remarks : tuple of Remark
        What the format cannot carry, and what it carries in another form.
    """

    files: tuple[Path, ...]
    remarks: tuple[Remark, ...]

    def to_report(self) -> dict[str, object]:
        """Give what could not be carried, and what was carried in another form; ready for JSON."""
        return {"engine": __version__, **list_remarks(self.remarks)}


def write_excel(inventory: Inventory, footprints: Footprints | None, target: Path, overwrite: bool) -> Exported:
    """Write a workbook: a sheet for each table, then results, gaps, completeness, the method's sources and the run.

    Notes
    -----
    ``lcaengine import tables`` reads the tables of it again: numbers to 16 significant digits.
    """
    path = check_target(target, (".xlsx",), inventory.label)
    sheets = [Sheet("inventory", list_about(_list_about(inventory)))]
    sheets += build_sheets({name: _show_days(name, table) for name, table in tabulate_inventory(inventory).items()})
    run = _describe(inventory, footprints)
    if footprints is not None:
        long = footprints.to_arrow()
        if long.num_rows > MOST_ROWS:
            run["sheet results"] = f"left out: its {long.num_rows} rows do not fit; the sheet footprints has them all"
        sheets += _show_results(footprints, long)
    sheets.append(Sheet("run", list_fields(run)))
    cut = write_workbook(path, sheets)
    what = "texts longer than the 32,767 letters of a cell: cut"
    return Exported((path,), (Remark(True, what, len(cut), tuple(cut[:5])),) if cut else ())


def write_parquet(inventory: Inventory, footprints: Footprints | None, target: Path, overwrite: bool) -> Exported:
    """Write a folder that is an inventory of Parquet tables, with the results in its folder ``results``."""
    with replace_folder(target, overwrite, inventory.label) as folder:
        (folder / "inventory.toml").write_text(write_about(_list_about(inventory)), encoding="utf-8")
        for name, table in tabulate_inventory(inventory).items():
            write_table(table, folder / f"{name}.parquet")
        beside = folder / "results"
        beside.mkdir()
        if footprints is not None:
            for name, table in _tabulate_results(footprints).items():
                write_table(table, beside / f"{name}.parquet")
        run = json.dumps(_describe(inventory, footprints), indent=1, ensure_ascii=False)
        (beside / "run.json").write_text(run + "\n", encoding="utf-8")
    return Exported((target,), ())


def write_json(inventory: Inventory, footprints: Footprints | None, target: Path, overwrite: bool) -> Exported:
    """Write one document: the run, the inventory's tables, and results, completeness, gaps and the method's sources."""
    path = check_target(target, (".json",), inventory.label)
    tables = {
        name: [{key: value for key, value in row.items() if value is not None} for row in table.to_pylist()]
        for name, table in tabulate_inventory(inventory).items()
    }
    content: dict[str, object] = {
        "run": _describe(inventory, footprints),
        "inventory": {"schema_version": 1, **_list_about(inventory), "tables": tables},
    }
    if footprints is not None:
        content |= {name: table.to_pylist() for name, table in _tabulate_results(footprints).items()}
    try:
        with replace_file(path) as beside:
            beside.write_text(json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write: {error}", str(path), "check the folder and its free space") from error
    return Exported((path,), ())


def write_jsonld(inventory: Inventory, footprints: Footprints | None, target: Path, overwrite: bool) -> Exported:
    """Write a package of openLCA JSON-LD; linked and allocated as it was scored, if it was."""
    from lcaengine.formats.jsonld.write import write_jsonld as write_package

    path = check_target(target, (".zip",), inventory.label)
    remarks = write_package(inventory, path, None if footprints is None else footprints.system)
    return Exported((path,), remarks)


def write_datapackage(inventory: Inventory, footprints: Footprints | None, target: Path, overwrite: bool) -> Exported:
    """Write a Brightway datapackage of the matrices that were scored."""
    if footprints is None:
        fix = "leave --inventory-only away, or write excel, parquet, json or jsonld"
        raise LcaError("a datapackage holds the matrices of what was scored", "--inventory-only", fix)
    writer = import_module("lcaengine.formats.brightway.write").write_datapackage
    return Exported((writer(footprints, target),), ())


def tabulate_inventory(inventory: Inventory) -> dict[str, pa.Table]:
    """Give the tables of an inventory as they were read, without the columns that nothing fills.

    Parameters
    ----------
    inventory : Inventory

    Returns
    -------
    dict of str to pyarrow.Table

    Examples
    --------
    >>> import lcaengine as lca
    >>> tabulate_inventory(lca.read_inventory("example:two-suppliers"))["markets"].column_names
    ['flow_id', 'process_id', 'share']
    """
    tables = {}
    for name, frame in inventory.frames.items():
        columns = {
            column.name: frame.strings(column.name)
            for column in TABLES[name].columns
            if column.required or _is_filled(frame.columns[column.name])
        }
        if len(frame):
            tables[name] = pa.table(columns)
    return tables


def _is_filled(values: pa.Array) -> bool:
    if pa.types.is_boolean(values.type):
        return bool(values.true_count)
    return bool(values.null_count < len(values))


def _list_about(inventory: Inventory) -> dict[str, str]:
    fields = {name: value for name, value in asdict(inventory.about).items() if name != "schema_version"}
    return {name: str(value) for name, value in fields.items()}


def _describe(inventory: Inventory, footprints: Footprints | None) -> dict[str, object]:
    if footprints is not None:
        return describe_run(footprints)
    about = inventory.about
    return {
        "engine": f"lcaengine {__version__}",
        "inventory": about.name,
        "inventory_version": about.version,
        "inventory_hash": inventory.hash,
        "results": "none: the inventory alone was exported",
    }


def _tabulate_results(footprints: Footprints) -> dict[str, pa.Table]:
    return {
        "results": footprints.to_arrow(),
        "completeness": footprints.completeness,
        "gaps": footprints.gaps.table,
        "sources": _list_sources(footprints.method.sources),
    }


def _show_results(footprints: Footprints, long: pa.Table) -> list[Sheet]:
    """Give the sheets of results: one row an activity with units in the headers, then the long table if it fits."""
    wide = footprints.to_wide()
    units = {each.id: each.unit.label for each in footprints.method.indicators}
    heads = {f"{name}.{stage}": unit for name, unit in units.items() for stage in footprints.stages}
    named = {"footprints": wide, "results": long, "completeness": footprints.completeness}
    named |= {"gaps": footprints.gaps.table, "method_sources": _list_sources(footprints.method.sources)}
    return [
        Sheet(
            name,
            table,
            units=heads if name == "footprints" else {},
            shares=frozenset(c for c in table.column_names if "_share" in c),
        )
        for name, table in named.items()
        if name != "results" or table.num_rows <= MOST_ROWS
    ]


def _list_sources(sources: Mapping[str, str]) -> pa.Table:
    ids, citations = pa.array(list(sources), pa.string()), pa.array(list(sources.values()), pa.string())
    return pa.table({"source_id": ids, "citation": citations})


def _show_days(name: str, table: pa.Table) -> pa.Table:
    """Give days as days, which Excel sorts and filters; inside they are text."""
    for column in TABLES[name].columns:
        if column.kind == "date" and column.name in table.column_names:
            at = table.column_names.index(column.name)
            table = table.set_column(at, column.name, table[column.name].cast(pa.date32()))
    return table
