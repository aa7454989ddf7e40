"""Writing results to a file: Parquet, CSV, JSON or Excel, by the file's ending, with the gaps beside it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from lcaengine.errors import OutputError
from lcaengine.footprints import Footprints, detach
from lcaengine.io.excel import Sheet, write_workbook
from lcaengine.io.write import FORMATS, check_target, replace_file, write_table
from lcaengine.results import Answer, tabulate_completeness, to_long, to_wide
from lcaengine.version import __version__

__all__ = ["FORMATS", "answer_of", "describe_run", "list_fields", "write_answer", "write_results", "write_tables"]


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
    return write_answer(answer_of(footprints), path, wide)


def answer_of(footprints: Footprints) -> Answer:
    """Give what footprints come to, and how.

    Returns
    -------
    Answer
    """
    return Answer(detach(footprints), footprints.gaps.table, describe_run(footprints), footprints.method.sources)


def write_answer(answer: Answer, path: Path, wide: bool = False) -> list[Path]:
    """Write an answer as :func:`write_results` does.

    Returns
    -------
    list of Path
        The files written.
    """
    coded, scored = path.suffix.lower() == ".parquet", answer.scored
    tables = {
        "results": (to_wide if wide else to_long)(scored, coded),
        "gaps": answer.gaps,
        "completeness": tabulate_completeness(scored, coded),
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


def _write_json(path: Path, tables: Mapping[str, pa.Table], about: Mapping[str, object]) -> Path:
    content = {"run": about, **{name: each.to_pylist() for name, each in tables.items()}}
    with replace_file(path) as beside:
        beside.write_text(json.dumps(content, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    return path


def list_fields(about: Mapping[str, object]) -> pa.Table:
    """Give what a run says of itself as a table of fields and values, with the time it is written."""
    values = [*map(str, about.values()), datetime.now(UTC).isoformat()]
    return pa.table({"field": [*about, "written"], "value": values})
