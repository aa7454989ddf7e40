"""Findings as a file, with the list of elementary flows beside them."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pyarrow as pa

from lcaengine.checking import Check
from lcaengine.errors import OutputError
from lcaengine.findings import Finding, Findings
from lcaengine.io.write import check_target, replace_file, write_table
from lcaengine.system import count_flows

__all__ = ["FINDINGS", "describe_check", "write_check", "write_findings"]

FINDINGS = (".json", ".csv", ".parquet")
"""Endings of files that findings are written to."""


def write_findings(findings: Findings, target: str | Path, inventory: str) -> None:
    """Write findings as JSON, CSV or Parquet, by the file's ending; never into the inventory they are of.

    Raises
    ------
    OutputError
        If the ending is unknown, the target is a part of the inventory, or the file cannot be written.
    """
    path = check_target(target, FINDINGS, inventory)
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


def describe_check(checked: Check) -> dict[str, object]:
    """Give findings, counts of uncertain rows and elementary flows, and the list of these, ready for JSON."""
    flows = checked.flows
    return {
        "findings": checked.findings.to_dicts(),
        "uncertain": checked.uncertain,
        "flows": None if flows is None else {**count_flows(flows), "list": flows.to_pylist()},
    }


def write_check(checked: Check, target: str | Path, inventory: str, with_flows: bool) -> None:
    """Write findings, and the list of elementary flows beside them: ``out.csv`` and ``out.flows.csv``; JSON has both.

    Raises
    ------
    OutputError
        As :func:`write_findings`.
    """
    if not with_flows or checked.flows is None:
        write_findings(checked.findings, target, inventory)
        return
    path = check_target(target, FINDINGS, inventory)
    if path.suffix.lower() != ".json":
        write_findings(checked.findings, target, inventory)
        write_table(checked.flows, path.with_suffix(f".flows{path.suffix}"))
        return
    try:
        with replace_file(path) as beside:
            beside.write_text(json.dumps(describe_check(checked), ensure_ascii=False), encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise OutputError(f"cannot write: {error}", str(path), "check the folder") from error
