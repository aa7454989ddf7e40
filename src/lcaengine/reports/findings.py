"""Findings as a file."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pyarrow as pa

from lcaengine.errors import OutputError
from lcaengine.findings import Finding, Findings
from lcaengine.io.write import replace_file, write_table

__all__ = ["write_findings"]


def write_findings(findings: Findings, target: str | Path) -> None:
    """Write findings as JSON, CSV or Parquet, by the file's ending.

    Raises
    ------
    OutputError
        If the ending is unknown or the file cannot be written.
    """
    path = Path(target)
    rows = findings.to_dicts()
    try:
        if path.suffix == ".json":
            with replace_file(path) as beside:
                beside.write_text(findings.to_json(), encoding="utf-8")
        elif path.suffix in (".csv", ".parquet"):
            types = {each.name: pa.int64() if each.name == "row" else pa.string() for each in fields(Finding)}
            columns = {name: pa.array([row[name] for row in rows], kind) for name, kind in types.items()}
            write_table(pa.table(columns), path)
        else:
            raise OutputError(f"{path.name!r} ends in none of .json, .csv, .parquet", str(path), "choose one of these")
    except OSError as error:
        raise OutputError(f"cannot write: {error}", str(path), "check the folder") from error
