"""The template: an inventory to fill in, with every table, every column explained, and two processes as an example."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from lcaengine.errors import OutputError
from lcaengine.formats.imported import write_about
from lcaengine.formats.tables.sheets import EXPLAINED
from lcaengine.inventory.schema import TABLES, Column, Table
from lcaengine.io.excel import Sheet, write_workbook
from lcaengine.io.write import replace_folder, write_table

__all__ = ["build_sheets", "list_about", "write_template"]

_ARROW = {"text": pa.string(), "number": pa.float64(), "flag": pa.bool_(), "date": pa.date32()}
_EXAMPLE = {
    "name": "Example: fill in your own",
    "version": "1",
    "licence": "",
    "description": "Two processes with invented round numbers: overwrite them.",
    "reference_period": "2024-01-01/2024-12-31",
    "boundary": "cradle_to_gate",
}
_ROWS = {
    "processes": """\
process_id,name,stage,supplier_id,location,data_type,source_id,comment
power-plant,Power plant,,,CN,secondary,invented,a process with no stage is background
smelter,Smelter,processing,acme,CN,primary,invented,
""",
    "flows": """\
flow_id,name,kind,unit,compartment,cas_number
electricity,Electricity,product,kWh,,
metal,Metal,product,kg,,
co2-fossil,"Carbon dioxide, fossil",elementary,kg,air,124-38-9
""",
    "exchanges": """\
process_id,flow_id,direction,amount,unit,is_reference,provider_id,source_id,comment
power-plant,electricity,output,1,kWh,true,,invented,what the process is there for
power-plant,co2-fossil,output,0.5,kg,,,invented,
smelter,metal,output,1,t,true,,invented,any unit of the flow's dimension
smelter,electricity,input,3,MWh,,power-plant,invented,
smelter,co2-fossil,output,200,kg,,,invented,
""",
    "suppliers": "supplier_id,name\nacme,Acme Metals\n",
    "sources": "source_id,citation\ninvented,Invented numbers of the template: overwrite them\n",
}
"""By hand, per kg of metal: 200 kg / 1 t + 3 kWh x 0.5 kg/kWh = 1.7 kg CO2."""


def write_template(target: str | Path) -> Path:
    """Write an inventory to fill in: a workbook with a sheet a table, or a folder of CSV.

    Parameters
    ----------
    target : str or Path
        File that ends in ``.xlsx``, or a folder to make.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If there is something at the target already, or it cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from lcaengine.formats import read_tables, write_template
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_tables(write_template(pathlib.Path(folder) / "mine.xlsx")).tables["processes"].num_rows
    2
    """
    path = Path(target)
    tables = {name: _build_example(table) for name, table in TABLES.items()}
    if path.suffix.lower() != ".xlsx":
        with replace_folder(path) as folder:
            (folder / "inventory.toml").write_text(write_about(_EXAMPLE), encoding="utf-8")
            for name, table in tables.items():
                write_table(table, folder / f"{name}.csv")
            (folder / f"{EXPLAINED}.txt").write_text(_explain(), encoding="utf-8")
        return path
    if "\0" in str(path) or path.exists() or not path.parent.is_dir():
        what = f"{str(path)!r} is there already, or is in no folder that is there"
        raise OutputError(what, str(path), "name another file")
    about = Sheet("inventory", list_about(_EXAMPLE))
    write_workbook(path, [about, *build_sheets(tables), Sheet(EXPLAINED, _list_columns())])
    return path


def list_about(about: Mapping[str, str]) -> pa.Table:
    """Give the fields of ``inventory.toml`` as a table of fields and values."""
    return pa.table({"field": ["schema_version", *about], "value": ["1", *about.values()]})


def build_sheets(tables: Mapping[str, pa.Table]) -> list[Sheet]:
    """Give tables of the schema as sheets: required columns marked, each column explained, closed lists to choose from.

    Parameters
    ----------
    tables : dict of str to pyarrow.Table

    Returns
    -------
    list of Sheet
    """
    return [
        Sheet(
            name,
            table,
            notes={c.name: _describe(c) for c in TABLES[name].columns},
            required=frozenset(c.name for c in TABLES[name].columns if c.required),
            allowed={c.name: _choices(c) for c in TABLES[name].columns if c.allowed or c.kind == "flag"},
        )
        for name, table in tables.items()
    ]


def _build_example(table: Table) -> pa.Table:
    """Give a table with all its columns and the rows of the example."""
    rows = list(csv.DictReader(io.StringIO(_ROWS.get(table.name, ""))))
    columns = {}
    for column in table.columns:
        texts = pa.array([row.get(column.name) or None for row in rows], pa.string())
        columns[column.name] = texts.cast(_ARROW[column.kind])
    return pa.table(columns)


def _choices(column: Column) -> Sequence[str]:
    return ("TRUE", "FALSE") if column.kind == "flag" else [value for value in column.allowed if not value.isdigit()]


def _describe(column: Column) -> str:
    parts = [column.about, f"{column.kind}, required" if column.required else column.kind]
    parts.append(f"one of: {', '.join(_choices(column))}" if column.allowed else "")
    return "; ".join(part for part in parts if part)


def _list_columns() -> pa.Table:
    rows = [
        {
            "table": table.name,
            "column": column.name,
            "required": "yes" if column.required else "",
            "kind": column.kind,
            "allowed": ", ".join(_choices(column)) if column.allowed else "",
            "what": column.about,
        }
        for table in TABLES.values()
        for column in table.columns
    ]
    return pa.Table.from_pylist(rows)


def _explain() -> str:
    lines = []
    for table in TABLES.values():
        lines += ["", f"{table.name}.csv" + (" (required)" if table.required else "")]
        lines += [f"  {column.name}: {_describe(column)}" for column in table.columns]
    return "\n".join(lines[1:]) + "\n"
