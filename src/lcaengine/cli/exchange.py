"""Commands that bring inventories in from other formats, and take them out."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lcaengine.cli.shared import (
    AsJson,
    open_console,
    presenting,
    print_json,
)
from lcaengine.errors import LcaError

if TYPE_CHECKING:
    from lcaengine.formats import Imported

__all__ = ["import_", "read", "show_progress"]

READERS = {
    "questionnaire": (
        "lcaengine.formats.questionnaire.read",
        "read_questionnaire",
        "supplier sheet, Excel or CSV",
    ),
    "jsonld": ("lcaengine.formats.jsonld.read", "read_jsonld", "openLCA JSON-LD, zip or folder"),
    "tables": ("lcaengine.formats.tables.sheets", "read_tables", "our own tables, in Excel, CSV or Parquet"),
    "ecospold1": (
        "lcaengine.formats.ecospold.ecospold1",
        "read_ecospold1",
        "EcoSpold 1, XML, zip or folder",
    ),
    "ecospold2": (
        "lcaengine.formats.ecospold.ecospold2",
        "read_ecospold2",
        "EcoSpold 2, folder or zip of .spold",
    ),
    "simapro": ("lcaengine.formats.simapro.read", "read_simapro", "SimaPro CSV of processes"),
    "ilcd": ("lcaengine.formats.ilcd.read", "read_ilcd", "ILCD, zip or folder"),
    "datapackage": (
        "lcaengine.formats.brightway.datapackage",
        "read_datapackage",
        "Brightway matrices, zip or folder",
    ),
    "brightway": ("lcaengine.formats.brightway.database", "read_brightway", "database of Brightway, PROJECT/DATABASE"),
}
"""Formats that are read: where their reader is, its name, and what it reads."""
QUIET = 1.0
"""How long work goes on before its progress is shown [s]."""


def import_(
    format: Annotated[str, typer.Argument(metavar="FORMAT", help="One of: " + ", ".join(READERS) + ".")],
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="File, zip, folder, or name of a database.")],
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="Folder to make.")],
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="Of a questionnaire: what its columns are, a TOML file.")
    ] = None,
    background: Annotated[
        str | None, typer.Option("--background", help="Of a questionnaire: the inventory to join it with.")
    ] = None,
    flows: Annotated[
        list[str] | None,
        typer.Option(
            "--flows", metavar="TABLE", help="Mapping table of elementary flows, by name or CSV; may be repeated."
        ),
    ] = None,
    units: Annotated[
        list[str] | None,
        typer.Option("--unit", help="What a unit of the source is, as 't*mi=1.609344 t*km'; may be repeated."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an inventory that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring an inventory in from another format, and say what of it could not be carried."""
    from lcaengine.formats.flow_names.given_units import explain_units
    from lcaengine.formats.flow_names.mapping import read_mapping
    from lcaengine.formats.flow_names.names import map_flows, suggest_mappings
    from lcaengine.formats.imported import write_inventory
    from lcaengine.io.write import check_folder
    from lcaengine.reports.imported import print_import

    if format not in READERS:
        fix = "choose one of: " + ", ".join(f"{name} ({about})" for name, (_, _, about) in READERS.items())
        raise LcaError(f"{format!r} is no format that is read", "", fix, given=format, allowed=tuple(READERS))
    check_folder(target, overwrite, source, mapping or "", background or "", *(flows or ()))
    options = _list_options(format, mapping, background)
    tables = [read_mapping(each) for each in flows or ()]
    imported = explain_units(read(format, source, options), units or ())
    for table in tables:
        imported = map_flows(imported, table)
    imported = suggest_mappings(imported)
    write_inventory(imported, target, overwrite)
    with presenting():
        if as_json:
            print_json(imported.to_report())
        else:
            print_import(open_console(), imported, target)


def _list_options(format: str, mapping: Path | None, background: str | None) -> dict[str, object]:
    """Give what a questionnaire is read by; other formats take none of it."""
    if format == "questionnaire":
        if mapping is None:
            raise LcaError("a questionnaire needs a mapping", "", "add --mapping FILE.toml: what its columns are")
        return {"mapping": mapping, "background": background}
    if mapping is not None or background is not None:
        raise LcaError(f"--mapping and --background are of a questionnaire, not of {format}", "", "leave them out")
    return {}


def read(format: str, source: str, options: Mapping[str, object] | None = None) -> Imported:
    """Read a source by the name of its format."""
    module, name, _ = READERS[format]
    try:
        reader = getattr(import_module(module), name)
        imported: Imported = reader(source, progress=show_progress(f"reading {source}"), **(options or {}))
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("lcaengine"):
            raise
        raise LcaError(
            f"{format} needs the library {error.name!r}, which is not installed",
            "",
            'install it: pip install "lcaengine[formats]"',
        ) from error
    return imported


def show_progress(what: str) -> Callable[[int, int], None]:
    """Give a function that tells how far a work is, on standard error, once it takes longer than a second."""
    start = time.monotonic()
    last = start
    is_terminal = sys.stderr.isatty()

    def show(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - start < QUIET or (now - last < (0.2 if is_terminal else 5.0) and done != total):
            return
        last = now
        text = f"{what}: {done} of {total}" if total else f"{what}: {done}"
        sys.stderr.write(f"\r{text[:78]:<78}" + ("\n" if done == total else "") if is_terminal else text + "\n")
        sys.stderr.flush()

    return show
