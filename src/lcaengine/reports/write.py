"""Writing results to a file: Parquet, CSV, JSON or Excel, by the file's ending, with the gaps beside it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa

from lcaengine.errors import OutputError
from lcaengine.footprints import Footprints
from lcaengine.io.write import check_target, replace_file, write_table
from lcaengine.version import __version__

__all__ = ["FORMATS", "describe_run", "write_results"]

FORMATS = (".parquet", ".csv", ".json", ".xlsx")


def write_results(footprints: Footprints, target: str | Path, wide: bool = False) -> list[Path]:
    """Write the result table to a file, and gaps and completeness to others beside it.

    Parameters
    ----------
    footprints : Footprints
    target : str or Path
        ``out.parquet``, ``.csv``, ``.json`` or ``.xlsx``. The gaps go to ``out.gaps.parquet``, what is complete to
        ``out.completeness.parquet`` and so on; in Excel and JSON they are a part of the same file. Beside a CSV,
        ``out.run.json`` has units, method and hashes.
    wide : bool
        One row an activity, one column an indicator and stage, instead of the long table.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OutputError
        If the ending is unknown, the folder is not there, the target is a part of the inventory, or Excel is asked for
        and cannot hold or write it.

    Examples
    --------
    >>> import lcaengine as lca, tempfile, pathlib
    >>> inventory = lca.read_inventory(lca.find_example("two-suppliers"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = lca.write_results(lca.score(inventory), pathlib.Path(folder) / "out.parquet")
    >>> [file.name for file in files]
    ['out.parquet', 'out.gaps.parquet', 'out.completeness.parquet']
    """
    if not isinstance(footprints, Footprints):
        raise OutputError(f"{type(footprints).__name__} is no result", "", "give what score returns")
    path = check_target(target, FORMATS, footprints.system.inventory.label)
    ending = path.suffix.lower()
    table = footprints.to_wide() if wide else footprints.to_arrow()
    about = describe_run(footprints)
    try:
        if ending == ".json":
            return [_write_json(path, table, footprints, about)]
        if ending == ".xlsx":
            return [_write_excel(path, table, footprints, about)]
        beside = path.with_name(f"{path.stem}.gaps{path.suffix}")
        write_table(
            table.replace_schema_metadata({**(table.schema.metadata or {}), "lcaengine": json.dumps(about)}), path
        )
        write_table(footprints.gaps.table, beside)
        complete = path.with_name(f"{path.stem}.completeness{path.suffix}")
        write_table(footprints.completeness, complete)
        if ending == ".parquet":
            return [path, beside, complete]
        run = path.with_name(f"{path.stem}.run.json")  # what a Parquet file carries in its metadata
        units = {each.id: each.unit.label for each in footprints.method.indicators}
        with replace_file(run) as unfinished:
            unfinished.write_text(json.dumps({**about, "units": units}, indent=1), encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise OutputError(f"cannot write: {error}", str(path), "check the folder and its free space") from error
    return [path, beside, complete, run]


def describe_run(footprints: Footprints) -> dict[str, object]:
    """Describe how the numbers came about: hashes, versions, settings, residual.

    Returns
    -------
    dict
        Plain values, ready for JSON.
    """
    inventory, method = footprints.system.inventory, footprints.method
    return {
        "engine": f"lcaengine {__version__}",
        "inventory": inventory.about.name,
        "inventory_version": inventory.about.version,
        "inventory_hash": inventory.hash,
        "boundary": inventory.about.boundary,
        "reference_period": inventory.about.reference_period,
        "method": method.label,
        "method_hash": method.hash,
        "gwp_set": method.gwp_set,
        **footprints.system.policy.to_dict(),
        "markets": dict(sorted(Counter(each for each in footprints.system.activities.basis if each).items())),
        "residual": footprints.residual,
        "sweeps": footprints.sweeps,
        "loops_factorized": footprints.factorized,
        "warnings": len(footprints.warnings),
    }


def _write_json(path: Path, table: pa.Table, footprints: Footprints, about: dict[str, object]) -> Path:
    tables = {"results": table, "gaps": footprints.gaps.table, "completeness": footprints.completeness}
    content = {"run": about, **{name: each.to_pylist() for name, each in tables.items()}}
    with replace_file(path) as beside:
        beside.write_text(json.dumps(content, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    return path


def _write_excel(path: Path, table: pa.Table, footprints: Footprints, about: dict[str, object]) -> Path:
    """Write a workbook: results, gaps, the run, and the sources of the factors."""
    if find_spec("xlsxwriter") is None:
        raise OutputError("Excel needs the package xlsxwriter", str(path), "pip install 'lcaengine[excel]'")
    if table.num_rows > 1_048_575 or table.num_columns > 16_384:
        raise OutputError(f"{table.num_rows} rows do not fit into a sheet", str(path), "write .parquet or .csv")
    import xlsxwriter

    sources = pa.table(
        {
            "source_id": pa.array(list(footprints.method.sources), pa.string()),
            "citation": pa.array(list(footprints.method.sources.values()), pa.string()),
        }
    )
    run = pa.table({"field": [*about, "written"], "value": [*map(str, about.values()), datetime.now(UTC).isoformat()]})
    with replace_file(path) as beside:
        book = xlsxwriter.Workbook(str(beside), {"strings_to_formulas": False, "strings_to_urls": False})
        bold = book.add_format({"bold": True})
        sheets = {
            "results": table,
            "gaps": footprints.gaps.table,
            "completeness": footprints.completeness,
            "run": run,
            "sources": sources,
        }
        for name, each in sheets.items():
            sheet = book.add_worksheet(name)
            for at, column in enumerate(each.column_names):
                values = each.column(column).to_pylist()
                sheet.write_row(0, at, [column], bold)
                sheet.write_column(1, at, values)
                longest = max((len(str(v)) for v in values[:1000]), default=0)
                sheet.set_column(at, at, min(40, max(len(column), longest) + 2))
            sheet.freeze_panes(1, 0)
            if each.num_rows:
                sheet.autofilter(0, 0, each.num_rows, each.num_columns - 1)
        book.close()
    return path
