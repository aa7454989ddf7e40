"""Writing answers to a file: Parquet, CSV, JSON or Excel, by the file's ending, with the gaps beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from lcaengine.errors import OutputError
from lcaengine.io.excel import Sheet, write_workbook
from lcaengine.io.write import replace_file, write_table
from lcaengine.results import Answer, spell_table, tabulate_completeness, to_long, to_wide

__all__ = ["list_fields", "write_answer", "write_tables"]


def write_answer(
    answer: Answer, path: Path, wide: bool = False, more: Mapping[str, pa.Table] | None = None
) -> list[Path]:
    """Write an answer as :func:`write_results` does, and more tables by name behind its own.

    Returns
    -------
    list of Path
        The files written.
    """
    coded, scored = path.suffix.lower() == ".parquet", answer.scored
    tables = {
        "results": (to_wide if wide else to_long)(scored, coded),
        "gaps": answer.gaps if coded else spell_table(answer.gaps),
        "completeness": tabulate_completeness(scored, coded),
        **(more or {}),
    }
    cited = {
        "source_id": pa.array(list(answer.sources), pa.string()),
        "citation": pa.array(list(answer.sources.values()), pa.string()),
    }
    units = dict(zip(scored.indicators, scored.units, strict=True))
    return write_tables(path, tables, answer.run, {"units": units}, {"sources": pa.table(cited)})


def write_tables(
    path: Path,
    tables: Mapping[str, pa.Table],
    about: Mapping[str, object],
    beside_csv: Mapping[str, object] | None = None,
    sheets: Mapping[str, pa.Table] | None = None,
) -> list[Path]:
    """Write tables and the run they are of: the first to `path`, others beside it, or all into one JSON or workbook.

    Parameters
    ----------
    path : Path
        ``out.parquet``, ``.csv``, ``.json`` or ``.xlsx``.
    tables : dict of str to pyarrow.Table
        By name; the second of ``out.csv`` goes to ``out.NAME.csv``.
    about : dict
        The run, ready for JSON.
    beside_csv : dict, optional
        What ``out.run.json`` has besides.
    sheets : dict of str to pyarrow.Table, optional
        What a workbook has besides.

    Returns
    -------
    list of Path

    Raises
    ------
    OutputError
        If Excel is asked for and cannot hold or write it, or a file cannot be written.
    """
    ending = path.suffix.lower()
    try:
        if ending == ".json":
            return [_write_json(path, tables, about)]
        if ending == ".xlsx":
            named = {**tables, "run": list_fields(about), **(sheets or {})}
            write_workbook(path, [Sheet(name, table) for name, table in named.items()])
            return [path]
        files = [
            path if not at else path.with_name(f"{path.stem}.{name}{path.suffix}") for at, name in enumerate(tables)
        ]
        for file in files:
            if file.is_dir():  # before the first is written
                raise OutputError(f"{str(file)!r} is a folder", str(path), "take it away, or name another file")
        for file, table in zip(files, tables.values(), strict=True):
            metadata = {**(table.schema.metadata or {}), "lcaengine": json.dumps(about)}
            write_table(table.replace_schema_metadata(metadata), file)
        if ending == ".parquet":
            return files
        run = path.with_name(f"{path.stem}.run.json")  # what a Parquet file carries in its metadata
        with replace_file(run) as unfinished:
            unfinished.write_text(json.dumps({**about, **(beside_csv or {})}, indent=1), encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise OutputError(f"cannot write: {error}", str(path), "check the folder and its free space") from error
    return [*files, run]


def _write_json(path: Path, tables: Mapping[str, pa.Table], about: Mapping[str, object]) -> Path:
    content = {"run": about, **{name: each.to_pylist() for name, each in tables.items()}}
    with replace_file(path) as beside:
        beside.write_text(json.dumps(content, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    return path


def list_fields(about: Mapping[str, object]) -> pa.Table:
    """Give what a run says of itself as a table of fields and values, with the time it is written."""
    values = [*map(str, about.values()), datetime.now(UTC).isoformat()]
    return pa.table({"field": [*about, "written"], "value": values})
