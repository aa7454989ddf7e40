"""What an import gives: the tables of an inventory, and a report of what could not be carried."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from lcaengine.io.write import replace_folder, write_table
from lcaengine.version import __version__

__all__ = ["Imported", "Losses", "Remark", "list_remarks", "write_about", "write_inventory"]


EXAMPLES = 5
"""How many examples of each kind are kept."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One kind of thing that was lost or carried in another form.

    Attributes
    ----------
    is_lost : bool
        Whether it could not be carried at all.
    what : str
        The kind: ``formulas: their values are kept, their text is not``.
    count : int
        How many there were.
    examples : tuple of str
        The first few, with the file and dataset they stood in.
    """

    is_lost: bool
    what: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """An inventory as it was read from another format.

    Attributes
    ----------
    format : str
        Name of the format: ``jsonld``.
    source : str
        Where it was read from.
    sha256 : str
        Of the bytes that were read.
    about : dict of str to str
        Fields of ``inventory.toml``.
    tables : dict of str to pyarrow.Table
        Tables of the schema by name, none of them empty.
    remarks : tuple of Remark
        What could not be carried, and what was carried in another form.
    files : dict of str to str
        Texts to keep beside the report, by file name: the decisions that were applied.
    """

    format: str
    source: str
    sha256: str
    about: Mapping[str, str]
    tables: Mapping[str, pa.Table]
    remarks: tuple[Remark, ...]
    files: Mapping[str, str]

    def to_report(self) -> dict[str, object]:
        """Give the report: where from, how many rows, what was lost and what was changed; ready for JSON."""
        return {
            "engine": __version__,
            "format": self.format,
            "source": self.source,
            "sha256": self.sha256,
            "rows": {name: table.num_rows for name, table in self.tables.items()},
            **list_remarks(self.remarks),
        }


class Losses:
    """What could not be carried, counted as it turns up."""

    def __init__(self) -> None:
        self._counts: dict[tuple[bool, str], int] = {}
        self._examples: dict[tuple[bool, str], list[str]] = {}

    def note(self, is_lost: bool, what: str, example: str, count: int = 1) -> None:
        """Count something, with an example."""
        self._counts[is_lost, what] = self._counts.get((is_lost, what), 0) + count
        examples = self._examples.setdefault((is_lost, what), [])
        if len(examples) < EXAMPLES:
            examples.append(example)

    def list(self) -> tuple[Remark, ...]:
        """Give the remarks, what is lost first."""
        keys = sorted(self._counts, key=lambda key: (not key[0], -self._counts[key], key[1]))
        return tuple(Remark(*key, self._counts[key], tuple(self._examples[key])) for key in keys)


def list_remarks(remarks: Iterable[Remark]) -> dict[str, list[dict[str, object]]]:
    """Give what was lost and what was changed, ready for JSON."""
    named: dict[str, list[dict[str, object]]] = {"lost": [], "changed": []}
    for each in remarks:
        row = {"what": each.what, "count": each.count, "examples": list(each.examples)}
        named["lost" if each.is_lost else "changed"].append(row)
    return named


def write_inventory(imported: Imported, target: str | Path, overwrite: bool = False) -> Path:
    """Write what was imported as an inventory: a folder of Parquet tables, with the report under ``import/``.

    The folder is written beside the target and renamed when all is there.

    Parameters
    ----------
    imported : Imported
    target : str or Path
        Folder to make.
    overwrite : bool
        Whether an inventory that is there already may be replaced.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputError
        If the target is there already, or cannot be made.

    Examples
    --------
    >>> import lcaengine as lca, tempfile, pathlib
    >>> from lcaengine.formats import read_tables, write_inventory
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     imported = read_tables(lca.find_example("two-suppliers"))
    ...     inventory = lca.read_inventory(write_inventory(imported, pathlib.Path(folder) / "copy"))
    >>> len(inventory.processes)
    4
    """
    with replace_folder(Path(target), overwrite, imported.source) as folder:
        (folder / "inventory.toml").write_text(write_about(imported.about), encoding="utf-8")
        for name, table in imported.tables.items():
            write_table(table, folder / f"{name}.parquet")
        beside = folder / "import"
        beside.mkdir()
        report = json.dumps(imported.to_report(), indent=1, ensure_ascii=False)
        (beside / "report.json").write_text(report + "\n", encoding="utf-8")
        for name, text in imported.files.items():
            (beside / name).write_text(text, encoding="utf-8")
    return Path(target)


def write_about(about: Mapping[str, str]) -> str:
    """Write fields as TOML; a JSON string is a basic string of TOML but for the letter DEL."""
    lines = ["schema_version = 1"]
    for key, value in about.items():
        if value:
            lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007F"))
    return "\n".join(lines) + "\n"
