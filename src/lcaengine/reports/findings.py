"""Findings as a file."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pyarrow as pa

from lcaengine.errors import OutputError
from lcaengine.findings import Finding, Findings
from lcaengine.io.write import check_target, replace_file, write_table

__all__ = ["write_findings"]


def write_findings(findings: Findings, target: str | Path, inventory: str) -> None:
    """Write findings as JSON, CSV or Parquet, by the file's ending; never into the inventory they are of.

    Raises
    ------
    OutputError
        If the ending is unknown, the target is a part of the inventory, or the file cannot be written.
    """
    path = check_target(target, (".json", ".csv", ".parquet"), inventory)
    rows = findings.to_dicts()
    try:
        if path.suffix.lower() == ".json":
            with replace_file(path) as beside:
                beside.write_text(findings.to_json(), encoding="utf-8")
        else:
            types = {each.name: pa.int64() if each.name == "row" else pa.string() for each in fields(Finding)}
            columns = {name: pa.array([row[name] for row in rows], kind) for name, kind in types.items()}
            write_table(pa.table(columns), path)
    except (OSError, UnicodeError) as error:
        raise OutputError(f"cannot write: {error}", str(path), "check the folder") from error
