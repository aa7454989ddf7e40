"""Commands that take inventories and results out to other formats, and write a template to fill in."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lcaengine.cli.shared import (
    AsJson,
    MethodName,
    Place,
    list_written,
    open_console,
    presenting,
    print_json,
    score_or_exit,
    with_policy,
)
from lcaengine.errors import LcaError, OutputError
from lcaengine.policy import Policy

if TYPE_CHECKING:
    from lcaengine.reports.export import Exported

__all__ = ["export", "template"]

WRITERS = {
    "excel": ("write_excel", "one workbook of tables and results, .xlsx"),
    "parquet": ("write_parquet", "a folder of Parquet, with results"),
    "json": ("write_json", "one document of tables and results"),
    "jsonld": ("write_jsonld", "openLCA JSON-LD, .zip"),
    "datapackage": ("write_datapackage", "matrices for Brightway"),
}
"""Formats that are written: the function of ``reports.export``, and what it writes."""


@with_policy
def export(
    format: Annotated[str, typer.Argument(metavar="FORMAT", help="One of: " + ", ".join(WRITERS) + ".")],
    inventory: Place,
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="File or folder to write.")],
    method: MethodName = "core",
    inventory_only: Annotated[
        bool, typer.Option("--inventory-only", help="Do not score: no results, and inputs as they are linked by name.")
    ] = False,
    policy: Policy = Policy(),
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a file or an inventory that is there.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write an inventory and its results in another format, and say what of them could not be carried."""
    if format not in WRITERS:
        fix = "choose one of: " + ", ".join(f"{name} ({about})" for name, (_, about) in WRITERS.items())
        raise LcaError(f"{format!r} is no format that is written", "", fix, given=format, allowed=tuple(WRITERS))
    from lcaengine.inventory import read_inventory
    from lcaengine.io.write import refuse_sources
    from lcaengine.method import find_method, read_method

    for each in (target, _name_report(target)):
        if each.exists() and not overwrite:
            fix = "name another, or add --overwrite to replace it"
            raise OutputError(f"there is something at {str(each)!r} already", str(each), fix)
        refuse_sources(each, inventory, *(() if inventory_only else (find_method(method),)))
    footprints = None if inventory_only else score_or_exit(inventory, read_method(method), policy, as_json)
    read = read_inventory(inventory) if footprints is None else footprints.system.inventory
    try:
        writer = getattr(import_module("lcaengine.reports.export"), WRITERS[format][0])
        exported: Exported = writer(read, footprints, target, overwrite)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("lcaengine"):
            raise
        what = f"{format} needs the library {error.name!r}, which is not installed"
        raise LcaError(what, "", 'install it: pip install "lcaengine[formats]"') from error
    report = _write_report(exported, target)
    with presenting():
        if as_json:
            print_json({"files": [str(file) for file in exported.files], **exported.to_report()})
        else:
            _print_export(exported, report)


def template(
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="File that ends in .xlsx, or a folder to make.")],
) -> None:
    """Write an inventory to fill in, every column explained, with two processes as an example."""
    from lcaengine.formats.tables.template import write_template

    write_template(target)
    name = target.with_suffix("") if target.suffix.lower() == ".xlsx" else target.with_name(f"{target.name}-read")
    with presenting():
        typer.echo(f"Written to {target}. Fill it in, then: lcaengine import tables {target} {name}")


def _write_report(exported: Exported, target: Path) -> Path | None:
    """Write what could not be carried beside the target, if there is anything."""
    if not exported.remarks:
        return None
    from lcaengine.io.write import replace_file

    report = _name_report(target)
    with replace_file(report) as beside:
        beside.write_text(json.dumps(exported.to_report(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return report


def _name_report(target: Path) -> Path:
    return target.with_name(f"{target.name}.report.json")


def _print_export(exported: Exported, report: Path | None) -> None:
    from lcaengine.reports.imported import print_remarks

    console = open_console()
    print_remarks(console, exported.remarks)
    console.print(f"Written to {list_written(exported.files)}.", markup=False)
    if report is not None:
        console.print(f"The whole report is in {report}.", markup=False)
