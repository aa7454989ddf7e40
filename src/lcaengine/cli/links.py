"""The command that lists who might meet inputs without a provider, and applies what was decided."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lcaengine.cli.shared import AsJson, Output, Place, open_console, presenting, print_json
from lcaengine.errors import LcaError

__all__ = ["links"]


def links(
    inventory: Place,
    output: Output = None,
    apply: Annotated[str, typer.Option("--apply", metavar="FILE", help="Link file with decisions to apply.")] = "",
    target: Annotated[Path | None, typer.Option("--to", metavar="TARGET", help="Folder for the linked one.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an inventory that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """List who might meet inputs that nobody meets; or apply the decisions that were made on such a list."""
    from lcaengine.inventory import read_inventory
    from lcaengine.io.write import check_folder, check_target
    from lcaengine.links import apply_links, list_candidates
    from lcaengine.reports.answer import write_tables
    from lcaengine.reports.imported import print_import, print_links

    if bool(apply) != (target is not None):
        raise LcaError("--apply and --to go together", "", "give the link file, and the folder to make")
    if target is not None:
        from lcaengine.formats.imported import write_inventory

        check_folder(target, overwrite, inventory, apply)
        linked = apply_links(read_inventory(inventory), apply)
        write_inventory(linked, target, overwrite)
        with presenting():
            if as_json:
                print_json(linked.to_report())
            else:
                print_import(open_console(), linked, target)
        return
    if output is not None:
        check_target(output, (".csv", ".xlsx", ".json", ".parquet"), inventory)
    table = list_candidates(read_inventory(inventory))
    files = [] if output is None else write_tables(output, {"links": table}, {"inventory": inventory})
    with presenting():
        if as_json:
            print_json(table.to_pylist())
        else:
            print_links(open_console(), table, files)
